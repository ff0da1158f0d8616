import { expect, it } from 'vitest';
import { SILENT, added } from '../../../src/systemd/host-edit/askAnalyze.js';

it('takes a complaint that moved to another line for the same one, and counts how often each is made', () => {
  const before = { lines: ['u.service:3: a', 'u.service:4: b'], status: 0 };
  const now = { lines: ['u.service:5: a', 'u.service:6: b', 'u.service:7: b', 'u.service:8: c'], status: 0 };
  expect(added(now, before)).toEqual(['u.service:7: b', 'u.service:8: c']);
  expect(added(now, SILENT)).toEqual(now.lines);
  expect(added(SILENT, before)).toEqual([]);
});
