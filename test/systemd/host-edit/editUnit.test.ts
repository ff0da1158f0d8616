// @module-tag linux
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
