import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { ENTRIES } from '../../scripts/entries.mjs';
import { ROOT } from './sources.js';

/**
 * The names of all subpaths together. Each is one more that a user meets in the documentation and that may not change: what
 * describes a part of another type is read as a part of it (`@inline`), what only the recipes use stays in its room.
 */
const MOST_NAMES = 303;

/** A name that a subpath exports, with what it stands for. */
interface PublicName {
  readonly entry: string;
  readonly name: string;
  readonly symbol: ts.Symbol;
}

let checker: ts.TypeChecker;
let names: readonly PublicName[];

beforeAll(() => {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const indexOf = (entry: string): string => `${ROOT}src/${entry}/index.ts`;
  const program = ts.createProgram(ENTRIES.map(indexOf), options);
  checker = program.getTypeChecker();
  names = ENTRIES.flatMap((entry) => {
    const file = program.getSourceFile(indexOf(entry));
    const module = file && checker.getSymbolAtLocation(file);
    return module === undefined ? [] : exportsOf(module).map(([name, symbol]) => ({ entry, name, symbol }));
  });
});

describe('the public face', () => {
  it('has no more names than a user can find their way in', () => {
    expect(names.length).toBeLessThanOrEqual(MOST_NAMES);
  });

  it('keeps the record of a single error in `errors`, beside the unions that functions return', () => {
    const records = names.filter(({ symbol }) => isErrorRecord(symbol));
    expect(shown(records)).toEqual([]);
    const spaces = names.filter(({ name }) => name === 'errors');
    expect(spaces.map(({ entry }) => entry)).toEqual(ENTRIES);
    for (const { entry, symbol } of spaces) expect(exportsOf(symbol).length, entry).toBeGreaterThan(0);
  });

  it('answers asynchronously with a ResultAsync, never with a bare promise', () => {
    const functions = names.filter(({ symbol }) => signaturesOf(symbol).length > 0);
    expect(functions.length).toBeGreaterThan(100);
    const bare = functions.filter(({ symbol }) =>
      signaturesOf(symbol).some((signature) => signature.getReturnType().getSymbol()?.name === 'Promise'),
    );
    expect(shown(bare)).toEqual([]);
  });
});

function exportsOf(module: ts.Symbol): readonly (readonly [string, ts.Symbol])[] {
  return checker
    .getExportsOfModule(module)
    .map((one) => [one.name, one.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(one) : one]);
}

/** One record with a fixed `code` and a `message`; a union of such records is not one. */
function isErrorRecord(symbol: ts.Symbol): boolean {
  if ((symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) === 0) return false;
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const code = type.isUnion() ? undefined : type.getProperty('code');
  if (code === undefined || type.getProperty('message') === undefined) return false;
  const kind = checker.getTypeOfSymbol(code);
  return kind.isStringLiteral() || (kind.isUnion() && kind.types.every((one) => one.isStringLiteral()));
}

function signaturesOf(symbol: ts.Symbol): readonly ts.Signature[] {
  return symbol.flags & ts.SymbolFlags.Value ? checker.getTypeOfSymbol(symbol).getCallSignatures() : [];
}

function shown(wrong: readonly PublicName[]): readonly string[] {
  return wrong.map(({ entry, name }) => `${entry}: ${name}`);
}
