// @module-tag root
// @module-tag slow
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ResultAsync } from 'neverthrow';
import { checkTrustedPath } from '../../src/posix/handles/checkTrustedPath.js';
import { countOwned } from '../../src/posix/search/countOwned.js';
import { estimateTree } from '../../src/posix/search/estimateTree.js';
import { explainAccess } from '../../src/posix/access/explainAccess.js';
import { explainExecution } from '../../src/posix/access/explainExecution.js';
import { findHolders } from '../../src/posix/processes/findHolders.js';
import { estimateMove } from '../../src/posix/moves/estimateMove.js';
import { lookupIdentity, lookupUser } from '../../src/posix/accounts/lookupIdentity.js';
import { moveTree } from '../../src/posix/moves/moveTree.js';
import { openToGroup } from '../../src/posix/sweeps/openToGroup.js';
import { probeAccess } from '../../src/posix/access/probeAccess.js';
import { queryOwnership } from '../../src/posix/search/queryOwnership.js';
import { readRegularFile } from '../../src/posix/files/readRegularFile.js';
import { reclaim } from '../../src/posix/sweeps/reclaim.js';
import { removeFile } from '../../src/posix/files/removeFile.js';
import { replaceFile } from '../../src/posix/files/replaceFile.js';
import { resolveExecutable } from '../../src/posix/access/resolveExecutable.js';
import { undoChanges } from '../../src/posix/sweeps/undoChanges.js';
import { WWW_DATA } from './support/identities.js';
import { freshPlace, run } from './support/place.js';
import { bundle } from './support/runModule.js';
import { snapshot } from './support/trees.js';
import { openChangeRecord, readChangeRecord } from '../../src/posix/sweeps/changeRecord.js';

type Outcome = ResultAsync<unknown, { readonly code: string; readonly message: string }>;

const TO_WWW = { from: 0, to: { uid: 33, gid: 33 }, unprotectedHardlinks: 'allow' } as const;
const NEVER = { gid: 33, owners: [0], keepSecrets: () => false, unprotectedHardlinks: 'allow' } as const;

/** Every primitive that takes a path, asked about this one. */
const TAKERS: Readonly<Record<string, (path: string) => Outcome>> = {
  explainAccess: (path) => explainAccess(path, WWW_DATA, 'read'),
  explainExecution: (path) => explainExecution(path, WWW_DATA, { searchPath: '/usr/bin' }),
  queryOwnership: (path) => queryOwnership(path, { by: 0 }, { onEntry: () => undefined }),
  countOwned: (path) => countOwned(path, { writable: { by: WWW_DATA, is: false } }),
  reclaim: (path) => reclaim(path, TO_WWW),
  openToGroup: (path) => openToGroup(path, NEVER),
  undoChanges: (path) => undoChanges(path, []),
  moveTree: (path) => moveTree(path, '/var/tmp/wca-moved-nowhere'),
  'moveTree to': (path) => moveTree(fileToMove(), path),
  checkTrustedPath: (path) => checkTrustedPath(path),
  readRegularFile: (path) => readRegularFile(path),
  replaceFile: (path) => replaceFile(path, 'new'),
  removeFile: (path) => removeFile(path),
  openChangeRecord: (path) => openChangeRecord(path),
  readChangeRecord: (path) => readChangeRecord(path),
  estimateTree: (path) => estimateTree(path),
  estimateMove: (path) => estimateMove(path, path),
};

function fileToMove(): string {
  const path = join(freshPlace(), 'file');
  writeFileSync(path, '');
  return path;
}

describe('bad input', () => {
  it.each(Object.entries(TAKERS))('gets an error that names it from %s, and changes nothing', async (name, take) => {
    const place = freshPlace();
    mkdirSync(join(place, 'dir'));
    writeFileSync(join(place, 'dir/file'), 'kept');
    symlinkSync('loop', join(place, 'loop'));
    const before = snapshot(place);
    const bad: Readonly<Record<string, string>> = {
      relative: 'dir/file',
      empty: '',
      missing: join(place, 'missing/below'),
      'control characters': `${place}/a\n\u001b[31m/below`,
      long: `/${'x/'.repeat(2047)}x`,
      'long name': `${place}/${'n'.repeat(256)}`,
      nul: `${place}/dir\0/etc`,
      loop: join(place, 'loop/below'),
      'a file above': join(place, 'dir/file/below'),
    };
    for (const [kind, path] of Object.entries(bad)) {
      const done = await take(path);
      expect(done, `${name}: ${kind}`).toBeErr();
      if (done.isOk()) continue;
      const { code, message } = done.error;
      expect(code, kind).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(message.length, `${kind}: ${message}`).toBeLessThan(6000);
      // eslint-disable-next-line no-control-regex -- none may reach a terminal
      expect(message, kind).not.toMatch(/[\u0000-\u001f]/);
      expect(JSON.parse(JSON.stringify(done.error)), kind).toMatchObject({ code, message });
    }
    expect(snapshot(place)).toEqual(before);
  });

  it('is not read as another path: `..` above the root stays there', async () => {
    const asked = await explainAccess('/../../../etc/../etc/hostname', WWW_DATA, 'read');
    expect(asked).toBeOk(expect.objectContaining({ resolvedPath: '/etc/hostname' }));
    expect((await countOwned('/../..//dev/../dev/null', { by: 0 })).unwrapOr(-1)).toBe(1);
  });

  it.each(['', '0', '33', '-x', 'a b', 'root:x', '../etc', 'x\n', 'n'.repeat(300), 'nobody-has-this-name'])(
    'is no user: %j',
    async (name) => {
      for (const found of [await lookupUser(name), await lookupIdentity(name)]) {
        expect(found.isErr() && found.error.code).toMatch(/^(USER_NOT_FOUND|INVALID_USER_NAME)$/);
        // eslint-disable-next-line no-control-regex -- none may reach a terminal
        expect(found.isErr() && found.error.message).not.toMatch(/[\u0000-\u001f]/);
      }
    },
  );

  it('never makes anyone open a FIFO, which would wait for ever', async () => {
    const fifo = join(freshPlace(), 'fifo');
    run('mkfifo', ['-m', '755', fifo]);
    const refusals = new Map<string, string>();
    for (const [name, take] of Object.entries(TAKERS)) {
      if (name.startsWith('moveTree') || name === 'removeFile') continue;
      const done = await take(fifo);
      refusals.set(name, done.isErr() ? done.error.code : 'OK');
    }
    expect(Object.fromEntries(refusals)).toMatchObject({
      explainAccess: 'OK',
      countOwned: 'OK',
      reclaim: 'OK',
      readRegularFile: 'NOT_A_REGULAR_FILE',
      replaceFile: 'NOT_A_REGULAR_FILE',
      readChangeRecord: 'RECORD_UNTRUSTED',
      openChangeRecord: 'RECORD_UNTRUSTED',
    });
    expect(await probeAccess(fifo, WWW_DATA, 'read')).toBeOk();
    expect(
      (await resolveExecutable('fifo', [WWW_DATA], { searchPath: fifo.slice(0, -5) })).unwrapOr(null)?.path,
    ).toBeNull();
    expect((await findHolders([fifo])).unwrapOr([])).toEqual([]);
  });

  it('and 64 open files are no reason to fail', async () => {
    const root = freshPlace();
    let deep = join(root, 'site');
    mkdirSync(deep);
    for (let n = 0; n < 40; n += 1) {
      for (const sister of ['a', 'b']) mkdirSync(join(deep, sister));
      writeFileSync(join(deep, 'file'), '');
      deep = join(deep, 'a');
    }
    for (let n = 0; n < 80; n += 1) mkdirSync(join(root, `site/wide${n}/one`), { recursive: true });
    const module = await bundle(
      `import { estimateTree } from ${JSON.stringify(join(import.meta.dirname, '../../src/posix/search/index.ts'))};
       import { countOwned, explainAccess, moveTree, openChangeRecord, readChangeRecord, reclaim, undoChanges } from ${JSON.stringify(join(import.meta.dirname, '../../src/posix/index.ts'))};
       const [root, deep] = process.argv.slice(2);
       const record = root + '-record';
       const sink = (await openChangeRecord(record))._unsafeUnwrap();
       const group = { name: 'www-data', gid: 33, members: [] };
       const who = { user: { name: 'www-data', uid: 33, gid: 33, home: '/', shell: '/bin/sh' }, group, groups: [group] };
       const steps = [
         () => countOwned(root, { by: 0 }),
         () => countOwned(root, { writable: { by: who, is: false } }),
         () => explainAccess(deep, who, 'traverse').map((asked) => asked.allowed),
         () => reclaim(root, { from: 0, to: { uid: 33, gid: 33 }, sink, unprotectedHardlinks: 'allow' }).map((done) => [done.changed, done.complete]),
         () => readChangeRecord(record).andThen((changes) => undoChanges(root, changes)).map((done) => done.restored),
         () => estimateTree(root).map((size) => size.inodes),
         () => moveTree(root, root + '-moved').map((done) => done.method),
       ];
       for (const step of steps) {
         const done = await step();
         console.log(JSON.stringify(done.isOk() ? done.value : done.error));
       }`,
      root,
    );
    const printed = run('prlimit', ['--nofile=64', process.execPath, module, join(root, 'site'), deep]);
    const entries = 1 + 40 * 3 + 80 * 2;
    expect(
      printed
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([entries, entries, true, [entries, true], entries, entries, 'rename']);
  });
});
