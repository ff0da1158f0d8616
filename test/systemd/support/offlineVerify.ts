import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProgram } from '../../../src/posix/programs/runProgram.js';
import type { GrammarCase } from './grammarCases.js';

/** What `systemd-analyze verify` says about a unit whose files lie below a root of their own. */
export interface OfflineVerdict {
  readonly loads: boolean;
  /** The lines of each file that it does not heed, with what it says about them. */
  readonly complaints: ReadonlyMap<string, ReadonlyMap<number, string>>;
}

/** What systemd remarks on and heeds all the same. */
const REMARK =
  /does not match strict|[Ss]pecial user|is obsolete|please use|KillMode= is set to|Ignoring unknown escape|is deprecated/;

/** Asks systemd about many units at once; no manager is needed. */
export async function verifyOffline(cases: readonly GrammarCase[]): Promise<ReadonlyMap<string, OfflineVerdict>> {
  const root = await mkdtemp(join(tmpdir(), 'offline-'));
  try {
    for (const { files } of cases) {
      for (const [path, bytes] of files) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), bytes);
      }
    }
    const said: string[] = [];
    for (let from = 0; from < cases.length; from += 250) {
      const names = cases.slice(from, from + 250).map(({ name }) => name);
      const options = { env: { SYSTEMD_LOG_TARGET: 'console' }, maxOutputBytes: 64 * 1024 * 1024 };
      const ran = await runProgram(
        'systemd-analyze',
        [`--root=${root}`, '--man=no', 'verify', '--', ...names],
        options,
      );
      said.push(...ran._unsafeUnwrap().stderr.split('\n'));
    }
    return verdicts(cases, root, said);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function verdicts(
  cases: readonly GrammarCase[],
  root: string,
  said: readonly string[],
): ReadonlyMap<string, OfflineVerdict> {
  const complaints = new Map<string, Map<number, string>>();
  const refused = new Set<string>();
  for (const line of said) {
    const [, file = '', number, text = ''] = /^(\/[^:]*):(\d+): (.*)$/.exec(line) ?? [];
    if (number === undefined) {
      const unit = /^Unit (\S+) (?:has a bad unit file setting|failed to load properly|is masked)/.exec(line)?.[1];
      if (unit !== undefined) refused.add(unit);
    } else if (!REMARK.test(text)) {
      const path = file.slice(root.length);
      complaints.set(path, (complaints.get(path) ?? new Map<number, string>()).set(Number(number), text));
    }
  }
  return new Map(
    cases.map(({ name, files }) => {
      const own = [...files.keys()].map((path): [string, ReadonlyMap<number, string>] => [
        path,
        complaints.get(path) ?? new Map(),
      ]);
      return [name, { loads: !refused.has(name), complaints: new Map(own) }];
    }),
  );
}
