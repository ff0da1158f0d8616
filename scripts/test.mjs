// npm test: every check of package.json, then every test. The last line is `N passed, N failed`: checks and tests, as
// npm-run-all and vitest counted them. With CI=true a test that was skipped counts as failed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import runAll from 'npm-run-all2';

/** @typedef {readonly { readonly name: string, readonly code: number }[]} Checks */
/** @typedef {{ readonly status: string, readonly assertionResults: readonly { readonly status: string }[] }} TestFile */

const REPORT = 'temp/vitest.json';
const output = { stdout: process.stdout, stderr: process.stderr };

const built = await run('build', {});
// Where an image cannot be built, the tests of the lab try again, and fail.
spawn('tsx', ['scripts/labImages.ts'], { stdio: ['ignore', 'inherit', 'inherit'] }).on('error', () => undefined);
const checks = await run('check:*', {
  parallel: true,
  maxParallel: availableParallelism(),
  continueOnError: true,
  aggregateOutput: true,
});
rmSync(REPORT, { force: true });
const vitest = spawnSync('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`], {
  stdio: 'inherit',
});
const report = /** @type {unknown} */ (
  existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, 'utf8')) : { testResults: [] }
);
const files = /** @type {{ testResults: readonly TestFile[] }} */ (report).testResults;
const tests = files.flatMap((file) => file.assertionResults.map((test) => test.status));
const skipped = tests.filter((status) => status !== 'passed' && status !== 'failed').length;

const failures = [...built, ...checks].filter((check) => check.code !== 0).map((check) => `npm run ${check.name}`);
let failed = failures.length + tests.filter((status) => status === 'failed').length;
// A file that could not be loaded, or whose hook failed.
failed += files.filter(
  (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
).length;
if (process.env.CI === 'true') failed += skipped;
// No tests ran, or vitest found something else to be wrong.
if (skipped === tests.length || (vitest.status !== 0 && failed === failures.length)) failed += 1;
const passed = [...built, ...checks].length - failures.length + tests.filter((status) => status === 'passed').length;

console.log('');
for (const failure of failures) console.log(`failed: ${failure}`);
if (skipped > 0) console.log(`skipped: ${skipped} tests, which need root or a program that is not here`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/**
 * @param {string} pattern
 * @param {object} options
 * @returns {Promise<Checks>}
 */
async function run(pattern, options) {
  try {
    return await runAll(pattern, { ...output, ...options });
  } catch (error) {
    return /** @type {{ results: Checks }} */ (error).results;
  }
}
