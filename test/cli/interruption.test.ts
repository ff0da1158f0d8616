import { describe, expect, it } from 'vitest';
import { interruption } from '../../src/cli/interruption.js';

describe('interruption', () => {
  it('aborts at the first signal and lets the second one do what it always does', () => {
    const before = process.listenerCount('SIGHUP');
    const signal = interruption();
    expect(signal.aborted).toBe(false);
    process.emit('SIGHUP');
    expect(signal.aborted).toBe(true);
    expect(process.listenerCount('SIGHUP')).toBe(before);
    expect(process.listenerCount('SIGINT')).toBe(process.listenerCount('SIGTERM'));
  });
});
