/**
 * The README's first command: boots a throw-away server in the broken state, migrates it for real, and shows the
 * plan, the proof, and what changed.
 */
import process from 'node:process';
import { bootHost, buildProject, compareSnapshots, ensureImage, installPackage, labAvailable, treeSnapshot } from '../test/lab/index.js';
import { CHANNEL, FLOW, SITE, UNIT_FILE } from '../test/lab/index.js';

const started = performance.now();
const lab = labAvailable();
if (!lab.ok) {
  console.error(`the demonstration boots a Debian server in a container, which is not possible here: ${lab.reason}`);
  process.exit(1);
}

console.log('This installs systemd-container and mmdebstrap with apt-get where they are missing, builds an image of a');
console.log('Debian 12 server in /var/cache/wca-lab, and boots a copy of it that is thrown away at the end.');
console.log('The kimaki, the WP-CLI and the Data Machine in it are doubles; systemd, WordPress and the rest are real.\n');
await timed('image', () => ensureImage());
await timed('package', () => buildProject());
const host = await timed('boot', () => bootHost());
let failed = true;
try {
  await timed('install', () => installPackage(host));
  const watched = [SITE, '/etc/systemd/system', '/etc/sudoers.d', '/home/opencode', '/root/.kimaki', '/usr/local'];
  const before = await treeSnapshot(host, watched);
  heading('wca migrate-off-root plan');
  await show(['wca', 'migrate-off-root', 'plan', '--create-user']);
  heading(`wca migrate-off-root apply --flow "${FLOW}" --wait-scheduled 60 --probe-channel ${CHANNEL} --probe-update --yes`);
  const probes = ['--flow', FLOW, '--wait-scheduled', '60', '--probe-channel', CHANNEL, '--probe-update'];
  const applied = await host.run(['wca', 'migrate-off-root', 'apply', '--json', '--create-user', ...probes, '--yes'], { timeoutMs: 300_000 });
  process.stdout.write(applied.stderr);
  const report = JSON.parse(applied.stdout);
  heading('wca migrate-off-root verify');
  const verified = await show(['wca', 'migrate-off-root', 'verify', ...probes]);
  heading('What changed');
  const changes = compareSnapshots(before, await treeSnapshot(host, watched));
  summarize(changes);
  console.log(`\nunit, before and after: ${UNIT_FILE}`);
  console.log(`downtime of the service: ${report.downtimeMs} ms`);
  failed = applied.code !== 0 || verified !== 0;
  console.log(failed ? '\nThe migration did not hold.' : `\nMigrated and proven in ${((performance.now() - started) / 1000).toFixed(0)} s.`);
} finally {
  await host.down();
}
process.exit(failed ? 1 : 0);

async function show(command: readonly string[]): Promise<number> {
  const ran = await host.run(command, { timeoutMs: 300_000 });
  process.stdout.write(ran.stdout);
  process.stdout.write(ran.stderr);
  return ran.code;
}

function heading(text: string): void {
  console.log(`\n──── ${text}`);
}

function summarize(changes: readonly string[]): void {
  for (const change of changes) console.log(change);
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const done = await work();
  console.log(`${what}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
  return done;
}
