import { describe, expect, it } from 'vitest';
import { interruption } from '../../src/cli/interruption.js';

describe('interruption', () => {
  it('aborts at the first signal and lets the second one do what it always does', () => {
    const others = process.listeners('SIGHUP');
    const signal = interruption();
    const own = process.listeners('SIGHUP').filter((listener) => !others.includes(listener));
    expect(own).toHaveLength(1);
    expect(signal.aborted).toBe(false);
    process.emit('SIGHUP');
    expect(signal.aborted).toBe(true);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) expect(process.listeners(name)).not.toContain(own[0]);
  });
});
