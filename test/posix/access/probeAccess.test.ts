// @module-tag root
// @module-tag slow
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainAccess } from '../../../src/posix/access/explainAccess.js';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import { probeAccess } from '../../../src/posix/access/probeAccess.js';
import type { AccessWant } from '../../../src/posix/access/access.js';
import { freshPlace } from '../support/place.js';
import { directory, file } from '../support/trees.js';

const WANTS: readonly AccessWant[] = ['read', 'write', 'execute', 'traverse', 'create'];

describe('probeAccess', () => {
  it('has the kernel say the same as explainAccess, for every wish and user', async () => {
    const place = freshPlace();
    directory(join(place, 'closed'), 0o750, 33, 1);
    directory(join(place, 'shared'), 0o2775, 0, 33);
    for (const name of ['closed/file', 'shared/file']) file(join(place, name), 0o754, 33);
    const paths = ['closed', 'shared', 'closed/file', 'shared/file'].map((name) => join(place, name));
    for (const name of ['root', 'www-data', 'daemon', 'nobody']) {
      const who = await lookupIdentity(name);
      if (who.isErr()) throw new Error(who.error.message);
      for (const path of paths) {
        for (const want of WANTS) {
          const explained = await explainAccess(path, who.value, want);
          const probed = await probeAccess(path, who.value, want);
          const allowed = explained.isOk() && explained.value.allowed;
          expect(probed.unwrapOr(null), `${name} ${want} ${path}`).toBe(allowed);
        }
      }
    }
  });

  it('answers no for what is not there', async () => {
    const who = await lookupIdentity('www-data');
    if (who.isErr()) throw new Error(who.error.message);
    const probed = await probeAccess(join(freshPlace(), 'none'), who.value, 'read');
    expect(probed).toBeOk(false);
  });
});
