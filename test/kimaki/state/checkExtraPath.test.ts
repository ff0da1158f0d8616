import { describe, expect, it } from 'vitest';
import { checkExtraPath } from '../../../src/kimaki/state/checkExtraPath.js';

describe('checkExtraPath', () => {
  it.each([
    ['bin', 'bin'],
    ['./go-sdk//1.22/', 'go-sdk/1.22'],
    ['notes...', 'notes...'],
    ['.config/opencode', '.config/opencode'],
  ])('accepts %s as %s', (given, plain) => {
    expect(checkExtraPath(given)._unsafeUnwrap()).toBe(plain);
  });

  it.each([
    ['/root/bin', 'absolute'],
    ['../etc', 'parent'],
    ['a/../../b', 'parent'],
    ['', 'empty'],
    ['./', 'empty'],
    ['.ssh', 'credential'],
    ['work/api-token', 'credential'],
    ['.docker', 'credential'],
    ['.config', 'credential'],
    ['.local/share', 'holds-state'],
    ['a\nb', 'control-character'],
    ['a\0b', 'control-character'],
  ])('refuses %j for being %s, in one line', (given, reason) => {
    const error = checkExtraPath(given)._unsafeUnwrapErr();
    expect(error.reason).toBe(reason);
    expect(error.message).not.toMatch(/[\n\0]/);
  });

  it('shortens what came in', () => {
    expect(checkExtraPath(`/${'x'.repeat(5000)}`)._unsafeUnwrapErr().message.length).toBeLessThan(400);
  });
});
