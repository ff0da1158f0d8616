import { expect, it } from 'vitest';
import { remedy } from '../../../src/posix/findings/index.js';
import { judgeChain, judgeDelivery, judgeVersion } from '../../../src/recipes/proof/checkDispatch.js';

type Probed = Parameters<typeof judgeChain>[3];
const WHOLE = { links: [{ link: 'start', ok: true, detail: 'it starts' }], broken: null } as unknown as Probed;
const brokenAt = (link: string): Probed =>
  ({ links: [], broken: { link, fault: 'x', blockedAt: '/root', detail: 'closed' } }) as unknown as Probed;

it('a chain without a broken link passes, also where only the message did not arrive', () => {
  expect(judgeChain('u', 'www-data', '/usr/bin/kimaki', WHOLE).ok).toBe(true);
  expect(judgeChain('u', 'www-data', '/usr/bin/kimaki', brokenAt('arrival')).ok).toBe(true);
});

it('a broken chain fails, with the link and the place', () => {
  const check = judgeChain('u', 'www-data', '/usr/bin/kimaki', brokenAt('start'));
  expect(check.ok).toBe(false);
  expect(check.detail).toContain('fails at "start", at /root: closed');
});

it('without a channel no message is sent, and the remedy names the option', () => {
  expect(judgeDelivery('u', undefined, WHOLE)).toMatchObject({ ok: null, remedy: { option: 'probeChannel' } });
  expect(judgeDelivery('u', '1', WHOLE).ok).toBe(true);
  expect(judgeDelivery('u', '1', brokenAt('arrival')).ok).toBe(false);
});

it('a run of --version tells the way to the program from the program', () => {
  const judge = (exitCode: number | null, stderr = ''): string =>
    judgeVersion('www-data', '/usr/bin/kimaki', { exitCode, stdout: 'kimaki/0.26.0\n', stderr }, remedy.text(''))
      .detail;
  expect(judge(0)).toContain('kimaki/0.26.0');
  expect(judge(126, 'sh: Permission denied')).toContain('does not get as far as the program');
  expect(judge(127)).toContain('does not get as far as the program');
  expect(judge(1, 'EACCES')).toContain(
    'can start /usr/bin/kimaki, and the program itself fails: --version ends with 1: EACCES',
  );
  expect(judge(null)).toContain('is ended by a signal');
  expect(judge(125)).toContain('cannot make a directory');
});
