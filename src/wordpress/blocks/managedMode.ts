/**
 * The mode that a managed mu-plugin of this mode gets: everyone can read it, whatever umask it was written with, and group
 * write stays where it is. Pure.
 *
 * Source: `service_file_normalize_perms` in `lib/common.sh` of the public repository Extra-Chill/wp-coding-agents: the
 * service user, the owner of the site and root write these files in turn, so the installer makes them 0664, with the group
 * of their directory.
 */
export function managedMode(mode: number): number {
  return 0o644 | (mode & 0o020);
}
