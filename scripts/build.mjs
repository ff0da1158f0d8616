// npm run build: dist, the code by tsup and the declarations by tsc. With --no-types only the code, which is enough to
// run it and takes a tenth of the time.
// tsup could make declarations too, but turns the types of `export * as posix` into values that do not exist.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');

node('tsup/dist/cli-default.js', '--silent');
if (!process.argv.includes('--no-types')) {
  removeDeclarations();
  node('typescript/bin/tsc', '-p', 'tsconfig.build.json');
}

/** What a source that is gone has left. */
function removeDeclarations() {
  if (!existsSync(DIST)) return;
  for (const path of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.d.ts')) rmSync(join(DIST, path));
  }
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function node(program, ...args) {
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules', program), ...args], { cwd: ROOT, stdio: 'inherit' });
  } catch {
    process.exit(1); // it has said why
  }
}
