// @module-tag root
// @module-tag php-cli
// @module-tag slow
import { chmodSync, chownSync, linkSync, lstatSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StepContext } from '../../../../src/recipes/engine/plan/step.js';
import { channelCommandStep } from '../../../../src/recipes/steps/site/channelCommandStep.js';
import type { ChannelCommandArgs } from '../../../../src/recipes/steps/site/channelCommandStep.js';
import type { FileState } from '../../../../src/recipes/steps/files/fileState.js';
import { snapshotTree, testStepKind } from '../../stepHarness.js';
import { tempDir } from '../../tempDir.js';

const OLD = '/root/.kimaki/bin/kimaki';
const NEW = '/usr/local/bin/wp-coding-agents-kimaki-dispatch';
const FILE = `<?php
// A note of the owner, with a	tab and a trailing space: é 
add_filter( 'datamachine_code_cli_channels', function ( $channels ) {
    // BEGIN bridges
    // BEGIN bridge:kimaki
    $channels['kimaki'] = [
        'command' => '${OLD}', # hand-aligned
        'args'    => [ 'send', '--channel', '{recipient}', '--prompt', '{message}' ],
    ];
    // END bridge:kimaki
    // BEGIN bridge:other
    $channels['other'] = [ 'command' => '${OLD}' ];
    // END bridge:other
    // END bridges
    return $channels;
} );
`;

function argsFor(path: string, more: Partial<ChannelCommandArgs> = {}): ChannelCommandArgs {
  return { path, label: 'bridge:kimaki', command: NEW, from: OLD, uid: 33, gid: 33, why: 'for the test', ...more };
}

/** The file as an agent running as root left it. */
function channels(dir: string, content = FILE): string {
  const path = join(dir, 'wp-coding-agents-channels.php');
  writeFileSync(path, content);
  chmodSync(path, 0o600);
  utimesSync(path, 1_600_000_000, 1_600_000_000.123456);
  return path;
}

function contextOf(dir: string): StepContext {
  return {
    runDir: dir,
    recordPath: (name) => join(dir, name),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
}

async function applied(args: ChannelCommandArgs, dir: string): Promise<FileState> {
  const check = await channelCommandStep.check(args);
  if (check.isErr() || check.value.state !== 'needed') throw new Error('nothing to do');
  const done = await channelCommandStep.apply(args, check.value.before, contextOf(dir));
  if (done.isErr()) throw new Error(done.error.message);
  return check.value.before;
}

testStepKind('a channels file of root with a command below /root', channelCommandStep, (dir) => {
  const path = channels(dir);
  return {
    args: argsFor(path),
    snapshot: () => snapshotTree(dir),
    disturb: () => writeFileSync(path, `${FILE}// edited\n`),
  };
});

testStepKind('a file that only belongs to the wrong account', channelCommandStep, (dir) => {
  const path = channels(dir, FILE.replace(OLD, NEW));
  return {
    args: argsFor(path),
    snapshot: () => snapshotTree(dir),
    disturb: () => rmSync(path),
  };
});

describe('wordpress.channelCommand', () => {
  test('changes that one value, and gives the file to the site, readable by its php-fpm', async () => {
    const dir = tempDir();
    const path = channels(dir);
    await applied(argsFor(path), dir);
    expect(readFileSync(path, 'utf8')).toBe(FILE.replace(OLD, NEW));
    const { uid, gid, mode } = lstatSync(path);
    expect([uid, gid, mode & 0o7777]).toEqual([33, 33, 0o644]);
  });

  test('leaves the group the write access that the installer gives it', async () => {
    const dir = tempDir();
    const path = channels(dir);
    chmodSync(path, 0o664);
    await applied(argsFor(path), dir);
    expect(lstatSync(path).mode & 0o7777).toBe(0o664);
    expect(await channelCommandStep.check(argsFor(path))).toBeOk(expect.objectContaining({ state: 'satisfied' }));
  });

  test('gives variables to the command, beside those that the entry has, and none twice', async () => {
    const dir = tempDir();
    const env = `        'env' => [ 'HOME' => '/tmp', 'PORT' => '1' ],\n    ];\n    // END bridge:kimaki`;
    const path = channels(dir, FILE.replace('    ];\n    // END bridge:kimaki', env));
    const args = argsFor(path, { environment: { PORT: '2', DATA: '/home/x' } });
    await applied(args, dir);
    expect(readFileSync(path, 'utf8')).toMatch(/'HOME' => '\/tmp',\s+'PORT' => '2',\s+'DATA' => '\/home\/x'/);
    expect(await channelCommandStep.check(args)).toBeOk(expect.objectContaining({ state: 'satisfied' }));
  });

  test('changes several entries at once, and is undone as one', async () => {
    const dir = tempDir();
    const path = channels(dir);
    const others = [{ label: 'bridge:other', command: '/usr/bin/other', from: OLD }];
    const args = argsFor(path, { others });
    const { title, diff } = channelCommandStep.describe(args)._unsafeUnwrap();
    expect(title).toContain(`${NEW} as the command of bridge:kimaki, /usr/bin/other as the command of bridge:other`);
    expect(diff).toContain(`+'command' => '/usr/bin/other'`);
    const before = await applied(args, dir);
    const changed = FILE.replace(OLD, NEW).replace(OLD, '/usr/bin/other');
    expect(readFileSync(path, 'utf8')).toBe(changed);
    expect(await channelCommandStep.check(args)).toBeOk(expect.objectContaining({ state: 'satisfied' }));
    expect(await channelCommandStep.undoable(args, before, contextOf(dir))).toBeOk();
    expect(await channelCommandStep.undo(args, before, contextOf(dir))).toBeOk();
    expect(readFileSync(path, 'utf8')).toBe(FILE);
  });

  test('leaves an entry that names the command already as it is spelled', async () => {
    const dir = tempDir();
    const spelled = FILE.replace(`'${OLD}'`, `"${NEW.replace('k', '\\x6b')}"`);
    const path = channels(dir, spelled);
    chmodSync(path, 0o644);
    chownSync(path, 33, 33);
    const check = await channelCommandStep.check(argsFor(path));
    expect(check).toBeOk(expect.objectContaining({ state: 'satisfied' }));
  });

  test('leaves another name of the file as it was', async () => {
    const dir = tempDir();
    const path = channels(dir);
    linkSync(path, join(dir, 'decoy'));
    await applied(argsFor(path), dir);
    expect(readFileSync(join(dir, 'decoy'), 'utf8')).toBe(FILE);
    expect(lstatSync(join(dir, 'decoy')).uid).toBe(0);
  });

  test('puts nothing in place that php would not read', async () => {
    const dir = tempDir();
    const path = channels(dir, `${FILE}syntax error here\n`);
    const before = snapshotTree(dir);
    const check = await channelCommandStep.check(argsFor(path));
    if (check.isErr() || check.value.state !== 'needed') throw new Error('nothing to do');
    const records = tempDir();
    const done = await channelCommandStep.apply(argsFor(path), check.value.before, contextOf(records));
    expect(done).toBeErr({ code: 'PHP_SYNTAX' });
    expect(snapshotTree(dir)).toBe(before);
  });

  test('is not undone over an edit', async () => {
    const dir = tempDir();
    const path = channels(dir);
    const before = await applied(argsFor(path), dir);
    writeFileSync(path, `${FILE}// edited by an upgrade\n`);
    const may = await channelCommandStep.undoable(argsFor(path), before, contextOf(dir));
    expect(may.isErr() && may.error.code).toBe('CHANGED_SINCE');
    expect(await channelCommandStep.undo(argsFor(path), before, contextOf(dir))).toBeErr();
    expect(readFileSync(path, 'utf8')).toContain('edited by an upgrade');
  });

  test('tells when the file or the entry is gone', async () => {
    const dir = tempDir();
    const missing = await channelCommandStep.check(argsFor(join(dir, 'missing.php')));
    expect(missing).toBeErr({ code: 'CHANNELS_FILE_MISSING' });
    const nobody = await channelCommandStep.check(argsFor(channels(dir), { label: 'bridge:nobody' }));
    expect(nobody).toBeErr();
  });

  test('shows the one line that changes, and none where none does', () => {
    expect(channelCommandStep.describe(argsFor('/x'))._unsafeUnwrap().diff).toContain(
      `-'command' => '${OLD}'\n+'command' => '${NEW}'\n`,
    );
    expect(channelCommandStep.describe(argsFor('/x', { from: NEW }))._unsafeUnwrap().diff).toBe('');
  });
});
