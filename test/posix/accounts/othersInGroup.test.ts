// @module-tag linux
import { describe, expect, it } from 'vitest';
import { othersIn, othersInGroup } from '../../../src/posix/accounts/othersInGroup.js';

const ROOT = { gid: 0, uid: 0 };

const PASSWD = ['root:x:0:0:root:/root:/bin/bash', 'toor:x:0:0::/root:/bin/sh', 'a:x:1000:1000::/home/a:/bin/sh', ''];

describe('the group 0', () => {
  it('is root alone where nobody else is in it', () => {
    expect(othersIn(PASSWD.join('\n'), 'root:x:0:\na:x:1000:root\n', ROOT)).toEqual([]);
    expect(othersIn(PASSWD.join('\n'), 'root:x:0:root,toor\n', ROOT)).toEqual([]);
  });

  it('has the members that it lists, under any of its names', () => {
    expect(othersIn(PASSWD.join('\n'), 'root:x:0:a\nwheel:x:0:b,root\n', ROOT)).toEqual(['a', 'b']);
  });

  it('has the accounts whose primary group it is', () => {
    const operator = 'operator:x:11:0:operator:/root:/sbin/nologin';
    expect(othersIn([operator, ...PASSWD].join('\n'), 'root:x:0:\n', ROOT)).toEqual(['operator']);
  });

  it('is told from the group of another account', () => {
    const agent = { gid: 1000, uid: 1000 };
    expect(othersIn(PASSWD.join('\n'), 'root:x:0:b\na:x:1000:a\n', agent)).toEqual([]);
    expect(othersIn(PASSWD.join('\n'), 'a:x:1000:www-data\n', agent)).toEqual(['www-data']);
  });

  it('can be asked of this host', async () => {
    expect(await othersInGroup(0, 0)).toBeOk();
  });
});
