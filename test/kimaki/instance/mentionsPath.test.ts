import { expect, it } from 'vitest';
import { mentionsPath } from '../../../src/kimaki/instance/mentionsPath.js';

it.each([
  '/root',
  '/root/',
  '"/root/x"',
  'HOME=/root:',
  "cd '/root' &&",
  'file:///root/x',
  '{"d":"\\/root\\/x"}',
  '--dir=/root',
  'it is /root.',
  '/bin:/root/bin',
  '/root,/srv',
])('finds /root in %j', (text) => {
  expect(mentionsPath(text, '/root')).toBe(true);
});

it.each(['/rootfs', '/root2', '/root.bak', '/root-old', '/srv/root', 'x/root/y', '/ROOT', './root', '~/root'])(
  'does not find /root in %j',
  (text) => {
    expect(mentionsPath(text, '/root')).toBe(false);
  },
);

it('takes dots in a path literally and a trailing slash for nothing', () => {
  expect(mentionsPath('/root/xkimaki', '/root/.kimaki')).toBe(false);
  expect(mentionsPath('{"a":"\\/root\\/.kimaki\\/x"}', '/root/.kimaki/')).toBe(true);
});
