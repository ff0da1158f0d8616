import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { unitValues } from '../../../src/systemd/document/unitValues.js';

describe('unitValues', () => {
  it('gives all values since the last empty one, in file order, from every occurrence of the section', () => {
    const unit = parseUnit('[Service]\nE=a\nE=\nE=b\n[Unit]\nE=u\n[Service]\nE=c\n');
    expect(unitValues(unit, 'Service', 'E')).toEqual(['b', 'c']);
  });

  it('gives nothing for a key that is not set, or unset at last', () => {
    expect(unitValues(parseUnit('[Service]\nE=a\nE=\n'), 'Service', 'E')).toEqual([]);
    expect(unitValues(parseUnit('[service]\ne=a\n'), 'Service', 'E')).toEqual([]);
  });
});
