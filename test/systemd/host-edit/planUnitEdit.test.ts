import { describe, expect, it } from 'vitest';
import { changeDocument } from '../../../src/systemd/edits/changeDocument.js';
import { confirmEdit } from '../../../src/systemd/host-edit/confirmEdit.js';
import { overrideDirective } from '../../../src/systemd/host-edit/overrideDirective.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { planUnitEdit } from '../../../src/systemd/host-edit/planUnitEdit.js';
import type { UnitChange } from '../../../src/systemd/edits/changeDocument.js';
import type { UnitFiles } from '../../../src/systemd/load/unitFiles.js';
import type { UnitSource } from '../../../src/systemd/document/unitSource.js';
import { replacement } from '../../../src/systemd/host-edit/replacement.js';

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

describe('overrideDirective', () => {
  it('is idempotent, and still refuses a file that must not be edited', () => {
    const earlier = [source(PATH, '[Service]\nExecStart=/bin/a\n')];
    const once = overrideDirective(parseUnit(''), earlier, 'Service', 'ExecStart', '/bin/b')._unsafeUnwrap();
    expect(overrideDirective(once, earlier, 'Service', 'ExecStart', '/bin/b')._unsafeUnwrap()).toBe(once);
    const unsafe = parseUnit('[Service]\nExecStart=\nExecStart=/bin/b\n# x\rUser=root\n');
    expect(overrideDirective(unsafe, earlier, 'Service', 'ExecStart', '/bin/b')._unsafeUnwrapErr().code).toBe(
      'UNIT_NOT_EDITABLE',
    );
  });
});

describe('replacement', () => {
  it.each([
    ['Service', 'User', 'last'],
    ['Service', 'ExecStart', 'reset'],
    ['Service', 'Environment', 'reset'],
    ['Unit', 'After', 'none'],
    ['Unit', 'ConditionPathExists', 'none'],
    ['Timer', 'OnCalendar', 'none'],
    ['Socket', 'ListenStream', 'none'],
    ['Install', 'WantedBy', 'none'],
  ] as const)('of [%s] %s is %s', (section, key, way) => {
    expect(replacement(section, key)).toBe(way);
  });
});

describe('changeDocument', () => {
  it('makes each kind of change', () => {
    const unit = parseUnit('[Service]\nUser=a\nEnvironment=A=1 B=2\n');
    const changed = (change: UnitChange): string => changeDocument(unit, change)._unsafeUnwrap().bytes.toString();
    const key = { section: 'Service', key: 'Environment', variable: 'A' };
    expect(changed(set('User', 'b'))).toBe('[Service]\nUser=b\nEnvironment=A=1 B=2\n');
    expect(changed({ ...key, kind: 'set', value: '3' })).toBe('[Service]\nUser=a\nEnvironment=A=3 B=2\n');
    expect(changed({ ...key, kind: 'remove' })).toBe('[Service]\nUser=a\nEnvironment=B=2\n');
    expect(changed({ kind: 'remove', section: 'Service', key: 'User' })).toBe('[Service]\nEnvironment=A=1 B=2\n');
    expect(changed({ kind: 'add', section: 'Service', key: 'User', value: 'b' })).toBe(
      '[Service]\nUser=a\nEnvironment=A=1 B=2\nUser=b\n',
    );
  });
});

describe('confirmEdit', () => {
  const wanted = [{ section: 'Service', key: 'User', value: 'x' }];
  const written = source(OURS, '[Service]\nUser=y\nUser=x\n');

  it('is content when the file is read and wins', () => {
    expect(confirmEdit(packaged('User=z', [written]), OURS, wanted)).toBeOk();
    const variable = [{ section: 'Service', key: 'Environment', variable: 'A', value: '1' }];
    const other = source('/x/99.conf', '[Service]\nEnvironment=B=1\n');
    expect(confirmEdit(packaged('', [source(OURS, '[Service]\nEnvironment=A=1\n'), other]), OURS, variable)).toBeOk();
  });

  it('names the file that wins instead, or says why the written one is not read', () => {
    const later = source('/x/99.conf', '[Service]\nUser=root\n');
    const beaten = confirmEdit(packaged('', [written, later]), OURS, wanted)._unsafeUnwrapErr();
    expect(beaten).toMatchObject({ code: 'EDIT_DOES_NOT_WIN', key: 'Service.User', by: '/x/99.conf' });
    const hidden = {
      ...packaged(''),
      shadowed: [{ path: OURS, reason: 'lower-directory', message: '/y wins over it' }],
    } as const;
    expect(confirmEdit(hidden, OURS, wanted)._unsafeUnwrapErr().message).toContain('/y wins over it');
    expect(
      confirmEdit(packaged('', [source(OURS, '[Service]\nUser=canary\n')]), OURS, wanted)._unsafeUnwrapErr().message,
    ).not.toContain('canary');
  });
});
