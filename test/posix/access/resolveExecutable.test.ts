// @module-tag root
import { chmodSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveExecutable } from '../../../src/posix/access/resolveExecutable.js';
import type { ExecutableResolution } from '../../../src/posix/access/resolveExecutable.js';
import type { Identity } from '../../../src/posix/accounts/identity.js';
import { identityOf, ROOT, WWW_DATA } from '../support/identities.js';
import { freshPlace } from '../support/place.js';
import { directory } from '../support/trees.js';

const AGENT = identityOf('opencode', 1000, [1000]);

async function resolved(name: string, searchPath: string, ...who: readonly Identity[]): Promise<ExecutableResolution> {
  const found = await resolveExecutable(name, who, { searchPath });
  if (found.isErr()) throw new Error(found.error.message);
  return found.value;
}

/** Three directories on a PATH: a home of root, a home of the agent, and the system's. */
function host(): { place: string; path: string } {
  const place = freshPlace();
  directory(join(place, 'root'), 0o700);
  directory(join(place, 'home'), 0o750, 1000);
  directory(join(place, 'usr'));
  const path = ['root', 'home', 'usr'].map((name) => join(place, name)).join(':');
  for (const name of ['root', 'home', 'usr']) {
    const file = join(place, name, 'kimaki');
    // It would leave a trace if it were ever run.
    writeFileSync(file, `#!/bin/sh\ntouch ${place}/ran\n`);
    chmodSync(file, 0o755);
  }
  return { place, path };
}

describe('resolveExecutable', () => {
  it('takes the first that every one of them can run, and says why the others will not do', async () => {
    const { place, path } = host();
    expect((await resolved('kimaki', path, ROOT)).path).toBe(join(place, 'root/kimaki'));
    expect((await resolved('kimaki', path, AGENT)).path).toBe(join(place, 'home/kimaki'));
    const both = await resolved('kimaki', path, AGENT, WWW_DATA);
    expect(both.path).toBe(join(place, 'usr/kimaki'));
    expect(both.candidates.map(({ ok, blockedAt }) => [ok, blockedAt])).toEqual([
      [false, join(place, 'root')],
      [false, join(place, 'home')],
      [true, null],
    ]);
    expect(both.candidates[1]?.reason).toContain('www-data');
    expect(existsSync(join(place, 'ran'))).toBe(false);
  });

  it('answers with the path as found, not with what a link leads to', async () => {
    const { place } = host();
    directory(join(place, 'bin'));
    symlinkSync('../usr/kimaki', join(place, 'bin/kimaki'));
    expect((await resolved('kimaki', `${place}/bin/`, WWW_DATA)).path).toBe(join(place, 'bin/kimaki'));
  });

  it('lists a dangling link and a directory as candidates that will not do', async () => {
    const { place } = host();
    directory(join(place, 'a'));
    directory(join(place, 'b'));
    symlinkSync('nowhere', join(place, 'a/kimaki'));
    directory(join(place, 'b/kimaki'));
    const { path, candidates } = await resolved('kimaki', `${place}/a:${place}/b`, WWW_DATA);
    expect(path).toBeNull();
    expect(candidates.map((candidate) => candidate.ok)).toEqual([false, false]);
    expect(candidates[0]?.reason).toContain('does not exist');
  });

  it('finds nothing in an empty or relative PATH, and each directory once', async () => {
    const { place } = host();
    expect(await resolved('kimaki', '', WWW_DATA)).toEqual({ path: null, candidates: [] });
    expect(await resolved('kimaki', '.:usr:', WWW_DATA)).toEqual({ path: null, candidates: [] });
    expect((await resolved('kimaki', `${place}/usr:${place}/usr`, WWW_DATA)).candidates).toHaveLength(1);
  });

  it('refuses what is no name', async () => {
    for (const name of ['', 'a/b', '/usr/bin/env', 'a\0']) {
      const found = await resolveExecutable(name, [WWW_DATA], { searchPath: '/usr/bin' });
      expect(found).toBeErr({ code: 'INVALID_EXECUTABLE_NAME' });
    }
  });
});
