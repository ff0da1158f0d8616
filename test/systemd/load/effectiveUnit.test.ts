// @module-tag systemd
import { beforeAll, describe, expect, it } from 'vitest';
import { effectiveUnit } from '../../../src/systemd/load/effectiveUnit.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { unitSpecifiers } from '../../../src/systemd/values/unitSpecifiers.js';
import type { EffectiveUnit } from '../../../src/systemd/load/effectiveUnit.js';
import type { UnitSource } from '../../../src/systemd/document/unitSource.js';
import { seeded } from '../../posix/support/random.js';
import { grammarCases, sourcesOf } from '../support/grammarCases.js';
import type { GrammarCase } from '../support/grammarCases.js';
import { verifyOffline } from '../support/offlineVerify.js';
import type { OfflineVerdict } from '../support/offlineVerify.js';
import { valueCases } from '../support/valueCases.js';
import { cases } from '../../support/campaign.js';

/** Of each of the 30 facts; in a campaign 5,100 in all. */
const PER_FACT = cases(60, 170);

describe('effectiveUnit, against systemd-analyze verify', () => {
  const units = [...grammarCases(seeded(53), PER_FACT), ...valueCases()];
  let verdicts: ReadonlyMap<string, OfflineVerdict>;
  beforeAll(async () => {
    verdicts = await verifyOffline(units);
  });

  it.each([...new Set(units.map(({ fact }) => fact))])(
    '%s: loads what systemd loads, and heeds the lines it heeds',
    (fact) => {
      const mine = units.filter((one) => one.fact === fact);
      expect(mine.length).toBeGreaterThanOrEqual(PER_FACT);
      for (const one of mine) {
        const unit = effectiveUnit(
          one.name,
          sourcesOf(one),
          unitSpecifiers(one.name, `/etc/systemd/system/${one.name}`),
        );
        const verdict = verdicts.get(one.name);
        const files = [...one.files].map(
          ([path, bytes]) => `${path}: ${JSON.stringify(bytes.toString('latin1').slice(0, 500))}`,
        );
        expect(unit.loadState === 'loaded', files.join('\n')).toBe(verdict?.loads);
        expect(unheeded(unit, one), files.join('\n')).toEqual(complained(verdict));
      }
    },
  );
});

/** `path:line` of what we say systemd does not heed, by the line that systemd names. */
function unheeded(unit: EffectiveUnit, one: GrammarCase): readonly string[] {
  const documents = new Map(sourcesOf(one).map(({ path, document }) => [path, document]));
  const lines = [...unit.ignored, ...unit.faults]
    // Of a line that is too long systemd does not say the number.
    .filter(({ line, reason }) => line > 0 && !/^the (?:continued )?line has \d+ bytes/.test(reason))
    .map(({ path, line }) => {
      const assignment = documents.get(path)?.assignments.find((other) => other.line === line);
      const header = documents.get(path)?.sections.find((other) => other.line === line);
      return `${path}:${assignment?.lastLine ?? header?.lastLine ?? line}`;
    });
  return [...new Set(lines)].sort();
}

function complained(verdict: OfflineVerdict | undefined): readonly string[] {
  return [...(verdict?.complaints ?? [])]
    .flatMap(([path, lines]) => [...lines.keys()].map((line) => `${path}:${line}`))
    .sort();
}

const PATH = '/etc/systemd/system/u.service';
const DROP_IN = `${PATH}.d/10.conf`;

function effective(fragment: string, ...dropIns: readonly string[]): EffectiveUnit {
  const sources: UnitSource[] = [
    { path: PATH, role: 'fragment', document: parseUnit(fragment) },
    ...dropIns.map((text): UnitSource => ({ path: DROP_IN, role: 'drop-in', document: parseUnit(text) })),
  ];
  return effectiveUnit('u.service', sources, unitSpecifiers('u.service', PATH));
}

function valuesOf(unit: EffectiveUnit, setting: string): readonly string[] {
  const found = unit.settings.find(({ section, key }) => `${section}.${key}` === setting);
  return (found?.values ?? []).map(
    ({ value, path, line }) => `${value} at ${path === PATH ? 'unit' : 'drop-in'}:${line}`,
  );
}

const START = '[Service]\nExecStart=/bin/true\n';

describe('effectiveUnit', () => {
  it('gives file and line of each value, the last of a key that takes one', () => {
    const unit = effective(`${START}User=root\nUMask=0022\n`, '[Service]\nUser=opencode\n');
    expect(unit).toMatchObject({ loadState: 'loaded', faults: [], ignored: [] });
    expect(valuesOf(unit, 'Service.User')).toEqual(['opencode at drop-in:2']);
    expect(valuesOf(unit, 'Service.UMask')).toEqual(['0022 at unit:4']);
  });

  it('S7: keeps an earlier value where a later one is ignored, and says which line is', () => {
    const unit = effective(`${START}UMask=0002\nUMask=zz\n`);
    expect(valuesOf(unit, 'Service.UMask')).toEqual(['0002 at unit:3']);
    expect(unit.ignored).toMatchObject([{ path: PATH, line: 4, setting: 'Service.UMask' }]);
  });

  it('S7: does not load a unit with a user that systemd refuses', () => {
    const unit = effective(`${START}User=open:code\n`);
    expect(unit).toMatchObject({ loadState: 'bad-setting', faults: [{ line: 3, setting: 'Service.User' }] });
  });

  it('S9: an empty assignment takes a user, a list of commands and an environment back, and no umask and no dependency', () => {
    const text = `[Unit]\nAfter=a.service\nAfter=\n${START}User=root\nUser=\nExecStart=\nExecStart=/bin/b\nEnvironment=A=1\nEnvironment=\nUMask=0002\nUMask=\n`;
    const unit = effective(text);
    expect(valuesOf(unit, 'Unit.After')).toEqual(['a.service at unit:2']);
    expect(valuesOf(unit, 'Service.User')).toEqual([]);
    expect(valuesOf(unit, 'Service.ExecStart')).toEqual(['/bin/b at unit:9']);
    expect(valuesOf(unit, 'Service.Environment')).toEqual([]);
    expect(valuesOf(unit, 'Service.UMask')).toEqual(['0002 at unit:12']);
  });

  it('S9: an empty condition takes all conditions away, and no assertion', () => {
    const unit = effective(
      `[Unit]\nConditionPathExists=/a\nConditionHost=b\nAssertPathExists=/c\nConditionUser=\n${START}`,
    );
    expect(unit.settings.map(({ key }) => key)).toEqual(['AssertPathExists', 'ExecStart']);
  });

  it('S10: gives each variable once, as it is last assigned', () => {
    const unit = effective(`${START}Environment=A=1 "B=x y"\n`, '[Service]\nEnvironment=A=2\n');
    expect(valuesOf(unit, 'Service.Environment')).toEqual(['A=2 at drop-in:2', 'B=x y at unit:3']);
  });

  it('S13: does not load a service with two commands that is no oneshot', () => {
    expect(effective(`${START}ExecStart=/bin/b\n`).loadState).toBe('bad-setting');
    expect(effective(`${START}ExecStart=/bin/b\nType=oneshot\n`).loadState).toBe('loaded');
  });

  it('S17: says that an empty unit file masks the unit, and that drop-ins alone make none', () => {
    expect(effective('').loadState).toBe('masked');
    expect(effectiveUnit('u.service', [], new Map()).loadState).toBe('not-found');
  });

  it('S18: a fault ends a drop-in, whose lines before it count, and the unit loads', () => {
    const unit = effective(START, '[Service]\nUser=a\nUser=b:c\nUMask=0002\n');
    expect(unit.loadState).toBe('loaded');
    expect(valuesOf(unit, 'Service.User')).toEqual(['a at drop-in:2']);
    expect(valuesOf(unit, 'Service.UMask')).toEqual([]);
    expect(unit.ignored).toMatchObject([{ path: DROP_IN, line: 3, setting: 'Service.User' }]);
  });

  it('S18: the same fault in the unit file keeps the unit from loading', () => {
    expect(effective(`${START}[Bad\n`)).toMatchObject({ loadState: 'error', faults: [{ line: 3 }] });
  });

  it('names one section that a unit of this type does not have, not each of its lines', () => {
    const unit = effective(`${START}[Socket]\nListenStream=1\nAccept=yes\n[X-Mine]\na=b\n`);
    expect(unit.ignored).toMatchObject([{ line: 3, setting: null }]);
  });

  it('marks values it does not check, and never says what a value is that it complains about', () => {
    const unit = effective(`${START}LimitNOFILE=65536\nEnvironment=SECRET\n`);
    expect(unit.settings.find(({ key }) => key === 'LimitNOFILE')).toMatchObject({ checked: false });
    expect(JSON.stringify(unit.ignored)).not.toContain('SECRET');
  });
});
