import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findInIndex } from '../../../src/systemd/load/findUnitFiles.js';
import { effectiveUnit } from '../../../src/systemd/load/effectiveUnit.js';
import { unitSpecifiers } from '../../../src/systemd/values/unitSpecifiers.js';
import { readUnitIndex } from '../../../src/systemd/load/unitIndex.js';
import type { UnitIndex } from '../../../src/systemd/load/unitIndex.js';
import { bootHost, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { seeded } from '../../posix/support/random.js';
import { dropInCases } from '../support/dropInCases.js';
import { differences } from '../support/systemdWords.js';
import { cases } from '../../support/campaign.js';

const PER_FACT = cases(20, 50);

describe.skipIf(!labAvailable().ok)('the drop-ins of a unit, against systemctl show of a booted host', () => {
  let host: Host;
  /** The host's `/` with what is mounted in it, `/run` above all. */
  let root: string;
  let index: UnitIndex;
  const units = dropInCases(seeded(9), PER_FACT);
  const shown = new Map<string, string>();

  beforeAll(async () => {
    host = await bootHost({ variant: 'clean' });
    root = `/proc/${host.pid}/root`;
    for (const { files } of units) {
      for (const [path, content] of files) {
        const place = join(root, path);
        // Some lie below a link, others take the name of a directory: the first that comes stays.
        if (isBelowLink(root, path) || lstatSync(place, { throwIfNoEntry: false }) !== undefined) continue;
        mkdirSync(dirname(place), { recursive: true });
        if (typeof content === 'string') writeFileSync(place, content);
        else symlinkSync(content.target, place);
      }
    }
    await host.ok(['systemctl', 'daemon-reload']);
    index = (await readUnitIndex(root))._unsafeUnwrap();
    for (let from = 0; from < units.length; from += 100) {
      const names = units.slice(from, from + 100).map(({ name }) => name);
      const said = await host.ok(['systemctl', 'show', '--', ...names]);
      for (const text of said.split('\n\n')) for (const name of namesIn(text)) shown.set(name, text);
    }
  });
  afterAll(() => host.down());

  it.each([...new Set(units.map(({ fact }) => fact))])(
    '%s: what they come to is what systemd makes of them',
    async (fact) => {
      const mine = units.filter((one) => one.fact === fact);
      expect(mine).toHaveLength(PER_FACT);
      for (const { name, files } of mine) {
        const found = (await findInIndex(index, name))._unsafeUnwrap();
        const sources = [...(found.fragment === null ? [] : [found.fragment]), ...found.dropIns];
        const specifiers = unitSpecifiers(found.id, found.path);
        const unit = effectiveUnit(found.id, sources, specifiers);
        expect(differences(unit, specifiers, shown.get(name) ?? ''), [...files.keys()].join('\n')).toEqual([]);
      }
    },
  );
});

function namesIn(shown: string): readonly string[] {
  return (/^Names=(.*)$/m.exec(shown)?.[1] ?? '').split(' ');
}

/** Whether something on the way is a link or a file. */
function isBelowLink(root: string, path: string): boolean {
  const names = dirname(path).slice(1).split('/');
  for (let length = 1; length <= names.length; length += 1) {
    const stat = lstatSync(join(root, ...names.slice(0, length)), { throwIfNoEntry: false });
    if (stat === undefined) return false;
    if (!stat.isDirectory()) return true;
  }
  return false;
}
