import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm } from '../../src/cli/confirm.js';

function ask(answer: string | null, isTTY = true) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough().resume(), { isTTY: true });
  const asked = confirm({ stdin, stderr }, 'Go on?', 'go on');
  if (answer === null) stdin.end();
  else stdin.write(answer);
  return asked;
}

describe('confirm', () => {
  it.each(['y\n', 'yes\n', 'Y\n', ' yes \n'])('takes %j for yes', async (answer) => {
    expect(await ask(answer)).toBeOk();
  });

  it.each(['n\n', '\n', 'yeah\n', 'no yes\n'])('takes %j for no', async (answer) => {
    expect(await ask(answer)).toBeErr({ code: 'NOT_CONFIRMED' });
  });

  it('takes the end of input for no', async () => {
    expect(await ask(null)).toBeErr({ code: 'NOT_CONFIRMED' });
  });

  it('asks nobody where input is no terminal', async () => {
    expect(await ask('y\n', false)).toBeErr({
      code: 'USAGE',
      message: 'there is no terminal to ask on; give --yes to go on',
    });
  });
});
