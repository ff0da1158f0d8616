import { expect, test } from 'vitest';
import {
  dropAllowRoot,
  dropAllowRootWord,
  movePathList,
  namesOldHome,
  rewriteCommand,
  throughManagerHome,
} from '../../../src/kimaki/unit/textRewrite.js';

const REWRITE = {
  user: 'opencode',
  oldUser: 'root',
  oldHomes: ['/root'],
  newHome: '/home/opencode',
  moves: [{ from: '/root/.kimaki', to: '/home/opencode/.kimaki' }],
};

test('a PATH keeps what moves and what is outside of old homes, and is never empty', () => {
  expect(movePathList('/root/.kimaki/bin:/root/.bun/bin:/usr/bin', REWRITE)).toBe(
    '/home/opencode/.kimaki/bin:/usr/bin',
  );
  expect(movePathList('%h/.bun/bin', REWRITE)).toBe('/usr/local/bin:/usr/bin:/bin');
});

test('--allow-root is removed as a whole word only', () => {
  expect(dropAllowRoot('wp --allow-root cron')).toBe('wp cron');
  expect(dropAllowRoot('["wp","--allow-rootless"]')).toBe('["wp","--allow-rootless"]');
});

test('a command gets the new home, and pkill looks for the new user', () => {
  expect(rewriteCommand('/usr/bin/pkill -TERM -u root -f "opencode serve"', REWRITE)).toBe(
    '/usr/bin/pkill -TERM -u opencode -f "opencode serve"',
  );
  expect(rewriteCommand("/bin/sh -c 'HOME=/root wp --allow-root x'", REWRITE)).toBe(
    "/bin/sh -c 'HOME=/home/opencode wp x'",
  );
  expect(rewriteCommand('/bin/echo -u root', REWRITE)).toBe('/bin/echo -u root');
});

test('%h is the home of root in a system unit', () => {
  expect(namesOldHome('%h/x', ['/root'])).toBe('/root');
  expect(namesOldHome('%%h/x', ['/root'])).toBeNull();
  expect(throughManagerHome('%h/a', (text) => text.replace('/root', '/home/x'))).toBe('/home/x/a');
  expect(throughManagerHome('%h/a', (text) => text.replace('/srv', '/opt'))).toBe('%h/a');
});

test.each([
  ['["wp","--allow-root","--path=/srv/a b"]', '["wp","--path=/srv/a b"]'],
  ['["wp", "--allow-root"]', '["wp"]'],
  ['["wp","--path=/x"]', '["wp","--path=/x"]'],
  ['wp --allow-root', 'wp --allow-root'],
  ['{"--allow-root":1}', '{"--allow-root":1}'],
])('takes --allow-root out of a command in JSON: %s', (before, after) => {
  expect(dropAllowRootWord(before)).toBe(after);
});
