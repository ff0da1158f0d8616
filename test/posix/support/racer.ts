import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** renameat2(2) by number, since no tool of Debian 12 exchanges two names. */
const RENAMEAT2 = process.arch === 'arm64' ? 276 : 316;
const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;

/** Where one of two names is not there, the other one takes its place, to and fro. */
const SCRIPT = `
my @pairs = @ARGV;
open(my $out, '+<&=', 3) or die;
my $n = 0;
while (getppid() != 1) {
  for (my $i = 0; $i < @pairs; $i += 2) {
    my ($a, $b) = @pairs[$i, $i + 1];
    $n++ if syscall(${RENAMEAT2}, ${AT_FDCWD}, $a, ${AT_FDCWD}, $b, ${RENAME_EXCHANGE}) == 0
      or rename($b, $a) or rename($a, $b);
  }
  sysseek($out, 0, 0); syswrite($out, sprintf('%020d', $n));
}
`;

const CLOCK = new Int32Array(new SharedArrayBuffer(4));

/** A process of another account that exchanges pairs of names as fast as it can. */
export interface Racer {
  /** Exchanges made until now. */
  exchanges(): number;
  /** Comes back when the process stands still. */
  pause(): void;
  /** Comes back when it has exchanged something again. */
  resume(): void;
  stop(): Promise<void>;
}

/**
 * Starts exchanging; the pairs must lie in directories that the account may write to.
 *
 * @param account - default www-data
 */
export function startRacer(
  place: string,
  pairs: readonly (readonly [string, string])[],
  account: { readonly uid: number; readonly gid: number } = { uid: 33, gid: 33 },
): Racer {
  const counter = join(place, 'exchanges');
  writeFileSync(counter, '0'.repeat(20));
  const fd = openSync(counter, 'r+');
  const child = spawn('/usr/bin/perl', ['-e', SCRIPT, ...pairs.flat()], {
    uid: account.uid,
    gid: account.gid,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'inherit', fd],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const digits = Buffer.alloc(20);
  const exchanges = (): number => {
    readSync(fd, digits, 0, 20, 0);
    return Number(digits.toString());
  };
  const until = (what: string, isSo: () => boolean): void => {
    const deadline = performance.now() + 10_000;
    while (!isSo()) {
      if (performance.now() > deadline) throw new Error(`the attacker does not ${what}`);
      // On a busy machine it needs this processor for it.
      Atomics.wait(CLOCK, 0, 0, 0.1);
    }
  };
  return {
    exchanges,
    pause: () => {
      child.kill('SIGSTOP');
      until('stop', () => readFileSync(`/proc/${child.pid ?? 0}/stat`, 'utf8').includes(' T '));
    },
    resume: () => {
      const before = exchanges();
      child.kill('SIGCONT');
      until('get to exchange anything', () => exchanges() !== before);
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      closeSync(fd);
    },
  };
}
