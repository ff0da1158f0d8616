// npm test: every check and every test. Says what it installs before it does, and ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TEST_PACKAGES, canInstall, ensurePackages, missingPackages } from './systemNeeds.mjs';
import { runStages } from './runStages.mjs';
import { testFiles, testsToLeaveOut } from './testFiles.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CI = process.env.CI === 'true';

/** @type {string[]} */
const failures = [];
/** @type {string[]} */
const leftOut = [];
let passed = 0;

console.log('npm test: every check and every test of this repository');
prepare();
for (const stage of await runStages()) {
  if (stage.ok) passed++;
  else failures.push(`check ${stage.name}`);
}
runTests();
finish();

/** Installs the Debian packages that the tests need, or says what is missing. */
function prepare() {
  const missing = missingPackages(TEST_PACKAGES.map((need) => need.name));
  if (missing.length === 0) {
    console.log('It installs nothing: all the Debian packages it needs are here.');
  } else {
    const needs = TEST_PACKAGES.filter((need) => missing.includes(need.name));
    console.log(canInstall() ? 'It installs with apt-get:' : 'It needs, and cannot install without root on Debian:');
    for (const need of needs) console.log(`  ${need.name} (${need.for})`);
  }
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    console.log(
      'The lab tests build a Debian 12 image, once, in /var/cache/wca-lab, from the apt sources of this machine.',
    );
  }
  if (missing.length > 0 && canInstall()) ensurePackages(missing, () => undefined);
  for (const { path, lacks } of testsToLeaveOut()) leftOut.push(`${path} (needs ${lacks.join(', ')})`);
  for (const what of leftOut) console.log(`Left out: ${what}`);
}

/** Runs vitest and counts from its report, so that a run that found no tests is no success. */
function runTests() {
  const directory = mkdtempSync(join(tmpdir(), 'wca-test-'));
  const report = join(directory, 'report.json');
  const vitest = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { cwd: ROOT, stdio: 'inherit' },
  );
  const ran = existsSync(report) ? count(/** @type {unknown} */ (JSON.parse(readFileSync(report, 'utf8')))) : 0;
  rmSync(directory, { recursive: true });
  if (ran === 0) failures.push('vitest: no tests ran');
  if (vitest.status !== 0 && failures.length === 0)
    failures.push(`vitest ended with ${vitest.status ?? vitest.signal}`);
}

/**
 * Of vitest's JSON report, what is read here.
 *
 * @typedef {object} Report
 * @property {readonly { name: string, status: string, message: string, assertionResults: readonly TestResult[] }[]} testResults
 *
 * @typedef {{ readonly fullName: string, readonly status: string }} TestResult
 */

/**
 * @param {unknown} json
 * @returns {number} how many tests ran
 */
function count(json) {
  const report = /** @type {Report} */ (json);
  let ran = 0;
  const seen = new Set();
  for (const file of report.testResults) {
    const path = relative(ROOT, file.name);
    seen.add(path);
    if (file.status === 'failed' && file.assertionResults.length === 0)
      failures.push(`${path}: ${file.message.split('\n', 1)[0]}`);
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++;
      if (test.status === 'passed' || test.status === 'failed') ran++;
      if (test.status === 'failed') failures.push(`${path}: ${test.fullName}`);
      else if (test.status !== 'passed') leftOut.push(`${test.status}: ${path}: ${test.fullName}`);
    }
  }
  const expected = new Set(testFiles());
  for (const { path } of testsToLeaveOut()) expected.delete(path);
  for (const path of [...expected].filter((file) => !seen.has(file))) failures.push(`${path}: did not run`);
  return ran;
}

function finish() {
  if (CI) failures.push(...leftOut.splice(0).map((what) => `left out, which CI does not allow: ${what}`));
  console.log('');
  for (const what of leftOut) console.log(`left out: ${what}`);
  for (const failure of failures) console.log(`failed: ${failure}`);
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
