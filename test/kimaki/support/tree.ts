import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export type Tree = Readonly<Record<string, string | null | { link: string }>>;

/** Makes files below a directory: a text is a file's content, `null` a directory, `{ link }` a symbolic link. */
export async function makeTree(root: string, entries: Tree): Promise<void> {
  for (const [path, content] of Object.entries(entries)) {
    const full = join(root, path);
    await mkdir(content === null ? full : dirname(full), { recursive: true });
    if (content === null) continue;
    await (typeof content === 'string' ? writeFile(full, content) : symlink(content.link, full));
  }
}
