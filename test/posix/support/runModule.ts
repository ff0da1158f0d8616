import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'tsup';

/** Bundles a TypeScript module, for running the library in a process of its own; the answer is the path to run. */
export async function bundle(source: string, directory: string): Promise<string> {
  const work = join(directory, 'module');
  await mkdir(work, { recursive: true });
  const entry = join(work, 'entry.ts');
  await writeFile(entry, source);
  await build({
    entry: { bundled: entry },
    outDir: work,
    config: false,
    silent: true,
    format: 'esm',
    target: 'node20',
    platform: 'node',
    noExternal: [/.*/],
    splitting: false,
    outExtension: () => ({ js: '.mjs' }),
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
  });
  await chmod(directory, 0o755);
  return join(work, 'bundled.mjs');
}

/** Runs a TypeScript module as this user and answers what it printed. */
export async function runModule(source: string, directory: string, uid: number): Promise<string> {
  const file = await bundle(source, directory);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { uid, gid: uid, cwd: '/' });
  return stdout;
}
