// @module-tag acl
// @module-tag root
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAcls, readAcls } from '../../../src/posix/access/readAcls.js';
import { walkPath } from '../../../src/posix/access/walkPath.js';
import type { AccessNode } from '../../../src/posix/access/walkPath.js';

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

describe('readAcls', () => {
  // Not below /tmp, where everybody may exchange names.
  const place = mkdtempSync('/run/wca-acls-');
  afterAll(() => rmSync(place, { recursive: true }));
  const last = (path: string): AccessNode => {
    const node = walkPath(path).nodes.at(-1);
    if (node === undefined) throw new Error(`no way to ${path}`);
    return node;
  };
  const userBits = async (node: AccessNode): Promise<readonly number[] | undefined> =>
    (await readAcls([node])).found.get(node.path)?.users.map(({ bits }) => bits);

  it('asks no program about what it read before, unless it was changed since', async () => {
    const path = join(place, 'file');
    writeFileSync(path, '');
    execFileSync('setfacl', ['-m', 'u:33:r', path]);
    expect(await userBits(last(path))).toEqual([4]);
    execFileSync('setfacl', ['-m', 'u:33:rw', path]);
    expect(await userBits(last(path))).toEqual([6]);
    await setTimeout(1_100);
    const settled = last(path);
    expect(await userBits(settled)).toEqual([6]);
    execFileSync('setfacl', ['-m', 'u:33:rwx', path]);
    expect(await userBits(last(path))).toEqual([7]);
    rmSync(path);
    expect(await userBits(settled)).toEqual([6]);
  });

  it('asks again where somebody else could have exchanged the name', () => {
    for (const mode of [0o755, 0o775, 0o1777]) {
      const directory = join(place, `d${mode.toString(8)}`);
      mkdirSync(directory);
      chmodSync(directory, mode);
      writeFileSync(join(directory, 'file'), '');
      expect(last(join(directory, 'file')).version !== undefined, mode.toString(8)).toBe(mode === 0o755);
    }
  });
});
