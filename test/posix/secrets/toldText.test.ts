import { expect, it } from 'vitest';
import { toldDiff, toldText } from '../../../src/posix/secrets/toldText.js';

it('escapes controls and hides secrets, and leaves what was told once as it is', () => {
  const told = toldText('x said: \u001b[2J\npassword Hunter2x for bot, A_TOKEN=abc, "B_TOKEN=c d"');
  expect(told).toBe('x said: \\x1b[2J\\x0apassword [secret] for bot, A_TOKEN=[secret] "B_TOKEN=[secret]"');
  expect(toldText(told)).toBe(told);
});

it('looks at the lines of a diff without what begins them, and moves none', () => {
  const key = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEpAIB', '-----END RSA PRIVATE KEY-----'].map(
    (line) => `+${line}`,
  );
  const diff = ['--- /x', '+++ /x', '-postgres://root:Hunter2x@db/wp', '+url=/srv', ' kept', ...key, '+last', ''].join(
    '\n',
  );
  const told = toldDiff(diff);
  expect(told).not.toMatch(/Hunter2x|MIIEpAIB/);
  expect(told.split('\n').map((line) => line.slice(0, 1))).toEqual(diff.split('\n').map((line) => line.slice(0, 1)));
  expect(told.split('\n').slice(0, 5)).toEqual([
    '--- /x',
    '+++ /x',
    '-postgres://[secret]@db/wp',
    '+url=/srv',
    ' kept',
  ]);
  expect(told.endsWith('\n+last\n')).toBe(true);
});
