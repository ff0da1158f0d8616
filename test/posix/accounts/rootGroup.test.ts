// @module-tag linux
import { describe, expect, it } from 'vitest';
import { othersIn, othersInRootGroup } from '../../../src/posix/accounts/rootGroup.js';

const PASSWD = ['root:x:0:0:root:/root:/bin/bash', 'toor:x:0:0::/root:/bin/sh', 'a:x:1000:1000::/home/a:/bin/sh', ''];

describe('the group 0', () => {
  it('is root alone where nobody else is in it', () => {
    expect(othersIn(PASSWD.join('\n'), 'root:x:0:\na:x:1000:root\n')).toEqual([]);
    expect(othersIn(PASSWD.join('\n'), 'root:x:0:root,toor\n')).toEqual([]);
  });

  it('has the members that it lists, under any of its names', () => {
    expect(othersIn(PASSWD.join('\n'), 'root:x:0:a\nwheel:x:0:b,root\n')).toEqual(['a', 'b']);
  });

  it('has the accounts whose primary group it is', () => {
    const operator = 'operator:x:11:0:operator:/root:/sbin/nologin';
    expect(othersIn([operator, ...PASSWD].join('\n'), 'root:x:0:\n')).toEqual(['operator']);
  });

  it('can be asked of this host', async () => {
    expect(await othersInRootGroup()).toBeOk();
  });
});
