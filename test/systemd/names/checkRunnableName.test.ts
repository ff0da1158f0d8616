import { describe, expect, it } from 'vitest';
import { checkRunnableName } from '../../../src/systemd/names/checkRunnableName.js';

describe('checkRunnableName', () => {
  it('takes units and instances, and refuses templates with the way out', () => {
    for (const name of ['a.service', 'a@b.service', 'a@b@.service', 'a@@.service']) {
      expect(checkRunnableName(name)._unsafeUnwrap()).toBe(name);
    }
    expect(checkRunnableName('a@.service')._unsafeUnwrapErr()).toMatchObject({
      code: 'INVALID_UNIT_NAME',
      message: "'a@.service' is a template, which cannot run; name an instance, such as a@NAME.service",
    });
  });
});
