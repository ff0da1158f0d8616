/** The PATH every program is looked up in and given: what Debian gives root, and nothing a user can write to. */
export const TRUSTED_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
