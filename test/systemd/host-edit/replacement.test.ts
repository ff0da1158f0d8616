import { describe, expect, it } from 'vitest';
import { replacement } from '../../../src/systemd/host-edit/replacement.js';

describe('replacement', () => {
  it.each([
    ['Service', 'User', 'last'],
    ['Service', 'ExecStart', 'reset'],
    ['Service', 'Environment', 'reset'],
    ['Unit', 'After', 'none'],
    ['Unit', 'ConditionPathExists', 'none'],
    ['Timer', 'OnCalendar', 'none'],
    ['Socket', 'ListenStream', 'none'],
    ['Install', 'WantedBy', 'none'],
  ] as const)('of [%s] %s is %s', (section, key, way) => {
    expect(replacement(section, key)).toBe(way);
  });
});
