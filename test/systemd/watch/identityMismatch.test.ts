import { describe, expect, it } from 'vitest';
import { readProcess } from '../../../src/posix/processes/readProcess.js';
import { identityMismatch } from '../../../src/systemd/watch/identityMismatch.js';

describe('identityMismatch', () => {
  it('finds nothing wrong with a process that is as wanted', async () => {
    const self = (await readProcess(process.pid))._unsafeUnwrap();
    const { uid, gid, groups, umask } = self;
    expect(identityMismatch(self, { uid, gid, groups: [gid, ...groups], umask })).toBeNull();
    expect(identityMismatch(self, {})).toBeNull();
  });

  it('names each difference', async () => {
    const self = (await readProcess(process.pid))._unsafeUnwrap();
    const process_ = { ...self, uid: 1000, euid: 0, gid: 1000, egid: 1000, groups: [33], umask: 0o022 };
    expect(identityMismatch(process_, { uid: 1000, gid: 33, groups: [33, 4, 5], umask: 0o002 })).toBe(
      'uid is 1000 (effective 0), not 1000; gid is 1000, not 33; it is not in groups 4, 5; umask is 0022, not 0002',
    );
  });

  it('does not mind further groups, except root’s', async () => {
    const self = (await readProcess(process.pid))._unsafeUnwrap();
    const process_ = { ...self, uid: 1, euid: 1, gid: 1, egid: 1, groups: [33, 4] };
    expect(identityMismatch(process_, { gid: 1, groups: [33] })).toBeNull();
    expect(identityMismatch({ ...process_, groups: [33, 0] }, { gid: 1, groups: [33] })).toBe(
      'it is in group 0 (root)',
    );
  });
});
