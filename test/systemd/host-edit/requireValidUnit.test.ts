// @module-tag systemd
import { expect, it } from 'vitest';
import { requireValidUnit } from '../../../src/systemd/host-edit/requireValidUnit.js';

const GOOD = Buffer.from('[Service]\nExecStart=/bin/true\n');
const BAD = Buffer.from('[Service]\nExecStart=/bin/true\nFoo=1\n');

it('accepts a file about which systemd reports nothing, or nothing new', async () => {
  expect(await requireValidUnit('wca-test.service', GOOD)).toBeOk();
  expect(await requireValidUnit('wca-test.service', BAD, { baseline: BAD })).toBeOk();
});

it('refuses a file with a new problem, and gives what systemd said a line each', async () => {
  const said = "wca-test.service:3: Unknown key 'Foo' in section [Service], ignoring.";
  expect((await requireValidUnit('wca-test.service', BAD, { baseline: GOOD }))._unsafeUnwrapErr()).toEqual({
    code: 'UNIT_NOT_VALID',
    message: `systemd reports problems in the changed file; nothing was written\n${said}`,
    complaints: [said],
  });
});

it('passes on what keeps systemd from being asked', async () => {
  expect((await requireValidUnit('../x.service', GOOD))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
});
