import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { posix } from 'node:path';
import vm from 'node:vm';
import ts from 'typescript';
import type { Rule } from './rule.js';

const require = createRequire(import.meta.url);
type Load = (module: string) => object;
type Script = (exports: object, require: (name: string) => unknown) => void;

const sources = new Map<string, string>();
const scripts = new Map<string, Script>();
/** The modules as they are, and what each of them imports of the others. */
const intact = new Map<string, object>();
const imports = new Map<string, Set<string>>();

/** The text of a module of src/systemd, by its path there without an ending. */
export function sourceOf(module: string): string {
  const source =
    sources.get(module) ?? readFileSync(new URL(`../../../src/systemd/${module}.ts`, import.meta.url), 'utf8');
  sources.set(module, source);
  return source;
}

/** What these modules export, with the rule switched off: its module and all that import it are loaded anew. */
export function loadWithout(entries: readonly string[], rule?: Rule): object {
  const whole = Object.assign({}, ...entries.map(loadIntact)) as object;
  if (rule === undefined) return whole;
  const stale = importersOf(rule.module);
  const bent = compile(sourceOf(rule.module).replace(rule.from, () => rule.to));
  const loaded = new Map<string, object>();
  const load: Load = (module) => {
    if (!stale.has(module)) return loadIntact(module);
    const known = loaded.get(module);
    if (known !== undefined) return known;
    const exports = {};
    loaded.set(module, exports);
    evaluate(module === rule.module ? bent : scriptOf(module), module, exports, load);
    return exports;
  };
  return Object.assign({}, ...entries.map(load)) as object;
}

function loadIntact(module: string): object {
  const known = intact.get(module);
  if (known !== undefined) return known;
  const exports = {};
  intact.set(module, exports);
  const own = new Set<string>();
  imports.set(module, own);
  evaluate(scriptOf(module), module, exports, (imported) => {
    own.add(imported);
    return loadIntact(imported);
  });
  return exports;
}

/** A module, and all that import it, directly or not. */
function importersOf(module: string): ReadonlySet<string> {
  const found = new Set([module]);
  // A set goes on with what is added while it is walked.
  for (const one of found) for (const [importer, own] of imports) if (own.has(one)) found.add(importer);
  return found;
}

function scriptOf(module: string): Script {
  const script = scripts.get(module) ?? compile(sourceOf(module));
  scripts.set(module, script);
  return script;
}

function evaluate(script: Script, module: string, exports: object, load: Load): void {
  const own = (name: string): string => posix.join(posix.dirname(module), name.replace(/\.js$/, ''));
  script(exports, (name) => (name.startsWith('.') ? load(own(name)) : (require(name) as unknown)));
}

function compile(source: string): Script {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const code = ts.transpileModule(source, { compilerOptions }).outputText;
  return vm.runInThisContext(`(exports, require) => {${code}\n}`) as Script;
}

const scope = { work: (): unknown => null };
vm.createContext(scope);
const run = new vm.Script('work()');

/** What the work comes to; nothing when it fails or, in a reader without a rule, runs for ever. */
function within<T>(milliseconds: number, work: () => T): T | undefined {
  try {
    scope.work = work;
    return run.runInContext(scope, { timeout: milliseconds }) as T;
  } catch {
    return undefined;
  }
}

/** What a reader answers, as JSON; nothing when it fails or takes longer than that. */
export function answerWithin(milliseconds: number, answer: () => unknown): string | undefined {
  return within(milliseconds, () => JSON.stringify(answer()));
}

/** Many questions share a watchdog, which costs more than a question does. */
const BATCH = 100;

/**
 * The first of `questions` numbers, counted from `start` on and around, to which the answer is not the right one, fails
 * or takes longer than its `limit` in milliseconds. -1: none.
 */
export function firstWrong(
  questions: number,
  start: number,
  isRight: (question: number) => boolean,
  limit: (question: number) => number,
): number {
  const order = Array.from({ length: questions }, (_, index) => (start + index) % questions);
  const isWrong = (question: number): boolean => {
    try {
      return !isRight(question);
    } catch {
      return true;
    }
  };
  for (let from = 0; from < questions; from += BATCH) {
    const batch = order.slice(from, from + BATCH);
    const together = within(Math.min(...batch.map(limit)), () => batch.find(isWrong) ?? -1);
    // All of them took longer than one may: the one that does is found one by one.
    const found =
      together ?? batch.find((question) => within(limit(question), () => isWrong(question)) !== false) ?? -1;
    if (found !== -1) return found;
  }
  return -1;
}
