/** What may stand before a path: the beginning, a blank, a quote, or what ends a word or an option's name. */
const BEFORE = String.raw`(?<=^|[\s"'=:,;([{<>|&` + '`' + String.raw`]|file://|(?:^|[\s"'=])[-+!@:]{1,4})`;
/** What may follow a path's component: the end, a slash, and what no name is likely to go on with. */
const BEHIND = String.raw`(?=$|[\s"'/:;,)\]}<>|&` + '`' + `])`;

/**
 * Replaces a directory at the beginning of every absolute path in a text, whole components only.
 *
 * Made for values of unit files: lists (`/root/bin:/usr/bin`), options (`--data-dir=/root/.kimaki`), quotes, exec
 * prefixes (`-/root/x`), shell words. `/rootfs`, `/root2`, `/root.old` and `/srv/root` stay. It does not resolve links
 * or `..`, does not know escapes (`\x2froot`) or specifiers (`%h`), and leaves a path glued to a letter (`-C/root`)
 * alone.
 *
 * @param from - absolute, without `..`; `/` is never replaced
 * @param to - what stands in its place
 */
export function replacePathPrefix(text: string, from: string, to: string): string {
  const prefix = withoutSlash(from);
  if (!prefix.startsWith('/')) return text;
  const pattern = new RegExp(`${BEFORE}${escapeRegExp(prefix)}${BEHIND}`, 'g');
  const target = withoutSlash(to);
  return text.replace(pattern, (match, at: number) =>
    target === '' && text.charAt(at + match.length) !== '/' ? '/' : target,
  );
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '');
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
