import { describe, expect, it } from 'vitest';
import type { Group, Identity } from '../../../src/posix/accounts/identity.js';
import { privilegedGroups } from '../../../src/posix/accounts/privilegedGroups.js';

function withGroups(...names: readonly string[]): Identity {
  const groups: Group[] = names.map((name, index) => ({ name, gid: 1000 + index, members: [] }));
  const group = groups[0] ?? { name: 'none', gid: 1, members: [] };
  return { user: { name: 'ann', uid: 1000, gid: group.gid, home: '/home/ann', shell: '/bin/sh' }, group, groups };
}

describe('privilegedGroups', () => {
  it('names every group that is root in all but name, with the reason', () => {
    const names = ['sudo', 'docker', 'lxd', 'disk', 'adm', 'shadow', 'wheel'];
    const found = privilegedGroups(withGroups('opencode', ...names));
    expect(found.map((entry) => entry.group)).toEqual(names);
    for (const entry of found) expect(entry.why).toMatch(/^may /);
  });

  it('names none for an ordinary service user', () => {
    expect(privilegedGroups(withGroups('opencode', 'www-data'))).toEqual([]);
  });

  it('knows the group of root by its gid, whatever its name', () => {
    const identity = withGroups('opencode');
    const groups = [...identity.groups, { name: 'renamed', gid: 0, members: [] }];
    expect(privilegedGroups({ ...identity, groups }).map((entry) => entry.group)).toEqual(['renamed']);
  });
});
