import { expect, it } from 'vitest';
import { redactSetting } from '../../../src/systemd/secrets/redactSetting.js';

it('hides a secret in quotes and escapes of a command, and gives back all else as it is', () => {
  expect(redactSetting('ExecStart', '/bin/sh -c "mysql \\"-pabc def\\" wp"')).not.toContain('abc');
  expect(redactSetting('Environment', 'A=1 "B_TOKEN=x y"')).toBe('A=1 "B_TOKEN=[secret]"');
  expect(redactSetting('StandardInputText', 'hunter2')).toBe('[secret]');
  expect(redactSetting('Description', 'a \\x20 b')).toBe('a \\x20 b');
});
