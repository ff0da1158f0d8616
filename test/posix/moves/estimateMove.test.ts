// @module-tag root
import { mkdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkMoveSpace, estimateMove } from '../../../src/posix/moves/estimateMove.js';
import { freshPlace, mount } from '../support/place.js';

let place = '';
let from = '';
beforeEach(() => {
  place = freshPlace();
  from = join(place, 'state');
  mkdirSync(from);
});

/** A directory with a filesystem of its own. */
function mounted(options: string): string {
  const dir = freshPlace();
  mount(dir, '-t', 'tmpfs', '-o', options, 'tmpfs');
  return dir;
}

describe('estimateMove', () => {
  it('measures what moves, sparse files by their length too, and needs no time within one mount', async () => {
    writeFileSync(join(from, 'a'), 'x'.repeat(1000));
    symlinkSync('/etc', join(from, 'link'));
    writeFileSync(join(from, 'sparse'), '');
    truncateSync(join(from, 'sparse'), 50_000_000);
    const estimate = (await estimateMove(from, join(place, 'not/there/yet')))._unsafeUnwrap();
    expect(estimate).toMatchObject({ method: 'rename', place, durationMs: 0 });
    expect(estimate.noSpace).toBeUndefined();
    expect(estimate.size).toMatchObject({ contentBytes: 50_001_000, inodes: 4 });
    expect(estimate.size.allocatedBytes).toBeLessThan(1_000_000);
  });

  it('tells of a copy to another mount how long it takes and that it does not fit', async () => {
    // /proc is a mount of its own everywhere, and has no room.
    expect(statSync('/proc').isDirectory()).toBe(true);
    writeFileSync(join(from, 'a'), 'x');
    const estimate = (await estimateMove(from, '/proc/x'))._unsafeUnwrap();
    expect(estimate).toMatchObject({ method: 'copy', place: '/proc', durationMs: 1000 });
    expect(estimate.noSpace).toMatchObject({ code: 'NO_SPACE', path: '/proc/x', free: { bytes: 0 } });
  });

  it('measures a link as the link it is', async () => {
    symlinkSync('/usr', join(place, 'link'));
    const estimate = (await estimateMove(join(place, 'link'), join(mounted('size=64k'), 'link')))._unsafeUnwrap();
    expect(estimate.size).toEqual({ allocatedBytes: 0, contentBytes: 4, inodes: 1 });
  });

  it('fails where there is nothing to measure, and on a relative path', async () => {
    const missing = (await estimateMove(join(place, 'absent'), place))._unsafeUnwrapErr();
    expect(missing).toMatchObject({ code: 'NOT_FOUND', path: join(place, 'absent') });
    expect((await estimateMove('state', place))._unsafeUnwrapErr().code).toBe('RELATIVE_PATH');
    expect((await estimateMove(from, 'state'))._unsafeUnwrapErr().code).toBe('RELATIVE_PATH');
  });
});

describe('checkMoveSpace', () => {
  async function answer(source: string, target: string): Promise<string> {
    return checkMoveSpace(source, target).match(
      () => 'ok',
      ({ message }) => message,
    );
  }

  it('needs no space on one filesystem, and on another that of the tree and some more', async () => {
    for (let file = 0; file < 50; file += 1) writeFileSync(join(from, `${file}`), Buffer.alloc(8192));
    expect(await answer(from, join(place, 'elsewhere'))).toBe('ok');
    expect(await answer(join(place, 'nothing'), join(mounted('size=64k'), 'x'))).toBe('ok');
    expect(await answer(from, join(mounted('size=256m'), 'not/yet/there'))).toBe('ok');
    const small = mounted('size=1m');
    expect(await answer(from, join(small, 'x'))).toMatch(/bytes free of the \d+ it needs/);
    expect(await answer(from, join(small, 'x'))).toContain(small);
    expect(await answer(from, join(mounted('size=256m,nr_inodes=60'), 'x'))).toMatch(
      /inodes free of the 1\d\d it needs/,
    );
  });

  it('needs space for the copy through a bind mount of the same filesystem', async () => {
    const small = mounted('size=1m');
    const [source, bound] = [join(small, 'state'), join(small, 'bound')];
    mkdirSync(source);
    mkdirSync(bound);
    writeFileSync(join(source, 'file'), Buffer.alloc(65536));
    expect(await answer(source, join(bound, 'x'))).toBe('ok');
    mount(bound, '--bind', bound);
    expect(await answer(source, join(bound, 'x'))).toMatch(/bytes free of the \d+ it needs/);
  });
});
