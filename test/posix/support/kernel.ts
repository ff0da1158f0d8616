import { spawnSync } from 'node:child_process';
import type { Identity } from '../../../src/posix/accounts/identity.js';

/** One access(2) to make: the mode is R_OK 4, W_OK 2, X_OK 1 or a sum. */
interface Question {
  readonly path: string;
  readonly mode: number;
}

const SCRIPT = `
const { accessSync, readFileSync } = require('node:fs');
const { uid, gids, questions } = JSON.parse(readFileSync(0, 'utf8'));
process.setgroups(gids); process.setgid(gids[0]); process.setuid(uid);
const answer = (q) => { try { accessSync(q.path, q.mode); return 'OK'; } catch (e) { return e.code; } };
process.stdout.write(JSON.stringify(questions.map(answer)));
`;

/** Asks the kernel, in one process with exactly these credentials: `OK` or the errno for each question. */
export function askKernel(identity: Identity, questions: readonly Question[]): readonly string[] {
  const input = JSON.stringify({ uid: identity.user.uid, gids: identity.groups.map((group) => group.gid), questions });
  const ran = spawnSync(process.execPath, ['-e', SCRIPT], { input, encoding: 'utf8', maxBuffer: 64 << 20, cwd: '/' });
  if (ran.status !== 0) throw new Error(`the helper failed: ${ran.stderr}`);
  const answers: unknown = JSON.parse(ran.stdout);
  if (!Array.isArray(answers)) throw new Error('the helper gave no list');
  return answers.map(String);
}

/** One thing to really do as that user: `access` asks access(2) with the mode, the others act. */
export interface Deed {
  readonly path: string | Buffer;
  readonly deed: 'read' | 'write' | 'execute' | 'traverse' | 'create' | 'access';
  readonly mode: number;
}

const DEEDS = `
use POSIX ();
use Fcntl;
my ($uid, @gids) = @ARGV;
$( = $gids[0]; $) = "$gids[0] @gids";
POSIX::setuid($uid) or die 'setuid';
die 'still someone else' if $< != $uid || $> != $uid;
my %acts = (
  access => sub { POSIX::access($_[0], $_[1]) },
  read => sub { sysopen(my $file, $_[0], O_RDONLY | O_NONBLOCK | O_NOCTTY) },
  write => sub { sysopen(my $file, $_[0], O_WRONLY | O_NONBLOCK | O_NOCTTY) },
  traverse => sub { my $done = chdir($_[0]); my $errno = $! + 0; chdir('/'); $! = $errno; $done },
  create => sub {
    my $new = "$_[0]/made$$";
    sysopen(my $file, $new, O_WRONLY | O_CREAT | O_EXCL) or return 0;
    unlink($new);
  },
  execute => sub {
    my $child = fork();
    if ($child == 0) { close(STDERR); exec { $_[0] } $_[0]; POSIX::_exit($! + 0) }
    waitpid($child, 0);
    $! = $? >> 8;
    $? == 0;
  },
);
while (my $line = <STDIN>) {
  my ($deed, $mode, $path) = split(' ', $line);
  $! = 0;
  my $done = $acts{$deed}->(pack('H*', $path), $mode);
  my $errno = $! + 0;
  # ENXIO: a FIFO without a reader; it might have been opened.
  my $may = $done || $errno == POSIX::ENXIO();
  my %refusals = map { $_ => 1 } POSIX::EACCES(), POSIX::EPERM(), POSIX::EROFS();
  print $may ? 'OK' : $refusals{$errno} ? 'REFUSED' : "errno $errno", chr(10);
}
`;

/** Has one process with exactly these credentials do all of it: `OK`, `REFUSED` (by whatever rule) or another errno. */
export function doAs(identity: Identity, deeds: readonly Deed[]): readonly string[] {
  const input = deeds.map(({ path, deed, mode }) => `${deed} ${mode} ${Buffer.from(path).toString('hex')}\n`).join('');
  const args = ['-e', DEEDS, String(identity.user.uid), ...identity.groups.map((group) => String(group.gid))];
  const ran = spawnSync('/usr/bin/perl', args, { input, encoding: 'utf8', maxBuffer: 64 << 20, cwd: '/', env: {} });
  const answers = ran.stdout.split('\n').slice(0, -1);
  if (ran.status !== 0 || answers.length !== deeds.length) throw new Error(`the helper failed: ${ran.stderr}`);
  return answers;
}
