import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { posix } from 'node:path';
import vm from 'node:vm';
import ts from 'typescript';
import type { Rule } from './rule.js';

const require = createRequire(import.meta.url);
const sources = new Map<string, string>();
const compiled = new Map<string, string>();

/** The text of a module of src/systemd, by its path there without an ending. */
export function sourceOf(module: string): string {
  const source =
    sources.get(module) ?? readFileSync(new URL(`../../../src/systemd/${module}.ts`, import.meta.url), 'utf8');
  sources.set(module, source);
  return source;
}

/** What these modules export, loaded anew with all they import, and with the rule switched off. */
export function loadWithout(entries: readonly string[], rule?: Rule): object {
  const loaded = new Map<string, object>();
  const load = (module: string): object => {
    const exports = loaded.get(module) ?? {};
    if (loaded.has(module)) return exports;
    loaded.set(module, exports);
    const changed = rule?.module === module ? compile(sourceOf(module).replace(rule.from, () => rule.to)) : undefined;
    const code = changed ?? compiled.get(module) ?? compile(sourceOf(module));
    if (changed === undefined) compiled.set(module, code);
    const run = vm.runInThisContext(`(exports, require) => {${code}\n}`) as (...scope: unknown[]) => void;
    const own = (name: string): string => posix.join(posix.dirname(module), name.replace(/\.js$/, ''));
    run(exports, (name: string) => (name.startsWith('.') ? load(own(name)) : (require(name) as unknown)));
    return exports;
  };
  return Object.assign({}, ...entries.map(load)) as object;
}

function compile(source: string): string {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

const scope = { answer: (): unknown => null };
vm.createContext(scope);
const ask = new vm.Script('answer()');

/** What a reader answers; nothing when it fails or, without its rule, runs for ever. */
export function answerWithin(milliseconds: number, answer: () => unknown): string | undefined {
  try {
    scope.answer = answer;
    return JSON.stringify(ask.runInContext(scope, { timeout: milliseconds }));
  } catch {
    return undefined;
  }
}
