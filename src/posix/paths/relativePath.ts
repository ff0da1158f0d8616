/** A path, absolute or relative to the root, as a relative byte string; nothing when it is not below the root. */
export function relativePath(
  root: { readonly path: string; readonly realPath: string },
  path: string,
): readonly string[] {
  const bytes = Buffer.from(path, 'utf8').toString('latin1').replace(/\/+$/, '');
  if (!path.startsWith('/')) return [bytes.replace(/^(\.\/+)+/, '')];
  for (const top of [root.path, root.realPath]) {
    const prefix = top === '/' ? '/' : `${top}/`;
    if (bytes.startsWith(prefix)) return [bytes.slice(prefix.length)];
  }
  return [];
}
