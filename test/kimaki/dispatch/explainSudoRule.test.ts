// @module-tag root
// @module-tag sudo
import { expect, it } from 'vitest';
import { explainSudoRule } from '../../../src/kimaki/dispatch/explainSudoRule.js';

it('says yes where a rule allows it', async () => {
  const rule = (await explainSudoRule('root', 'www-data', ['/bin/true', 'send']))._unsafeUnwrap();
  expect(rule).toEqual({ allowed: true, listed: false, reason: null });
});

it('says no, and why, where none does', async () => {
  const rule = (await explainSudoRule('www-data', 'root', ['/bin/true']))._unsafeUnwrap();
  expect(rule.allowed).toBe(false);
  expect(rule.reason).toBe('no rule lets www-data run it as root');
});

it('passes on what sudo says of an account that does not exist', async () => {
  const rule = (await explainSudoRule('nobody-of-that-name', 'root', ['/bin/true']))._unsafeUnwrap();
  expect(rule.allowed).toBe(false);
  expect(rule.reason).toContain('unknown user');
});
