import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import type { UnitSource } from '../../../src/systemd/document/unitSource.js';
import { chooseRemovalFile } from '../../../src/systemd/host-edit/chooseRemovalFile.js';
import type { UnitFiles } from '../../../src/systemd/load/unitFiles.js';
import { exampleFiles } from '../support/exampleFiles.js';

const ETC = '/etc/systemd/system/kimaki.service';
const VENDOR = '/usr/lib/systemd/system/kimaki.service';
const USER = { section: 'Service', key: 'User' };
const GROUP = { section: 'Service', key: 'Group' };
const SETS_USER = '[Service]\nUser=x\n';

const fragment = (text: string, path = ETC): UnitSource => ({ path, role: 'fragment', document: parseUnit(text) });
const dropIn = (path: string, text = SETS_USER): UnitSource => ({ path, role: 'drop-in', document: parseUnit(text) });
/** The path of the choice, `nothing to do`, or the code of the error. */
const choose = (files: Partial<UnitFiles>, keys = [USER]): string =>
  chooseRemovalFile(exampleFiles(files), keys).match(
    (choice) => choice?.path ?? 'nothing to do',
    ({ code }) => code,
  );

describe('chooseRemovalFile', () => {
  it('takes the one own file that sets the key', () => {
    expect(choose({ fragment: fragment(SETS_USER) })).toBe(ETC);
    expect(choose({ kind: 'vendor', dropIns: [dropIn(`${ETC}.d/hand.conf`)] })).toBe(`${ETC}.d/hand.conf`);
  });

  it('has nothing to do where no file sets it', () => {
    expect(choose({ fragment: fragment(SETS_USER) }, [GROUP])).toBe('nothing to do');
  });

  it('refuses where several files set it, and names them', () => {
    const files = { fragment: fragment(SETS_USER), dropIns: [dropIn(`${ETC}.d/a.conf`)] };
    const error = chooseRemovalFile(exampleFiles(files), [USER])._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: 'ASSIGNED_ELSEWHERE', paths: [ETC, `${ETC}.d/a.conf`] });
    expect(error.message).toContain('Service.User of kimaki.service cannot be removed');
  });

  it('refuses where a file sets it that is not this unit’s own', () => {
    expect(choose({ kind: 'vendor', fragment: fragment(SETS_USER, VENDOR) })).toBe('ASSIGNED_ELSEWHERE');
    expect(choose({ instanceOf: 'kimaki@.service', fragment: fragment(SETS_USER) })).toBe('ASSIGNED_ELSEWHERE');
    expect(choose({ dropIns: [dropIn(`${VENDOR}.d/a.conf`)] })).toBe('ASSIGNED_ELSEWHERE');
    expect(choose({ dropIns: [dropIn('/etc/systemd/system/service.d/a.conf')] })).toBe('ASSIGNED_ELSEWHERE');
  });

  it('refuses what no edit is made of: a masked unit, a directory that is a link', () => {
    expect(choose({ kind: 'masked' })).toBe('UNIT_MASKED');
    const linked = [{ path: `${ETC}.d`, reason: 'bad-link', message: '' }] as const;
    expect(choose({ dropIns: [dropIn(`${ETC}.d/a.conf`)], shadowed: linked })).toBe('DROP_IN_DIRECTORY_IS_LINK');
  });
});
