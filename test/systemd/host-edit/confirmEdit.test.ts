import { describe, expect, it } from 'vitest';
import { confirmEdit } from '../../../src/systemd/host-edit/confirmEdit.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
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
