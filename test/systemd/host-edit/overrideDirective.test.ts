import { describe, expect, it } from 'vitest';
import { overrideDirective } from '../../../src/systemd/host-edit/overrideDirective.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import type { UnitSource } from '../../../src/systemd/document/unitSource.js';

const PATH = '/usr/lib/systemd/system/u.service';

const source = (path: string, text: string): UnitSource => ({
  path,
  role: path.endsWith('.conf') ? 'drop-in' : 'fragment',
  document: parseUnit(text),
});

describe('overrideDirective', () => {
  it('is idempotent, and still refuses a file that must not be edited', () => {
    const earlier = [source(PATH, '[Service]\nExecStart=/bin/a\n')];
    const once = overrideDirective(parseUnit(''), earlier, 'Service', 'ExecStart', '/bin/b')._unsafeUnwrap();
    expect(overrideDirective(once, earlier, 'Service', 'ExecStart', '/bin/b')._unsafeUnwrap()).toBe(once);
    const unsafe = parseUnit('[Service]\nExecStart=\nExecStart=/bin/b\n# x\rUser=root\n');
    expect(overrideDirective(unsafe, earlier, 'Service', 'ExecStart', '/bin/b')._unsafeUnwrapErr().code).toBe(
      'UNIT_NOT_EDITABLE',
    );
  });
});
