import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { run } from './place.js';
import { bundle } from './runModule.js';

const SOURCE = join(import.meta.dirname, '../../../src/posix/accounts/index.ts');

/** A machine's accounts to play with: a copy of /etc that only programs run by `script` see. */
export interface PrivateEtc {
  /** The copy. */
  readonly etc: string;
  /** Runs the body of a function in which `posix` is the library, with the copy as /etc; answers what it returns. */
  script(body: string): Promise<unknown>;
  /** Runs a program with the copy as /etc. */
  run(file: string, ...args: readonly string[]): string;
}

/** Copies /etc, so that adding and removing users does not touch those of this machine. */
export function privateEtc(place: string): PrivateEtc {
  const etc = join(place, 'etc');
  const log = join(place, 'log');
  mkdirSync(log);
  run('cp', ['-a', '/etc', etc]);
  // A mount namespace of its own: the mounts are gone with its last process. useradd writes /var/log/lastlog.
  const inside = (command: readonly string[]): string => {
    const mounts = `mount --bind '${etc}' /etc && mount --bind '${log}' /var/log && exec "$@"`;
    const args = ['--mount', '--propagation', 'private', 'sh', '-c', mounts, 'sh', ...command];
    return execFileSync('unshare', args, { encoding: 'utf8', cwd: '/' });
  };
  return {
    etc,
    run: (file, ...args) => inside([file, ...args]),
    script: async (body) => {
      const answer: unknown = JSON.parse(inside([process.execPath, await runner(), body]));
      return answer;
    },
  };
}

let bundled: Promise<string> | null = null;
const runners: string[] = [];

/** To be called at the top of a file whose tests run scripts. */
export function removeRunnerAtEnd(): void {
  afterAll(() => {
    for (const directory of runners.splice(0)) rmSync(directory, { recursive: true, force: true });
    bundled = null;
  });
}

/** One bundle for all scripts of a test file: each takes a second. */
function runner(): Promise<string> {
  const source = `import * as posix from ${JSON.stringify(SOURCE)};
    const act = new Function('posix', 'return (async () => {' + process.argv[2] + '})()');
    console.log(JSON.stringify((await act(posix)) ?? null));`;
  if (bundled === null) {
    const directory = mkdtempSync(join(tmpdir(), 'wca-runner-'));
    runners.push(directory);
    bundled = bundle(source, directory);
  }
  return bundled;
}
