import { readFileSync } from 'node:fs';
import * as buffer from 'node:buffer';
import vm from 'node:vm';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { answerOf } from './support/answers.js';
import type { Reader } from './support/answers.js';
import { grammarVectors } from './support/grammarVectors.js';
import { RULES } from './support/parserRules.js';
import type { Rule } from './support/parserRules.js';

const ENTRIES = ['parseUnit', 'parseExec', 'unitValues', 'liveVariables'] as const;

const vectors = grammarVectors();
const sources = new Map<string, string>();
const compiled = new Map<string, string>();

function sourceOf(module: string): string {
  const source = sources.get(module) ?? readFileSync(new URL(`../../src/systemd/${module}.ts`, import.meta.url), 'utf8');
  sources.set(module, source);
  return source;
}

/** The parser anew, with the rule switched off. */
function readerWithout(rule?: Rule): Reader {
  const loaded = new Map<string, object>();
  const load = (module: string): object => {
    const exports = loaded.get(module) ?? {};
    if (loaded.has(module)) return exports;
    loaded.set(module, exports);
    const changed = rule?.module === module ? compile(sourceOf(module).replace(rule.from, () => rule.to)) : undefined;
    const code = changed ?? compiled.get(module) ?? compile(sourceOf(module));
    if (changed === undefined) compiled.set(module, code);
    const run = vm.runInThisContext(`(exports, require) => {${code}\n}`) as (...scope: unknown[]) => void;
    run(exports, (name: string) => (name === 'node:buffer' ? buffer : load(name.replace(/^\.\/|\.js$/g, ''))));
    return exports;
  };
  return Object.assign({}, ...ENTRIES.map(load)) as Reader;
}

function compile(source: string): string {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

const scope = { answer: (): unknown => null };
vm.createContext(scope);
const ask = new vm.Script('answer()');

/** The first vector to which this reader gives no answer, or a wrong one. */
function disagreement(reader: Reader): string | undefined {
  const found = vectors.find(({ bytes, ours }) => {
    try {
      // Without its rule the parser may run for ever; in order it takes less than a hundredth of this.
      const timeout = bytes.length < 1024 ? 500 : 5_000;
      scope.answer = () => answerOf(reader, bytes);
      const answer: unknown = ask.runInContext(scope, { timeout });
      return JSON.stringify(answer) !== JSON.stringify(ours);
    } catch {
      return true;
    }
  });
  return found?.name;
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
