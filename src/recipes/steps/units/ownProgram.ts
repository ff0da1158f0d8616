import { access, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** How a unit could run this package: the Node of this process, and the command line's main file. */
export type OwnProgram = { readonly node: string; readonly program: string };

/** Paths that systemd needs no quotes for, and does not expand. */
const PLAIN = /^\/[\w./+@,:-]+$/;

/** The real paths of Node and this package; null where no unit could run them as they are installed. */
export async function ownProgram(): Promise<OwnProgram | null> {
  const require = createRequire(import.meta.url);
  const manifest = await realpath(require.resolve('@wca/runtime-sdk/package.json')).catch(() => null);
  if (manifest === null) return null;
  const program = join(dirname(manifest), 'dist/cli/main.js');
  const node = await realpath(process.execPath).catch(() => process.execPath);
  const there = await access(program).then(
    () => true,
    () => false,
  );
  return there && [node, program].every((path) => PLAIN.test(path)) ? { node, program } : null;
}
