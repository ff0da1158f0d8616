import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { planUnitEdit } from '../../../src/systemd/host-edit/planUnitEdit.js';
import type { UnitChange } from '../../../src/systemd/edits/changeDocument.js';
import type { UnitFiles } from '../../../src/systemd/load/unitFiles.js';
import type { UnitSource } from '../../../src/systemd/document/unitSource.js';

const PATH = '/usr/lib/systemd/system/u.service';

const OURS = '/etc/systemd/system/u.service.d/90-wca.conf';

const source = (path: string, text: string): UnitSource => ({
  path,
  role: path.endsWith('.conf') ? 'drop-in' : 'fragment',
  document: parseUnit(text),
});

/** A unit of a package with these lines in `[Service]`, and these drop-ins. */
function packaged(lines: string, dropIns: readonly UnitSource[] = []): UnitFiles {
  return {
    name: 'u.service',
    id: 'u.service',
    names: ['u.service'],
    aliasOf: null,
    instanceOf: null,
    kind: 'vendor',
    path: PATH,
    linkedTo: null,
    fragment: source(PATH, `[Service]\n${lines}\n`),
    dropIns,
    shadowed: [],
    problems: [],
    dropInDirectories: [],
    root: '/',
  };
}

const set = (key: string, value: string, section = 'Service'): UnitChange => ({ kind: 'set', section, key, value });

const text = (files: UnitFiles, ...changes: readonly UnitChange[]): string | null =>
  planUnitEdit(files, changes)._unsafeUnwrap()?.document.bytes.toString() ?? null;

describe('planUnitEdit', () => {
  it('writes no drop-in for what is in effect already', () => {
    const files = packaged('User=x\nUser=y\nExecStart=/bin/a\nEnvironment=A=1\nEnvironment=A=2', [
      source('/x/10.conf', '[Service]\nGroup=g\n'),
    ]);
    const variable: UnitChange = { ...set('Environment', '2'), variable: 'A' } as UnitChange;
    expect(text(files, set('User', 'y'), set('Group', 'g'), set('ExecStart', '/bin/a'), variable)).toBeNull();
    expect(text(files, { kind: 'add', section: 'Service', key: 'ExecStart', value: '/bin/a' })).toBeNull();
    expect(text(files, set('User', 'y'), set('Group', 'h'))).toBe('[Service]\nGroup=h\n');
    expect(text(files, set('User', 'x'))).toBe('[Service]\nUser=x\n');
  });

  it('resets lists that earlier files add to, and only those', () => {
    const files = packaged('ExecStart=/bin/a\nUser=x');
    expect(text(files, set('ExecStart', '/bin/b'))).toBe('[Service]\nExecStart=\nExecStart=/bin/b\n');
    expect(text(files, set('ExecStart', ''))).toBe('[Service]\nExecStart=\n');
    expect(text(files, set('ExecStartPre', '/bin/b'))).toBe('[Service]\nExecStartPre=/bin/b\n');
    expect(text(files, set('User', ''))).toBe('[Service]\nUser=\n');
  });

  it('changes a drop-in of ours in place', () => {
    const files = packaged('ExecStart=/bin/a', [source(OURS, '[Service]\nExecStart=\nExecStart=/bin/b\nUser=x\n')]);
    expect(text(files, set('ExecStart', '/bin/b'))).toBeNull();
    expect(text(files, set('ExecStart', '/bin/c'))).toBe('[Service]\nUser=x\nExecStart=\nExecStart=/bin/c\n');
  });

  it('refuses to replace what no drop-in can take back', () => {
    const files = packaged('X=1\n[Unit]\nAfter=a.service\n[Install]\nWantedBy=a.target');
    for (const [section, key] of [
      ['Unit', 'After'],
      ['Install', 'WantedBy'],
    ] as const) {
      const refused = planUnitEdit(files, [set(key, 'b', section)])._unsafeUnwrapErr();
      expect(refused).toMatchObject({ code: 'CANNOT_OVERRIDE', key, paths: [PATH] });
    }
    expect(text(files, { kind: 'add', section: 'Unit', key: 'After', value: 'b' })).toBe('[Unit]\nAfter=b\n');
    expect(text(files, set('Before', 'b', 'Unit'))).toBe('[Unit]\nBefore=b\n');
  });

  it('passes on what an edit refuses, without the value', () => {
    const refused = planUnitEdit(packaged('X=1'), [set('User', 'canary\nx')])._unsafeUnwrapErr();
    expect(refused.code).toBe('INVALID_UNIT_VALUE');
    expect(JSON.stringify(refused)).not.toContain('canary');
  });
});
