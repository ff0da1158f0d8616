// @module-tag root
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateSudoers } from '../../../src/kimaki/dispatch/index.js';
import { renderRestartRule, restartRulePath, rulesOf } from '../../../src/kimaki/dispatch/restartRule.js';

describe('renderRestartRule', () => {
  it.each(['kimaki.service', 'kimaki-shop.service', 'kimaki-a@b.service', 'kimaki-a:b.service', 'x\\x2dy.service'])(
    'gives one rule that visudo takes, for exactly that command: %s',
    async (unit) => {
      const rule = renderRestartRule(unit, 'opencode')._unsafeUnwrap();
      expect(rule.mode).toBe(0o440);
      const dir = mkdtempSync(join(tmpdir(), 'rule-'));
      writeFileSync(join(dir, 'rule'), rule.content, { mode: 0o440 });
      expect(await validateSudoers(join(dir, 'rule'))).toBeOk();
      rmSync(dir, { recursive: true });
      const [only = '', ...others] = rulesOf(rule.content);
      expect(others).toEqual([]);
      expect(only).toMatch(/^opencode ALL=\(root\) NOPASSWD: \/usr\/bin\/systemctl restart \S+$/);
      expect(only.replace(/\\(.)/g, '$1')).toContain(`restart ${unit}`);
    },
  );

  it('writes no rule for root, nor for a name with a meaning in sudoers', () => {
    expect(renderRestartRule('kimaki.service', 'root')._unsafeUnwrapErr().code).toBe('INVALID_HOP_VALUE');
    expect(renderRestartRule('kimaki.service', 'ALL')._unsafeUnwrapErr().code).toBe('INVALID_ACCOUNT_NAME');
  });
});

it('every unit has a file of its own, whose name sudo reads', () => {
  const units = ['kimaki.service', 'kimaki-shop.service', 'kimaki-a.b.service', 'kimaki-a_b.service', 'roadie.service'];
  const paths = units.map(restartRulePath);
  expect(new Set(paths).size).toBe(units.length);
  for (const path of paths) expect(path).toMatch(/^\/etc\/sudoers\.d\/[A-Za-z0-9_@-]+$/);
  expect(paths[0]).toBe('/etc/sudoers.d/wp-coding-agents-kimaki-restart');
});
