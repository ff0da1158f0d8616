import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import type { Identity } from '../../../src/posix/accounts/identity.js';

/** A directory other users can enter, gone after `remove()`. */
export interface PublicPlace {
  readonly path: string;
  /** Writes an executable script and gives its path. */
  script(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

export async function publicPlace(): Promise<PublicPlace> {
  const path = await mkdtemp(join(tmpdir(), 'wca-public-'));
  await chmod(path, 0o755);
  return {
    path,
    async script(name, text) {
      const file = join(path, name);
      await writeFile(file, text);
      await chmod(file, 0o755);
      return file;
    },
    remove: () => rm(path, { recursive: true }),
  };
}

/** The user tests run programs as. */
export async function wwwData(): Promise<Identity> {
  return (await lookupIdentity('www-data'))._unsafeUnwrap();
}
