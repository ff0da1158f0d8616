import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Builds `dist` unless it is newer than everything it is built from. */
export function ensureBuilt() {
  const sources = ['package.json', 'tsconfig.json', 'tsup.config.ts', ...list('src')];
  const built = list('dist');
  const newest = Math.max(...sources.map(modified));
  const isFresh = built.length > 0 && existsSync(join(ROOT, 'dist/cli/main.js')) && Math.min(...built.map(modified)) > newest;
  if (!isFresh) execFileSync('npm', ['run', 'build', '--silent'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** @param {string} path */
function modified(path) {
  return statSync(join(ROOT, path)).mtimeMs;
}

/** @param {string} folder */
function list(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter((path) => !statSync(join(ROOT, path)).isDirectory());
}
