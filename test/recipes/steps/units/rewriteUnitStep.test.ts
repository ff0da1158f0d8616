// @module-tag slow
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rewriteUnitStep } from '../../../../src/recipes/steps/units/rewriteUnitStep.js';
import type { RewriteUnitArgs } from '../../../../src/recipes/steps/units/rewriteUnitStep.js';
import { snapshotTree, testStepKind } from '../../stepHarness.js';
import { tempDir } from '../../tempDir.js';

const SECRET = 'planted-7f3a9c';
const UNIT = `[Service]
User=root
# a comment that stays
Environment=KIMAKI_BOT_TOKEN=${SECRET}
ExecStart=/root/.kimaki/bin/kimaki --data-dir /root/.kimaki
`;

function argsFor(path: string): RewriteUnitArgs {
  return {
    unit: 'kimaki.service',
    path,
    diff: '',
    request: {
      user: 'opencode',
      group: 'opencode',
      oldHomes: ['/root'],
      newHome: '/home/opencode',
      oldDataDir: '/root/.kimaki',
      newDataDir: '/home/opencode/.kimaki',
      binary: '/usr/bin/kimaki',
      umask: '0002',
      moves: [],
      dropIn: false,
    },
  };
}

testStepKind('a unit of a root install', rewriteUnitStep, (dir) => {
  const path = join(dir, 'kimaki.service');
  writeFileSync(path, UNIT, { mode: 0o640 });
  utimesSync(path, 1_600_000_000, 1_600_000_000);
  return {
    args: argsFor(path),
    snapshot: () => snapshotTree(dir),
    disturb: () => {
      writeFileSync(path, `${UNIT}Nice=5\n`);
    },
  };
});

describe('kimaki.rewriteUnit', () => {
  it('has no secret of the unit in its arguments or its words', () => {
    const args = argsFor('/etc/systemd/system/kimaki.service');
    expect(JSON.stringify([args, rewriteUnitStep.describe(args)])).not.toContain(SECRET);
  });

  it('keeps comments and secrets in the file it writes', async () => {
    const dir = tempDir();
    const path = join(dir, 'kimaki.service');
    writeFileSync(path, UNIT);
    const args = argsFor(path);
    const check = (await rewriteUnitStep.check(args))._unsafeUnwrap();
    if (check.state === 'satisfied') throw new Error('the unit should need its rewrite');
    const ctx = {
      runDir: dir,
      recordPath: (name: string) => join(dir, name),
      progress: () => undefined,
      signal: new AbortController().signal,
      force: false,
    };
    expect(await rewriteUnitStep.apply(args, check.before, ctx)).toBeOk();
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('# a comment that stays');
    expect(text).toContain(SECRET);
    expect(text).toContain('User=opencode');
    expect(text).toContain('ExecStart=/usr/bin/kimaki --data-dir /home/opencode/.kimaki');
  });

  it('refuses to undo over what someone edited since', async () => {
    const path = join(tempDir(), 'kimaki.service');
    writeFileSync(path, UNIT);
    const args = argsFor(path);
    const check = (await rewriteUnitStep.check(args))._unsafeUnwrap();
    if (check.state === 'satisfied') throw new Error('the unit should need its rewrite');
    writeFileSync(path, '[Service]\nUser=someone\n');
    const ctx = {
      runDir: '/nowhere',
      recordPath: () => '/nowhere',
      progress: () => undefined,
      signal: new AbortController().signal,
      force: false,
    };
    const asked = await rewriteUnitStep.undoable(args, check.before, ctx);
    expect(asked._unsafeUnwrapErr()).toMatchObject({ code: 'CHANGED_SINCE' });
  });
});
