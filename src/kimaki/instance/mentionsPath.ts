/**
 * Tells whether a text names a path or something below it, as whole components.
 *
 * `/root` is found in `/root`, `"/root/x"`, `HOME=/root:`, `file:///root/x` and JSON's `\/root\/x`, and never in
 * `/rootfs`, `/root.bak` or `/srv/root`. A path that is written in another way (through a link, a variable, `..`) is not
 * found.
 */
export function mentionsPath(text: string, path: string): boolean {
  return pathPattern(path).test(text);
}

/** Matches a path in a text where it begins and ends at a component's boundary; a trailing slash does not count. */
export function pathPattern(path: string, flags = ''): RegExp {
  const parts = path
    .replace(/\/+$/, '')
    .split('/')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const before = '(?:(?<![\\w./~\\\\-])|(?<=file://)|(?<=(?<![\\w./~-])\\\\))';
  return new RegExp(`${before}${parts.join('\\\\?/')}(?![\\w-])(?!\\.\\w)`, flags);
}
