import { copyFile, cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INSTALL_DIR, compareSnapshots, installPackage, treeSnapshot } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { bundle } from '../../posix/support/runModule.js';
import type { StepRoad } from './nginxRoadStep.js';
import { CONTENT, MINUTE } from './support.js';

const MU = `${CONTENT}/mu-plugins`;
const OTHER = `${CONTENT}/other`;
const NGINX = '/etc/nginx';

/** `once`: the link takes the directory's place before `fs-chmod`, until that is over. `racing`: to and fro meanwhile. */
export type Exchanging = 'once' | 'racing';

/** What one try came to. */
export interface RoadTry {
  /** Exit status of `apply`. */
  readonly code: number;
  /** How often the two names were exchanged, from the step before `fs-chmod` to its end. */
  readonly exchanges: number;
  /** Code and message with which `fs-chmod` failed; null where it did not. */
  readonly failure: string | null;
  /** What of nginx' configuration is not as it was. */
  readonly harm: readonly string[];
}

/**
 * Root watches the journal, so that the attacker, who runs as www-data, knows better than a real one when to exchange. In
 * the end everything is where it was before the attack.
 */
const ATTACKER = `
use strict; use Time::HiRes 'usleep';
my ($how, $dir, $link) = @ARGV;
sub told {
  for my $path (glob '/var/lib/wca/runs/*/journal.jsonl') {
    open(my $journal, '<', $path) or next;
    my @lines = <$journal>;
    return 1 if grep { $_ =~ $_[0] } @lines[1 .. $#lines];
  }
  return 0;
}
sub await { until (told($_[0])) { return if -e '/tmp/road-ended'; usleep 500 } }
await(qr/"type":"step-applied","id":"site-owner"/);
pipe(my $in, my $out) or die;
my $pid = fork;
if ($pid == 0) {
  $( = 33; $) = '33 33'; $< = 33; $> = 33;
  my ($n, $over) = (0, 0);
  $SIG{TERM} = sub { $over = 1 };
  my $exchange = sub { $n++ if syscall(316, -100, $dir, -100, $link, 2) == 0 };
  $exchange->();
  while (!$over) { $how eq 'once' ? usleep 1000 : $exchange->() }
  $exchange->() if -l $dir;
  syswrite $out, $n;
  exit;
}
close $out;
await(qr/"type":"step-(?:verified|failed|satisfied|undone)","id":"fs-chmod"/);
kill 'TERM', $pid;
print <$in>;
waitpid $pid, 0;
`;

/**
 * The road on which www-data once became root: it exchanges `wp-content/mu-plugins` for a link to nginx' enabled sites
 * while `apply` runs, before the `fs-chmod` mu-plugin is written, which then was written there and given to www-data.
 *
 * For a host that was booted for this try.
 *
 * @param options - what else `apply` is given
 */
export async function tryNginxRoad(host: Host, how: Exchanging, options: readonly string[] = []): Promise<RoadTry> {
  const before = treeSnapshot(host, [NGINX]);
  await writeFile(join(host.root, INSTALL_DIR, 'attacker.pl'), ATTACKER);
  await host.ok(['ln', '-s', `${NGINX}/sites-enabled`, OTHER], { user: 'www-data' });
  const apply = `wca migrate-off-root apply --yes --json --hold 1 ${options.join(' ')} > /tmp/report 2>&1`;
  const ran = await host.run(
    `{ ${apply}; echo $? > /tmp/road-ended; } & perl ${INSTALL_DIR}/attacker.pl ${how} ${MU} ${OTHER}; wait`,
    { timeoutMs: 8 * MINUTE },
  );
  if (ran.code !== 0) throw new Error(`the attack ended with ${ran.code}: ${ran.stderr}`);
  const code = Number(await host.ok('cat /tmp/road-ended'));
  const journal = await host.ok('cat /var/lib/wca/runs/*/journal.jsonl');
  const records = journal.split('\n').map((line) => JSON.parse(line) as JournalLine);
  const error = records.find(({ type, id }) => type === 'step-failed' && id === 'fs-chmod')?.error;
  const harm = compareSnapshots(before, treeSnapshot(host, [NGINX]));
  return {
    code,
    exchanges: Number(ran.stdout),
    failure: error === undefined ? null : `${error.code}: ${error.message}`,
    harm,
  };
}

/** The same on one host with the step alone, which takes a moment instead of a whole run: {@link StepRoad}. */
export async function tryStepRoad(host: Host, tries: number): Promise<StepRoad> {
  const work = await mkdtemp(join(tmpdir(), 'wca-road-'));
  try {
    const args = JSON.stringify([MU, OTHER, `${NGINX}/sites-enabled`, tries]).slice(1, -1);
    const source = `import { attackStep } from ${JSON.stringify(join(import.meta.dirname, 'nginxRoadStep.ts'))};
      console.log(JSON.stringify(await attackStep(${args})));`;
    await copyFile(await bundle(source, work), join(host.root, INSTALL_DIR, 'road.mjs'));
    await host.ok(['ln', '-s', `${NGINX}/sites-enabled`, OTHER], { user: 'www-data' });
    const command = [`${INSTALL_DIR}/node`, `${INSTALL_DIR}/road.mjs`];
    return JSON.parse(await host.ok(command, { timeoutMs: 30 * MINUTE })) as StepRoad;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What is looked at of a record of the journal. */
interface JournalLine {
  readonly type: string;
  readonly id?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/**
 * What keeps a writer from following the link, in the built command line, and what takes its place: no link is refused, and
 * every directory is the one that the plan saw.
 */
const PARENT_CHECKS: readonly (readonly [RegExp, string])[] = [
  [/(function renamers\w*\(\{ uid, mode \}\) \{)/g, '$1 return null;'],
  [/(function makers\w*\(\w+, \{ mode \}\) \{)/g, '$1 return null;'],
  [/(const inode\w* = )String\(stat\w*\.value\.ino\);/g, "$1'1';"],
];

/** Installs the package with the check of parent directories switched off in every file of the command line. */
export async function installWithoutParentCheck(host: Host): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), 'wca-unchecked-'));
  try {
    const project = join(import.meta.dirname, '../../..');
    for (const name of ['package.json', 'dist']) await cp(join(project, name), join(copy, name), { recursive: true });
    const cli = await readdir(join(copy, 'dist/cli'));
    const texts = await switchedOff([
      join(copy, 'dist/runner/wca.js'),
      ...cli.filter((name) => name.endsWith('.js')).map((name) => join(copy, 'dist/cli', name)),
    ]);
    for (const [path, text] of texts) await writeFile(path, text);
    await installPackage(host, copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function switchedOff(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const path of paths) texts.set(path, await readFile(path, 'utf8'));
  for (const [check, without] of PARENT_CHECKS) {
    const found = [...texts.values()].flatMap((text) => text.match(check) ?? []).length;
    // Once in the chunks of the command line, once in the one file that root executes.
    if (found !== 2) throw new Error(`${String(check)} is ${found} times in the built command line, expected 2`);
    for (const [path, text] of texts) texts.set(path, text.replace(check, without));
  }
  return texts;
}
