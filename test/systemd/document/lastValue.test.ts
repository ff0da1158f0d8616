import { describe, expect, it } from 'vitest';
import { lastValue } from '../../../src/systemd/document/lastValue.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';

describe('lastValue', () => {
  it('gives the last value, and undefined when the key is not set or its last assignment is empty', () => {
    const unit = parseUnit('[Service]\nUser=a\nUser=b\nGroup=g\nGroup=\n');
    expect(lastValue(unit, 'Service', 'User')).toBe('b');
    expect(lastValue(unit, 'Service', 'Group')).toBeUndefined();
    expect(lastValue(unit, 'Service', 'UMask')).toBeUndefined();
  });
});
