// @module-tag systemd
import { expect, it } from 'vitest';
import { editUnit } from '../../../src/systemd/host-edit/editUnit.js';
import type { UnitChange } from '../../../src/systemd/edits/changeDocument.js';

const USER: UnitChange = { kind: 'set', section: 'Service', key: 'User', value: 'x' };

it('refuses a name that is none, and a unit that has no file', async () => {
  expect((await editUnit('../x.service', [USER]))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
  const absent = await editUnit('wca-no-such-unit.service', [USER]);
  expect(absent._unsafeUnwrapErr().code).toBe('UNIT_NOT_FOUND');
});

it('ends with ABORTED before anything is written', async () => {
  const stopped = await editUnit('wca-no-such-unit.service', [USER], { signal: AbortSignal.abort() });
  expect(stopped._unsafeUnwrapErr().code).toBe('ABORTED');
});

it('has nothing to do where it is already so, and asks neither systemd nor anyone', async () => {
  const remove: UnitChange = { kind: 'remove', section: 'Service', key: 'X-Wca-Nothing' };
  expect(await editUnit('systemd-journald.service', [remove])).toBeOk(undefined);
  expect(await editUnit('systemd-journald.service', [])).toBeOk(undefined);
});

it('refuses a value that no line can hold, before anything is written', async () => {
  const broken: UnitChange = { kind: 'set', section: 'Service', key: 'User', value: 'a\nExecStart=/bin/b' };
  expect(await editUnit('systemd-journald.service', [broken])).toBeErr();
});
