import { describe, expect, it } from 'vitest';
import { guardEditable, guardName, guardValue, invalidValue } from '../../../src/systemd/document/editGuards.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';

describe('guardEditable', () => {
  it('says on which line what makes the file unsafe', () => {
    expect(guardEditable(parseUnit('[A]\n[B\n'))._unsafeUnwrapErr()).toMatchObject({
      code: 'UNIT_NOT_EDITABLE',
      line: 2,
    });
    expect(guardEditable(parseUnit('[A]\nfoo\n'))).toBeOk();
  });
});

describe('guardName', () => {
  it('takes names of directives and shortens what it refuses', () => {
    expect(guardName('X-Mine')).toBeOk();
    expect(guardName(`\u001b${'x'.repeat(500)}`)._unsafeUnwrapErr().message.length).toBeLessThan(200);
  });
});

describe('guardValue', () => {
  it('counts what else stands on the line', () => {
    expect(guardValue('A', 'x'.repeat(1000), 100)).toBeOk();
    expect(guardValue('A', 'x'.repeat(1000), 1024 * 1024)).toBeErr();
  });
});

describe('invalidValue', () => {
  it('gives the key and the reason', () => {
    expect(invalidValue('A', 'why')._unsafeUnwrapErr()).toMatchObject({
      code: 'INVALID_UNIT_VALUE',
      key: 'A',
      reason: 'why',
    });
  });
});
