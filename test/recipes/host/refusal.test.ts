import { expect, test } from 'vitest';
import { remedy } from '../../../src/posix/findings/index.js';
import { cannotObserve, refusal, unusable } from '../../../src/recipes/host/refusal.js';

test('a refusal has a code, a subject, what was found and what to do', () => {
  expect(refusal('NO_SYSTEMD', 'host', 'systemd does not run here', remedy.text('boot it'))).toEqual({
    code: 'NO_SYSTEMD',
    subject: 'host',
    message: 'systemd does not run here',
    remedy: remedy.text('boot it'),
  });
});

test.each([
  [{ message: 'm', path: '/etc/php' }, '/etc/php'],
  [{ message: 'm', unit: 'kimaki.service' }, 'kimaki.service'],
  [{ message: 'm', path: '/etc/php', unit: 'kimaki.service' }, '/etc/php'],
  [{ message: 'm', path: null, unit: 'kimaki.service' }, 'kimaki.service'],
  [{ message: 'm', unit: 5 }, 'host'],
  [{ message: 'm' }, 'host'],
])('what could not be read is refused, named by its path, its unit or the host: %j', (cause, subject) => {
  expect(cannotObserve(cause)).toMatchObject({ code: 'CANNOT_OBSERVE', subject, message: 'm' });
});

test('a unit that cannot be rewritten is the subject of its refusal', () => {
  expect(unusable('kimaki.service', 'm')).toMatchObject({ code: 'UNIT_UNUSABLE', subject: 'kimaki.service' });
});
