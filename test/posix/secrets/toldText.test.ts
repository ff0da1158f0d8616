import { expect, it } from 'vitest';
import { toldText } from '../../../src/posix/secrets/toldText.js';

it('escapes controls and hides secrets, and leaves what was told once as it is', () => {
  const told = toldText('x said: \u001b[2J\npassword Hunter2x for bot, A_TOKEN=abc, "B_TOKEN=c d"');
  expect(told).toBe('x said: \\x1b[2J\\x0apassword [secret] for bot, A_TOKEN=[secret] "B_TOKEN=[secret]"');
  expect(toldText(told)).toBe(told);
});
