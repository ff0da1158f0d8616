/**
 * The README's first command: boots a throw-away server in the broken state, migrates it for real, and shows the
 * plan, the proof, and what changed.
 */
import process from 'node:process';
import {
  CHANNEL,
  FLOW,
  SITE,
  bootHost,
  buildProject,
  compareSnapshots,
  ensureImage,
  installPackage,
  labAvailable,
  treeSnapshot,
} from '../test/lab/index.js';

const WATCHED = [
  `${SITE}/wp-content`,
  '/etc/systemd/system',
  '/etc/sudoers.d',
  '/home/opencode',
  '/root/.kimaki',
  '/usr/local',
];
const PROBES = ['--flow', FLOW, '--wait-scheduled', '60', '--probe-channel', CHANNEL, '--probe-update'];
/** A bare machine spends its time on the image, not here. */
const DEADLINE = { timeoutMs: 300_000 };

const lab = labAvailable();
if (!lab.ok) {
  console.error(`The demonstration boots a Debian server in a container, which is not possible here: ${lab.reason}`);
  process.exit(1);
}
console.log(
  'Boots a throw-away Debian 12 server with WordPress in the state a root install leaves behind, and migrates it.',
);
console.log('Installs systemd-container and mmdebstrap with apt-get where they are missing; the image is kept in');
console.log(
  '/var/cache/wca-lab. kimaki, WP-CLI and Data Machine in it are doubles; everything else is the real thing.\n',
);

const started = performance.now();
await timed('image', ensureImage);
await timed('package', buildProject);
const host = await timed('boot', bootHost);
let failed: boolean;
try {
  await installPackage(host);
  const before = treeSnapshot(host, WATCHED);
  await show('plan', []);
  const applied = await show('apply', [...PROBES, '--yes']);
  heading('what changed');
  summarize(compareSnapshots(before, treeSnapshot(host, WATCHED)));
  failed = applied !== 0;
} finally {
  await host.down();
}
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  failed
    ? `\nThe migration did not hold (${seconds} s).`
    : `\nMigrated and proven, ${seconds} s in all. The server is gone again.`,
);
process.exit(failed ? 1 : 0);

async function show(command: 'plan' | 'apply', options: readonly string[]): Promise<number> {
  const shown = options.map((word) => (/[^\w./=-]/.test(word) ? `'${word}'` : word));
  heading(['wca migrate-off-root', command, ...shown].join(' '));
  const ran = await host.run(['wca', 'migrate-off-root', command, ...options], DEADLINE);
  // Asked to apply, it shows the plan once more; here it was read a moment ago.
  const from = command === 'apply' ? ran.stdout.indexOf('\nAcceptance') : 0;
  process.stdout.write(ran.stderr);
  process.stdout.write(from < 0 ? ran.stdout : ran.stdout.slice(from));
  return ran.code;
}

function heading(text: string): void {
  console.log(`\n── ${text}\n`);
}

/** Owners change by the hundred: those are counted, the rest is listed. */
function summarize(changes: readonly string[]): void {
  const attributes = changes.filter((change) => change.startsWith('~') && sameContent(change));
  for (const change of changes.filter((each) => !attributes.includes(each)))
    console.log(change.replace(/ \d{10,} [0-9a-f]{16}/g, ''));
  console.log(`and ${attributes.length} entries that only changed owner, group or mode, such as`);
  for (const change of attributes.slice(0, 3)) console.log(change.replace(/ \d{10,} [0-9a-f]{16}/g, ''));
}

/** A changed line is `~ PATH: KIND OWNER MODE [TIME DIGEST] → …`. */
function sameContent(change: string): boolean {
  const [was = '', is = ''] = change.slice(change.indexOf(': ')).split(' → ');
  return was.startsWith(': directory') || / [0-9a-f]{16}$/.exec(was)?.[0] === / [0-9a-f]{16}$/.exec(is)?.[0];
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const done = await work();
  console.log(`${what}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
  return done;
}
