import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds `dist` unless it is newer than everything it is built from. Without types it takes a tenth of the time, and is
 * enough to run.
 *
 * @param {{ readonly types?: boolean }} [options]
 */
export function ensureBuilt({ types = true } = {}) {
  const sources = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'tsup.config.ts', ...list('src')];
  const built = list('dist').filter((path) => types || !path.endsWith('.d.ts'));
  const newest = Math.max(...sources.map(modified));
  const wanted = ['dist/cli/main.js', ...(types ? ['dist/index.d.ts'] : [])];
  const isFresh = wanted.every((path) => built.includes(path)) && Math.min(...built.map(modified)) > newest;
  if (isFresh) return;
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), ...(types ? [] : ['--no-types'])], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
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
