// @module-tag systemd
import { beforeAll, describe, expect, it } from 'vitest';
import { liveVariables } from '../../../src/systemd/values/liveVariables.js';
import { parseExec } from '../../../src/systemd/values/parseExec.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { unitValues } from '../../../src/systemd/document/unitValues.js';
import { agreement, answerOf, wordOf } from '../support/answers.js';
import { grammarVectors } from '../support/grammarVectors.js';
import { loadUnits } from '../support/loadedUnits.js';
import type { LoadedUnit } from '../support/loadedUnits.js';

const reader = { parseUnit, parseExec, unitValues, liveVariables };
const vectors = grammarVectors();
let loaded: readonly LoadedUnit[] = [];

beforeAll(async () => {
  loaded = await loadUnits(vectors.map(({ bytes }) => bytes));
});

describe('the grammar of unit files', () => {
  it.each(vectors.map((vector, index) => [`${vector.fact} ${vector.name}`, { ...vector, index }] as const))(
    '%s',
    (_, { bytes, systemd, ours, apart, index }) => {
      const unit = loaded[index];
      if (unit === undefined) throw new Error('systemd was not asked');
      expect(wordOf(unit)).toEqual(systemd);
      expect(answerOf(reader, bytes)).toEqual(ours);
      const { theirs, own } = agreement(reader, bytes, unit);
      if (apart === undefined) expect(own).toEqual(theirs);
      else expect(own).not.toEqual(theirs);
    },
  );

  it('has a vector for every fact that one file can show', () => {
    const facts = ['L', 'S'].flatMap((letter) =>
      Array.from({ length: letter === 'L' ? 12 : 16 }, (_, i) => `${letter}${i + 1}`),
    );
    // What an EnvironmentFile= holds is another file's matter.
    expect([...new Set(vectors.map(({ fact }) => fact))].sort()).toEqual(facts.filter((fact) => fact !== 'S11').sort());
  });
});
