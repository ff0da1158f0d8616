import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/posix/secrets/redactor.js';

describe('createRedactor', () => {
  it('numbers different secrets and hides the longer one first', () => {
    const redactor = createRedactor((number) => `<${number}>`);
    const text = `${redactor.mask('abcdefgh')} ${redactor.mask('abcdefgh-longer')} ${redactor.mask('abcdefgh')}`;
    expect(redactor.finish(`${text} abcdefgh-longer abcdefgh`)).toBe('<1> <2> <1> <2> <1>');
  });

  it('does not let a text bring marks of its own', () => {
    const redactor = createRedactor((number) => `<${number}>`);
    expect(redactor.finish(redactor.clean('\u{f0000}7\u{f0001}'))).toBe('?7?');
  });
});
