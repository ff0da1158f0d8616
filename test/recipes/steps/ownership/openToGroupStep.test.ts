// @module-tag root
// @module-tag slow
import { chmodSync, chownSync, linkSync, lstatSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StepContext } from '../../../../src/recipes/engine/plan/step.js';
import { openToGroupStep } from '../../../../src/recipes/steps/ownership/openToGroupStep.js';
import type { OpenToGroupArgs } from '../../../../src/recipes/steps/ownership/openToGroupStep.js';
import { snapshotTree, testStepKind } from '../../stepHarness.js';
import { tempDir } from '../../tempDir.js';

const WWW = 33;

function argsFor(root: string, more: Partial<OpenToGroupArgs> = {}): OpenToGroupArgs {
  return {
    root,
    group: 'www-data',
    owners: ['root', 'www-data'],
    why: 'for the test',
    allowUnprotectedHardlinks: true,
    ...more,
  };
}

function put(path: string, mode = 0o644, uid = WWW, gid = uid): void {
  writeFileSync(path, 'x');
  chownSync(path, uid, gid);
  chmodSync(path, mode);
}

function directory(path: string, mode = 0o755): string {
  mkdirSync(path);
  chownSync(path, WWW, WWW);
  chmodSync(path, mode);
  return path;
}

/** A tree with one of each: something to open, a secret, a private file, somebody else's. */
function tree(dir: string): string {
  const root = directory(join(dir, 'plugins'));
  directory(join(root, 'tiny'));
  put(join(root, 'tiny/tiny.php'));
  put(join(root, 'tiny/.env'));
  put(join(root, 'tiny/private'), 0o640);
  put(join(root, 'tiny/theirs'), 0o644, 1, 1);
  put(join(root, 'roots.php'), 0o644, 0, 0);
  return root;
}

const about = (path: string): string => {
  const { uid, gid, mode } = lstatSync(path);
  return `${uid}:${gid} ${(mode & 0o7777).toString(8).padStart(4, '0')}`;
};

testStepKind('a tree with secrets in it', openToGroupStep, (dir) => {
  const root = tree(dir);
  return {
    args: argsFor(root),
    snapshot: () => snapshotTree(dir),
    disturb: () => renameSync(root, `${root}-away`),
  };
});

describe('posix.openToGroup', () => {
  test('opens directories and files of these accounts, and nothing that is secret, private or another’s', async () => {
    const dir = tempDir();
    const root = tree(dir);
    const ctx: StepContext = {
      runDir: dir,
      recordPath: (name) => join(dir, name),
      progress: () => undefined,
      signal: new AbortController().signal,
      force: false,
    };
    expect(await openToGroupStep.apply(argsFor(root), { entries: 0 }, ctx)).toBeOk();
    expect(await openToGroupStep.verify(argsFor(root), ctx)).toBeOk();
    const names = ['', 'tiny', 'tiny/tiny.php', 'tiny/.env', 'tiny/private', 'tiny/theirs', 'roots.php'];
    expect(names.map((name) => about(join(root, name)))).toEqual([
      '33:33 2775',
      '33:33 2775',
      '33:33 0664',
      '33:33 0644',
      '33:33 0640',
      '1:1 0644',
      '0:33 0664',
    ]);
  });

  test('refuses hard links before its first change, and leaves them when asked to', async () => {
    const root = tree(tempDir());
    linkSync(join(root, 'roots.php'), join(root, 'second.php'));
    const refused = await openToGroupStep.check(argsFor(root));
    expect(refused).toBeErr({ code: 'UNSAFE_ENTRIES' });
    const check = await openToGroupStep.check(argsFor(root, { leaveUnsafe: true }));
    expect(check.isOk() && check.value.state === 'needed' && check.value.note).toContain('hard-link');
  });

  test('does not take what is still being written for a failure where it is opened again later', async () => {
    const dir = tempDir();
    const root = tree(dir);
    const ctx: StepContext = {
      runDir: dir,
      recordPath: (name) => join(dir, name),
      progress: () => undefined,
      signal: new AbortController().signal,
      force: false,
    };
    const open = await openToGroupStep.verify(argsFor(root), ctx);
    expect(open).toBeErr({ code: 'OPEN_INCOMPLETE' });
    expect(await openToGroupStep.verify(argsFor(root, { openedAgain: true }), ctx)).toBeOk();
  });

  test('an account or a group that does not exist is an error', async () => {
    const root = tree(tempDir());
    const user = await openToGroupStep.check(argsFor(root, { owners: ['nobody-has-this-name'] }));
    expect(user).toBeErr({ code: 'USER_NOT_FOUND' });
    const group = await openToGroupStep.check(argsFor(root, { group: 'nobody-has-this-name' }));
    expect(group).toBeErr({ code: 'GROUP_NOT_FOUND' });
  });
});
