import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../../src/posix/programs/runProgram.js';

/** What systemd itself says about a unit file: each complaint with the line it names, and whether the unit loads. */
export interface Verdict {
  readonly complaints: readonly { readonly line: number; readonly text: string }[];
  readonly loads: boolean;
  /** Everything it said about the unit, line by line. */
  readonly said: readonly string[];
}

/** Asks `systemd-analyze verify` about many unit files at once; no manager is needed. */
export async function askSystemd(units: readonly Buffer[]): Promise<readonly Verdict[]> {
  const directory = await mkdtemp(join(tmpdir(), 'oracle-'));
  try {
    const names = units.map((_, i) => `u${i}.service`);
    await Promise.all(units.map((unit, i) => writeFile(join(directory, `u${i}.service`), unit)));
    const ran = await runProgram(
      'systemd-analyze',
      ['verify', '--man=no', ...names.map((name) => join(directory, name))],
      {
        env: { SYSTEMD_UNIT_PATH: directory, SYSTEMD_LOG_TARGET: 'console' },
      },
    );
    const output = ran._unsafeUnwrap().stderr.split('\n');
    return names.map((name) => {
      const said = output.filter(
        (line) => line.includes(`/${name}:`) || line.includes(` ${name} `) || line.startsWith(`${name}:`),
      );
      const complaints = said.flatMap((line) => {
        const found = /:(\d+): ([\s\S]*)$/.exec(line);
        return found === null ? [] : [{ line: Number(found[1]), text: found[2] ?? '' }];
      });
      return { said, complaints, loads: !said.some((line) => line.includes('failed to load properly')) };
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
