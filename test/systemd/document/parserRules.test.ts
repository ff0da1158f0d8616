// @module-tag slow
import { describe, expect, it } from 'vitest';
import { answerOf } from '../support/answers.js';
import type { Reader } from '../support/answers.js';
import { grammarVectors } from '../support/grammarVectors.js';
import { firstWrong, loadWithout, sourceOf } from '../support/loadWithout.js';
import { RULES } from '../support/parserRules.js';
import type { Rule } from '../support/rule.js';

const vectors = grammarVectors();

/** The parser anew, with the rule switched off. */
function readerWithout(rule?: Rule): Reader {
  return loadWithout(
    ['document/parseUnit', 'values/parseExec', 'document/unitValues', 'values/liveVariables'],
    rule,
  ) as Reader;
}

/** The first vector to which this reader gives no answer, or a wrong one. */
function disagreement(reader: Reader): string | undefined {
  const isRight = (index: number): boolean => {
    const vector = vectors[index];
    return vector !== undefined && JSON.stringify(answerOf(reader, vector.bytes)) === JSON.stringify(vector.ours);
  };
  // In order one takes less than a hundredth of this.
  const limit = (index: number): number => ((vectors[index]?.bytes.length ?? 0) < 1024 ? 500 : 5_000);
  return vectors[firstWrong(vectors.length, 0, isRight, limit)]?.name;
}

describe('the golden vectors of the grammar', () => {
  it('agree with a copy of the parser in which nothing is switched off', () => {
    expect(disagreement(readerWithout())).toBeUndefined();
  });

  it.each(RULES.map((rule) => [rule.name, rule] as const))('notice the loss of a rule: %s', (_, rule) => {
    expect(sourceOf(rule.module).split(rule.from).length - 1, 'places where the rule stands').toBe(1);
    expect(disagreement(readerWithout(rule))).toBeDefined();
  });
});
