import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effectiveUnit } from '../../../src/systemd/load/effectiveUnit.js';
import { unitSpecifiers } from '../../../src/systemd/values/unitSpecifiers.js';
import { bootHost, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { seeded } from '../../posix/support/random.js';
import { grammarCases, sourcesOf } from '../support/grammarCases.js';
import { differences } from '../support/systemdWords.js';
import { valueCases } from '../support/valueCases.js';

const PER_FACT = 50;

describe.skipIf(!labAvailable().ok)('effectiveUnit, against systemctl show of a booted host', () => {
  let host: Host;
  const cases = [...grammarCases(seeded(4), PER_FACT), ...valueCases()];
  const shown = new Map<string, string>();

  beforeAll(async () => {
    host = await bootHost({ variant: 'clean' });
    for (const { files } of cases) {
      for (const [path, bytes] of files) {
        await mkdir(dirname(join(host.root, path)), { recursive: true });
        await writeFile(join(host.root, path), bytes);
      }
    }
    await host.ok(['systemctl', 'daemon-reload']);
    for (let from = 0; from < cases.length; from += 100) {
      const names = cases.slice(from, from + 100).map(({ name }) => name);
      const said = await host.ok(['systemctl', 'show', '--', ...names]);
      for (const unit of said.split('\n\n')) shown.set(/^Id=(.*)$/m.exec(unit)?.[1] ?? '', unit);
    }
  });
  afterAll(() => host.down());

  it.each([...new Set(cases.map(({ fact }) => fact))])(
    '%s: every value of every generated unit is systemd’s',
    (fact) => {
      const mine = cases.filter((one) => one.fact === fact);
      expect(mine.length).toBeGreaterThanOrEqual(PER_FACT);
      for (const one of mine) {
        const specifiers = unitSpecifiers(one.name, `/etc/systemd/system/${one.name}`);
        const unit = effectiveUnit(one.name, sourcesOf(one), specifiers);
        const files = [...one.files].map(
          ([path, bytes]) => `${path}: ${JSON.stringify(bytes.toString('latin1').slice(0, 500))}`,
        );
        expect(differences(unit, specifiers, shown.get(one.name) ?? ''), files.join('\n')).toEqual([]);
      }
    },
  );
});
