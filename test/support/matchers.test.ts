import { err, ok } from 'neverthrow';
import { describe, expect, it } from 'vitest';

describe('toBeOk', () => {
  it('holds for an Ok, with a value for one that equals it', () => {
    expect(ok(1)).toBeOk();
    expect(ok({ a: 1 })).toBeOk({ a: 1 });
    expect(err(1)).not.toBeOk();
  });

  it('shows what it got instead', () => {
    expect(() => expect(err({ code: 'IO' })).toBeOk()).toThrow(/^expected Ok, got Err \{"code": "IO"\}$/);
    expect(() => expect(ok({ a: 1, b: 2 })).toBeOk({ a: 1 })).toThrow('expected Ok {"a": 1}, got Ok {"a": 1, "b": 2}');
    expect(() => expect(ok(undefined)).not.toBeOk()).toThrow('expected not Ok, got Ok undefined');
  });
});

describe('toBeErr', () => {
  it('holds for an Err, with members for an error that has them', () => {
    expect(err('x')).toBeErr();
    expect(err({ code: 'IO', path: '/a' })).toBeErr({ code: 'IO' });
    expect(ok(1)).not.toBeErr();
  });

  it('shows what it got instead', () => {
    expect(() => expect(ok(1)).toBeErr()).toThrow('expected Err, got Ok 1');
    expect(() => expect(err({ code: 'IO' })).toBeErr({ code: 'GONE' })).toThrow(
      'expected Err {"code": "GONE"}, got Err {"code": "IO"}',
    );
  });
});
