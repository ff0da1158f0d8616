import { describe, expect, it } from 'vitest';
import { awaitIdle, ticksOf } from '../../../src/systemd/watch/awaitIdle.js';

describe('awaitIdle', () => {
  it('refuses what is no unit name before it does anything; the rest is tested on a booted host', async () => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await awaitIdle(name, { deadlineMs: 1000 }))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
    }
  });

  it('does not begin when its signal is aborted', async () => {
    const options = { deadlineMs: 1000, signal: AbortSignal.abort() };
    expect((await awaitIdle('kimaki.service', options))._unsafeUnwrapErr().code).toBe('ABORTED');
  });
});

describe('ticksOf', () => {
  it('adds user and system time, whatever the name of the process contains', () => {
    const fields = ['S', ...Array.from({ length: 10 }, () => '9'), '30', '12', '9'].join(' ');
    expect(ticksOf(`7 (a) b) (c) ${fields}`)).toBe(42);
  });
});
