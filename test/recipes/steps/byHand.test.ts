import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { holdUnitsStep } from '../../../src/recipes/steps/units/holdUnitsStep.js';
import { releaseUnitsStep } from '../../../src/recipes/steps/units/releaseUnitsStep.js';

const UNIT = String.raw`kimaki-a\x2db.service`;
const WHERE = { id: 'x', journal: '/j', recordPath: () => '/r' };

/** The words a shell makes of a line. */
const words = (line: string): readonly string[] =>
  execFileSync('/bin/sh', ['-c', `for word in ${line}; do printf '%s\\n' "$word"; done`], { encoding: 'utf8' })
    .trim()
    .split('\n');

test('the steps left to a person name an escaped unit so that a shell keeps its backslash', () => {
  const hold = { units: [UNIT] };
  const held = holdUnitsStep.byHand?.(hold, { active: [UNIT], dependents: [] }, WHERE) ?? [];
  const released = releaseUnitsStep.byHand?.({ units: [UNIT], start: [UNIT], health: null }, null, WHERE) ?? [];
  expect([...held, ...released].map((line) => words(line).at(-1))).toEqual([
    `/run/systemd/system.control/${UNIT}`,
    'daemon-reload',
    UNIT,
    UNIT,
  ]);
});
