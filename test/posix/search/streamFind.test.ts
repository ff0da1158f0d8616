// @module-tag linux
import { closeSync, constants, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok } from 'neverthrow';
import { describe, expect, it, onTestFinished } from 'vitest';
import { O_PATH } from '../../../src/posix/handles/pinned.js';
import { streamFind } from '../../../src/posix/search/streamFind.js';
import type { FindQuery } from '../../../src/posix/search/streamFind.js';
import { freshPlace } from '../support/place.js';
import { descriptorsNow } from '../support/trees.js';

const PRINT = ['-printf', '%p\\0'];

/** A tree of files and directories, whose names end in a slash. */
function tree(...paths: readonly string[]): FindQuery {
  const place = freshPlace();
  for (const path of paths) {
    const isDirectory = path.endsWith('/');
    mkdirSync(join(place, isDirectory ? path : join(path, '..')), { recursive: true });
    if (!isDirectory) writeFileSync(join(place, path), '');
  }
  const directory = openSync(place, O_PATH | constants.O_DIRECTORY);
  onTestFinished(() => closeSync(directory));
  return { directory, prune: [], expression: PRINT, timeoutMs: 60_000 };
}

/** What a shell prints in the place of find. */
const instead = (script: string, more: Partial<FindQuery> = {}): FindQuery => ({
  ...tree(),
  command: ['sh', '-c', script, 'sh'],
  whole: true,
  ...more,
});

async function found(query: FindQuery): Promise<readonly string[]> {
  const all: string[] = [];
  const done = await streamFind(query, (records) => {
    all.push(...records);
    return Promise.resolve(ok(undefined));
  });
  expect(done._unsafeUnwrap()).toEqual({ complaints: [] });
  return all.sort();
}
const nothing = () => Promise.resolve(ok(undefined));

describe('records', () => {
  it('have paths relative to the directory, empty for itself', async () => {
    expect(await found(tree('a/b', 'c'))).toEqual(['', 'a', 'a/b', 'c']);
  });

  it('may begin with other fields, and have no path', async () => {
    expect(await found({ ...tree('a'), expression: ['-printf', '%y %p\\0'] })).toEqual(['d ', 'f a']);
    expect(await found({ ...tree('a'), expression: ['-printf', 'x\\0'] })).toEqual(['x', 'x']);
  });

  it('are below a prefix where there is one', async () => {
    expect(await found({ ...tree('a'), prefix: 'top' })).toEqual(['top', 'top/a']);
  });

  it('are the same for a tree that is divided among several finds', async () => {
    const paths = Array.from({ length: 40 }, (_, n) => `d${n}/sub/file`);
    const query = tree(...paths);
    const whole = await found({ ...query, whole: true });
    expect(whole).toHaveLength(1 + 3 * 40);
    expect(await found(query)).toEqual(whole);
  });

  it('are whole however the bytes arrive', async () => {
    expect(await found(instead("printf './on'; sleep 0.05; printf 'e\\0./t'; sleep 0.05; printf 'wo\\0'"))).toEqual([
      'one',
      'two',
    ]);
  });

  it('keep bytes that are no text', async () => {
    expect(await found(instead("printf './\\377\\n\\0'"))).toEqual(['\u00ff\n']);
  });

  it('are handed over one call after the other, and never more than come', async () => {
    let calls = 0;
    const done = await streamFind(tree(...Array.from({ length: 300 }, (_, n) => `f${n}`)), async (records) => {
      calls += 1;
      expect(calls).toBe(1);
      expect(records.length).toBeLessThanOrEqual(128);
      await new Promise(setImmediate);
      calls -= 1;
      return ok(undefined);
    });
    expect(done).toBeOk();
  });
});

describe('what is passed over', () => {
  it('is not printed, with all below it', async () => {
    expect(await found({ ...tree('a/b/c', 'a/d'), prune: ['a/b'] })).toEqual(['', 'a', 'a/d']);
  });

  it('is one path, though its name holds what means something in a pattern', async () => {
    const query = tree('x*y/in', 'xzy/in', '[a]/in', 'a/in', 'q\\?/in');
    expect(await found({ ...query, prune: ['x*y', '[a]', 'q\\?'] })).toEqual(['', 'a', 'a/in', 'xzy', 'xzy/in']);
  });
});

describe('the end', () => {
  it('has complaints where find could not see everything, but none of what vanished', async () => {
    const script = `echo "find: './a': Permission denied" >&2; echo "find: './b': No such file or directory" >&2; exit 1`;
    expect(await streamFind(instead(script), nothing)).toBeOk({ complaints: ["find: 'a': Permission denied"] });
  });

  it('is an error where something killed find', async () => {
    expect(await streamFind(instead('kill -9 $$'), nothing)).toBeErr({ code: 'PROGRAM_FAILED', exitCode: null });
  });

  it('is an error where find is not there', async () => {
    expect(await streamFind({ ...tree(), command: ['wca-no-such-find'] }, nothing)).toBeErr({
      code: 'PROGRAM_NOT_FOUND',
    });
  });

  it('comes at the deadline, named by the time of the whole search', async () => {
    expect(await streamFind(instead('exec sleep 60', { timeoutMs: 50 }), nothing)).toBeErr({
      code: 'PROGRAM_TIMEOUT',
      timeoutMs: 50,
    });
  });

  it('comes when the signal is aborted, before it began too', async () => {
    expect(await streamFind({ ...tree('a'), signal: AbortSignal.abort() }, nothing)).toBeErr({ code: 'ABORTED' });
    const stop = new AbortController();
    const running = instead("printf './a\\0'; exec sleep 60", { signal: stop.signal });
    const stopped = await streamFind(running, () => {
      stop.abort();
      return nothing();
    });
    expect(stopped).toBeErr({ code: 'ABORTED' });
  });

  it('comes with the first Err of who takes the records, which is the answer', async () => {
    let calls = 0;
    const many = tree(...Array.from({ length: 40 }, (_, n) => `d${n}/f`));
    const ended = await streamFind(many, () => {
      calls += 1;
      return Promise.resolve(err({ code: 'FULL' as const }));
    });
    expect(ended._unsafeUnwrapErr()).toEqual({ code: 'FULL' });
    expect(calls).toBe(1);
  });

  it('comes with what who takes the records throws', async () => {
    const failing = streamFind(tree('a'), () => Promise.reject(new Error('the caller’s own')));
    await expect(failing).rejects.toThrow('the caller’s own');
  });

  it('comes once find is gone and its pipes are closed, though it would go on', async () => {
    const running = instead("printf './a\\0'; exec sleep 60");
    const before = descriptorsNow();
    const opened = (): readonly string[] => descriptorsNow().filter((one) => !before.includes(one));
    expect(await streamFind(running, () => Promise.resolve(err({ code: 'FULL' as const })))).toBeErr({ code: 'FULL' });
    expect(opened()).toEqual([]);
    await expect(streamFind(running, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(opened()).toEqual([]);
  });
});
