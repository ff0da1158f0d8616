import { expect, it } from 'vitest';
import { decidePrefixes } from '../../../../src/recipes/migrateOffRoot/observe/observePrefixes.js';

const LINE = {
  file: '/etc/systemd/system/kimaki.service',
  line: 19,
  key: 'ExecStartPre',
  path: '/opt/kimaki-config/post-upgrade.sh',
  detail: 'line 42 of the script seems to change /usr/lib/node_modules/kimaki/skills (rm)',
};
const PREFIX = { key: LINE.key, program: LINE.path };
type Unsafe = Parameters<typeof decidePrefixes>[1];
const UNSAFE = [{ line: { ...LINE }, subject: 'HOME', reason: 'is open to the agent' }] as unknown as Unsafe;

it('a line that would fail is allowed to, and the plan says what no longer happens and how root does it', () => {
  const { prefixes, warnings } = decidePrefixes([LINE], [], { keep: false, user: 'opencode' });
  expect(prefixes).toEqual([{ ...PREFIX, prefix: '-' }]);
  expect(warnings[0]?.text).toMatch(/kimaki\.service:19 .* gets the prefix "-".*opencode.*no longer happens/);
  expect(JSON.stringify(warnings[0]?.remedy)).toContain('/opt/kimaki-config/post-upgrade.sh');
});

it('root is not told to run what the agent owns, as where the installer gave /opt/kimaki-config to it', () => {
  const open = [{ path: LINE.path, subject: '/opt/kimaki-config', reason: 'its owner is uid 1000' }];
  const [warning] = decidePrefixes([LINE], [], { keep: false, user: 'opencode', open }).warnings;
  expect(warning?.text).toContain('root must not run it, since others can change it: /opt/kimaki-config its owner');
  expect(JSON.stringify(warning?.remedy)).toMatch(/chown.*\/opt\/kimaki-config.*env/);
});

it("it stays root's only where that was asked for and nothing of the agent reaches it", () => {
  expect(decidePrefixes([LINE], [], { keep: true, user: 'opencode' }).prefixes).toEqual([{ ...PREFIX, prefix: '+' }]);
  const kept = decidePrefixes([LINE], UNSAFE, { keep: true, user: 'opencode' });
  expect(kept.prefixes).toEqual([{ ...PREFIX, prefix: '-' }]);
  expect(kept.warnings[0]?.text).toContain("it cannot stay root's: HOME is open to the agent");
});
