import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { stopUnitsStep } from '../../../src/recipes/steps/units/stopUnitsStep.js';
import { startUnitsStep } from '../../../src/recipes/steps/units/startUnitsStep.js';

const UNIT = String.raw`kimaki-a\x2db.service`;
const WHERE = { id: 'x', journal: '/j', recordPath: () => '/r' };

/** The words a shell makes of a line. */
const words = (line: string): readonly string[] =>
  execFileSync('/bin/sh', ['-c', `for word in ${line}; do printf '%s\\n' "$word"; done`], { encoding: 'utf8' })
    .trim()
    .split('\n');

test('the steps left to a person name an escaped unit so that a shell keeps its backslash', () => {
  const stop = { units: [UNIT] };
  const stopped = stopUnitsStep.byHand(stop, { active: [UNIT], dependents: [] }, WHERE);
  const started = startUnitsStep.byHand({ units: [UNIT], start: [UNIT], health: null }, null, WHERE);
  expect([...stopped, ...started].map((line) => words(line).at(-1))).toEqual([
    `/run/systemd/system.control/${UNIT}`,
    'daemon-reload',
    UNIT,
    UNIT,
  ]);
});
