import { describe, expect, it } from 'vitest';
import { expandSpecifiers } from '../../../src/systemd/values/expandSpecifiers.js';

const SPECIFIERS = new Map([
  ['h', '/root'],
  ['H', null],
]);

describe('expandSpecifiers', () => {
  it('puts in what each letter stands for, and one percent sign for two', () => {
    expect(expandSpecifiers('%h/%h 5%% %%h', SPECIFIERS)._unsafeUnwrap()).toBe('/root//root 5% %h');
  });

  it('leaves a percent sign that no letter or digit follows', () => {
    expect(expandSpecifiers('% 100% %- %é %', SPECIFIERS)._unsafeUnwrap()).toBe('% 100% %- %é %');
  });

  it('tells a letter that systemd does not have from one whose value is not known', () => {
    expect(expandSpecifiers('%Q', SPECIFIERS)._unsafeUnwrapErr()).toMatchObject({
      code: 'UNKNOWN_SPECIFIER',
      letter: 'Q',
    });
    expect(expandSpecifiers('%H', SPECIFIERS)._unsafeUnwrapErr()).toMatchObject({
      code: 'SPECIFIER_NOT_KNOWN',
      letter: 'H',
    });
  });
});
