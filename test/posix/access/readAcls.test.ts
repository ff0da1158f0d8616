import { describe, expect, it } from 'vitest';
import { parseAcls } from '../../../src/posix/access/readAcls.js';

const TWO = `# file: /a\\012b
# owner: 0
# group: 0
# flags: --t
user::rwx
user:33:r-x
group::r--
group:50:-w-
mask::rwx
other::--x
default:user::rwx
default:user:33:rwx
default:group::r-x
default:mask::rwx
default:other::---

# file: /plain
# owner: 0
# group: 0
user::rw-
group::r--
other::r--

`;

describe('parseAcls', () => {
  it('reads the named entries, the mask and other of each file, not its defaults', () => {
    expect(parseAcls(TWO, 2)).toEqual([
      { users: [{ id: 33, bits: 5 }], owningGroup: 4, groups: [{ id: 50, bits: 2 }], mask: 7, other: 1 },
      null,
    ]);
  });

  it('trusts no output about another number of files', () => {
    expect(parseAcls(TWO, 3)).toBeNull();
    expect(parseAcls('', 0)).toEqual([]);
  });
});
