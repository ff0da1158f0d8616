import { describe, expect, it } from 'vitest';
import { changeDocument } from '../../../src/systemd/edits/changeDocument.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import type { UnitChange } from '../../../src/systemd/edits/changeDocument.js';

const set = (key: string, value: string, section = 'Service'): UnitChange => ({ kind: 'set', section, key, value });

describe('changeDocument', () => {
  it('makes each kind of change', () => {
    const unit = parseUnit('[Service]\nUser=a\nEnvironment=A=1 B=2\n');
    const changed = (change: UnitChange): string => changeDocument(unit, change)._unsafeUnwrap().bytes.toString();
    const key = { section: 'Service', key: 'Environment', variable: 'A' };
    expect(changed(set('User', 'b'))).toBe('[Service]\nUser=b\nEnvironment=A=1 B=2\n');
    expect(changed({ ...key, kind: 'set', value: '3' })).toBe('[Service]\nUser=a\nEnvironment=A=3 B=2\n');
    expect(changed({ ...key, kind: 'remove' })).toBe('[Service]\nUser=a\nEnvironment=B=2\n');
    expect(changed({ kind: 'remove', section: 'Service', key: 'User' })).toBe('[Service]\nEnvironment=A=1 B=2\n');
    expect(changed({ kind: 'add', section: 'Service', key: 'User', value: 'b' })).toBe(
      '[Service]\nUser=a\nEnvironment=A=1 B=2\nUser=b\n',
    );
  });
});
