/**
 * One named check: passes when its command exits with 0. `dist` says that it reads what `npm run build` makes.
 *
 * @typedef {{ readonly name: string, readonly command: readonly string[], readonly dist?: true }} Stage
 */

const bin = (/** @type {string} */ name) => `node_modules/.bin/${name}`;

/** What the other stages read; runs before them. */
export const BUILD = /** @type {Stage} */ ({ name: 'build', command: ['node', 'scripts/build.mjs'] });

/** @type {readonly Stage[]} */
export const STAGES = [
  { name: 'types', command: [bin('tsc'), '-p', '.'] },
  { name: 'lint', command: [bin('eslint'), '.', '--max-warnings', '0'] },
  { name: 'unused', command: [bin('knip'), '--no-progress', '--treat-config-hints-as-errors'] },
  { name: 'examples', command: ['node', 'scripts/checkExamples.mjs'] },
  { name: 'docs', command: [bin('typedoc')] },
  { name: 'api', command: ['node', 'scripts/api.mjs'], dist: true },
  { name: 'package', command: [bin('publint'), '--strict'], dist: true },
  { name: 'package-types', command: [bin('attw'), '--pack', '.', '--profile', 'esm-only', '--no-emoji'], dist: true },
];
