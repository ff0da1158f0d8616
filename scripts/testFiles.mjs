import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TEST_PACKAGES, missingPackages } from './systemNeeds.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Tests that boot a host. */
export const LAB_FILES = 'test/**/*.lab.test.ts';

/**
 * First line of a test file that does not work everywhere: `// needs root, php-cli`. Words are `root`, `linux`, and
 * the Debian packages of {@link TEST_PACKAGES}.
 */
const NEEDS = /^\/\/ needs (.+)$/;

/**
 * Every test file, as a path from the repository's root.
 *
 * @returns {readonly string[]}
 */
export function testFiles() {
  return readdirSync(`${ROOT}test`, { recursive: true, encoding: 'utf8' })
    .map((path) => `test/${path}`)
    .filter((path) => path.endsWith('.test.ts') && !path.includes('/node_modules/'))
    .sort();
}

/**
 * The test files that cannot run as this user on this machine, each with what it lacks.
 *
 * @returns {readonly { readonly path: string, readonly lacks: readonly string[] }[]}
 */
export function testsToLeaveOut() {
  const lacking = new Set(missingPackages(TEST_PACKAGES.map((need) => need.name)));
  if (process.platform !== 'linux') lacking.add('linux');
  if (process.platform !== 'linux' || process.getuid?.() !== 0) lacking.add('root');
  if (lacking.size === 0) return [];
  return testFiles()
    .map((path) => ({ path, lacks: needs(path).filter((need) => lacking.has(need)) }))
    .filter(({ lacks }) => lacks.length > 0);
}

/**
 * @param {string} path
 * @returns {readonly string[]}
 */
function needs(path) {
  if (path.endsWith('.lab.test.ts')) return ['linux', 'root'];
  const [first = ''] = readFileSync(`${ROOT}${path}`, 'utf8').split('\n', 1);
  return NEEDS.exec(first)?.[1]?.split(/,\s*/) ?? [];
}
