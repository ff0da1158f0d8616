// @module-tag root
import { closeSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRoot } from '../../../src/posix/handles/openRoot.js';
import type { SweepOptions, Verdict } from '../../../src/posix/handles/tree.js';
import { EntryJudge } from '../../../src/posix/sweeps/entryJudge.js';
import { CLOCK_TICK_MS } from '../../../src/posix/access/index.js';

import type { Pass } from '../../../src/posix/sweeps/pass.js';
import { walkMatches } from '../../../src/posix/sweeps/walkMatches.js';
import { freshPlace, mount } from '../support/place.js';
import { directory, file } from '../support/trees.js';

interface Walked {
  /** What was judged, in order of names. */
  readonly judged: readonly string[];
  readonly pass: Pass;
  readonly code: string;
}

/** One walk over a tree that proposes what root owns; nothing is changed. */
async function walked(
  path: string,
  {
    options = {},
    excluded = [],
    earlier = null,
    during = () => undefined,
  }: {
    readonly options?: SweepOptions;
    readonly excluded?: readonly string[];
    readonly earlier?: Pass | null;
    /** Done after the pass has begun. */
    readonly during?: () => void;
  } = {},
): Promise<Walked> {
  const root = openRoot(path)._unsafeUnwrap();
  onTestFinished(() => closeSync(root.fd));
  const judged: string[] = [];
  const decide = (): Verdict => ({ kind: 'keep' });
  const judge = new EntryJudge(root, decide, options, true);
  const original = judge.judgePath.bind(judge);
  judge.judgePath = (one) => {
    judged.push(one);
    original(one);
  };
  const name = judge.judgeName.bind(judge);
  judge.judgeName = (fd, above, one) => {
    judged.push(above === '' ? one : `${above}/${one}`);
    return name(fd, above, one);
  };
  during();
  const context = { options, excluded: new Set(excluded), earlier };
  const done = await walkMatches(['-uid', '0'])(judge, context);
  await judge.close();
  return { judged: judged.sort(), pass: judge.pass, code: done.isOk() ? 'OK' : done.error.code };
}

function plant(): string {
  const place = freshPlace();
  directory(join(place, 'dir'), 0o755, 33);
  file(join(place, 'dir/of-root'));
  file(join(place, 'dir/of-www'), 0o644, 33);
  file(join(place, 'top'));
  return place;
}

/** Long enough for changes made before not to look as if they were made since. */
const settle = (): Promise<unknown> => sleep(4 * CLOCK_TICK_MS);

describe('walkMatches', () => {
  it('judges only what find proposes', async () => {
    const place = plant();
    await settle();
    const { judged, pass, code } = await walked(place);
    expect([code, judged]).toEqual(['OK', ['', 'dir/of-root', 'top']]);
    expect(pass).toMatchObject({ examined: 3, missed: false });
  });

  it('proposes nothing below what is excluded, nor below a mount, which it lists', async () => {
    const place = plant();
    mkdirSync(join(place, 'mnt'));
    mount(join(place, 'mnt'), '-t', 'tmpfs', 'none');
    file(join(place, 'mnt/inside'));
    const { judged, pass } = await walked(place, { excluded: ['dir'] });
    expect(judged).toEqual(['', 'top']);
    expect([...pass.skipped]).toEqual([['mnt', 'mount-point']]);
    expect((await walked(place, { options: { crossMounts: true } })).judged).toContain('mnt/inside');
  });

  it('judges a root that is a single file, without find', async () => {
    const { code, pass } = await walked(join(plant(), 'top'));
    expect([code, pass.examined]).toEqual(['OK', 1]);
  });

  it('looks after a quiet pass only at directories that changed since', async () => {
    const place = plant();
    mkdirSync(join(place, 'quiet'));
    file(join(place, 'quiet/file'));
    await settle();
    const { pass: earlier } = await walked(place);
    await settle();
    expect((await walked(place, { earlier })).judged).toEqual([]);
    file(join(place, 'dir/new'), 0o644, 33);
    expect((await walked(place, { earlier })).judged).toEqual(['dir/new', 'dir/of-root', 'dir/of-www']);
  });

  it('looks below a directory that was moved into another since', async () => {
    const place = plant();
    const elsewhere = freshPlace();
    mkdirSync(join(elsewhere, 'moved/deep'), { recursive: true });
    file(join(elsewhere, 'moved/deep/file'));
    await settle();
    const { pass: earlier } = await walked(place);
    await settle();
    renameSync(join(elsewhere, 'moved'), join(place, 'dir/moved'));
    const { judged } = await walked(place, { earlier });
    expect(judged).toContain('dir/moved/deep/file');
    expect(judged).not.toContain('top');
  });

  it('keeps what the quiet pass left in the report', async () => {
    const place = plant();
    await settle();
    const { pass: earlier } = await walked(place);
    earlier.skipped.set('top', 'immutable');
    earlier.closed.set('dir', 'private');
    const { pass } = await walked(place, { earlier });
    expect([...pass.skipped, ...pass.closed]).toEqual([
      ['top', 'immutable'],
      ['dir', 'private'],
    ]);
  });

  it('notes that something was renamed under it', async () => {
    const place = plant();
    await settle();
    const during = (): void => renameSync(join(place, 'top'), join(place, 'renamed'));
    expect((await walked(place, { during })).pass.missed).toBe(true);
  });

  it('ends with ABORTED when the signal is aborted', async () => {
    expect((await walked(plant(), { options: { signal: AbortSignal.abort() } })).code).toBe('ABORTED');
  });
});
