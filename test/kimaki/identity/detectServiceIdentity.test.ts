// @module-tag linux
import { expect, it } from 'vitest';
import { detectServiceIdentity } from '../../../src/kimaki/identity/detectServiceIdentity.js';
import { lookupUser } from '../../../src/posix/accounts/lookupIdentity.js';

it('keeps the invoking account with LOCAL_MODE, and reads no unit for it', async () => {
  const self = (await lookupUser(process.geteuid?.() ?? 0))._unsafeUnwrap();
  const identity = (await detectServiceIdentity({ env: { LOCAL_MODE: 'true' } }))._unsafeUnwrap();
  expect(identity).toMatchObject({ serviceUser: self.name, serviceHome: self.home, source: 'local-mode' });
});
