import { describe, expect, it } from 'vitest';
import { mountOfPath, mountPointsBelow, parseMounts, readMounts } from '../../../src/posix/handles/mountTable.js';

const TABLE = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
30 22 0:25 / /srv/a\\040b rw,nosuid,noexec - tmpfs none rw
31 30 0:26 /sub /srv/a\\040b/in ro,relatime - ext4 /dev/vda rw
32 22 0:27 / /srv/ro rw - squashfs /dev/loop0 ro
33 22 0:28 / /srv/over rw - tmpfs none rw
34 33 0:29 / /srv/over rw,noexec master:2 propagate_from:1 - tmpfs none rw
not a mount
`;

describe('mountTable', () => {
  const mounts = parseMounts(TABLE);

  it('reads names with escapes, flags of the mount and of the filesystem, and skips what is no mount', () => {
    expect(mounts).toHaveLength(6);
    expect(mounts[1]).toMatchObject({ id: 30, parent: 22, mountPoint: '/srv/a b', noExec: true, type: 'tmpfs' });
    expect(mounts.map((mount) => mount.readOnly)).toEqual([false, false, true, true, false, false]);
  });

  it('finds the mount of a path by whole names, and the last of those mounted on one another', () => {
    expect(mountOfPath(mounts, '/srv/a b/in/x')?.id).toBe(31);
    expect(mountOfPath(mounts, '/srv/a b/inside')?.id).toBe(30);
    expect(mountOfPath(mounts, '/srv/over/x')?.id).toBe(34);
    expect(mountOfPath(mounts, '/etc')?.id).toBe(22);
  });

  it('lists the mounts met first on the way down, not those inside them', () => {
    expect(mountPointsBelow(mounts, '/srv', 22)).toEqual(['a b', 'ro', 'over']);
    expect(mountPointsBelow(mounts, '/', 22)).toEqual(['srv/a b', 'srv/ro', 'srv/over']);
    expect(mountPointsBelow(mounts, '/srv/a b', 30)).toEqual(['in']);
    expect(mountPointsBelow(mounts, '/srv/a', 22)).toEqual([]);
  });

  it('reads the table of this machine', () => {
    const read = readMounts();
    expect(read.isOk() && mountOfPath(read.value, '/proc/self')?.type).toBe('proc');
  });
});
