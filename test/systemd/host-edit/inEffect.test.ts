import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import type { UnitChange } from '../../../src/systemd/edits/changeDocument.js';
import { inEffect } from '../../../src/systemd/host-edit/inEffect.js';
import type { UnitFiles } from '../../../src/systemd/load/unitFiles.js';

/** Whether a change is in effect in a unit file and its drop-ins, each one `[Service]` with these lines. */
function says(change: Partial<UnitChange>, ...files: readonly string[]): boolean {
  const [fragment = null, ...dropIns] = files.map((lines, index) => ({
    path: `f${index}`,
    role: index === 0 ? ('fragment' as const) : ('drop-in' as const),
    document: parseUnit(`[Service]\n${lines}\n`),
  }));
  return inEffect({ fragment, dropIns } as unknown as UnitFiles, { section: 'Service', ...change } as UnitChange);
}

describe('inEffect', () => {
  it('goes by the last assignment of a key with one value', () => {
    const user: UnitChange = { kind: 'set', section: 'Service', key: 'User', value: 'x' };
    expect(says(user, 'User=x')).toBe(true);
    expect(says(user, 'User=y', 'User=x')).toBe(true);
    expect(says(user, 'User=x', 'User=y')).toBe(false);
    expect(says(user, 'User=x', 'User=')).toBe(false);
    expect(says(user, 'Group=x')).toBe(false);
    expect(says({ ...user, value: '' }, 'User=x', 'User=')).toBe(true);
  });

  it('asks of a list that the value is all that is left of it', () => {
    const start: UnitChange = { kind: 'set', section: 'Service', key: 'ExecStartPre', value: '/bin/a' };
    expect(says(start, 'ExecStartPre=/bin/a')).toBe(true);
    expect(says(start, 'ExecStartPre=/bin/b\nExecStartPre=/bin/a')).toBe(false);
    expect(says(start, 'ExecStartPre=/bin/b', 'ExecStartPre=\nExecStartPre=/bin/a')).toBe(true);
    expect(says({ ...start, value: '' }, 'ExecStartPre=/bin/a', 'ExecStartPre=')).toBe(true);
  });

  it('finds what is to be added anywhere in a list behind its last reset', () => {
    const add: UnitChange = { kind: 'add', section: 'Service', key: 'ExecStartPre', value: '/bin/a' };
    expect(says(add, 'ExecStartPre=/bin/a\nExecStartPre=/bin/b')).toBe(true);
    expect(says(add, 'ExecStartPre=/bin/a', 'ExecStartPre=')).toBe(false);
    expect(says({ ...add, value: '' }, 'ExecStartPre=')).toBe(false);
  });

  it('goes by the last value of a variable, resets of the list counted', () => {
    const set: UnitChange = { kind: 'set', section: 'Service', key: 'Environment', variable: 'A', value: '1' };
    expect(says(set, 'Environment=A=1 B=2')).toBe(true);
    expect(says(set, 'Environment=A=1', 'Environment=A=2')).toBe(false);
    expect(says(set, 'Environment=A=1', 'Environment=')).toBe(false);
  });

  it('never takes a removal for done', () => {
    expect(says({ kind: 'remove', key: 'User' }, '')).toBe(false);
  });
});
