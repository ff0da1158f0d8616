import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The repository's root, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One file of `src/`, parsed. `path` is relative to `src/`, without `src/`. */
export interface Source {
  readonly path: string;
  readonly file: ts.SourceFile;
}

/** Something a file exports, and whether it is more than a type. */
interface OwnExport {
  readonly name: string;
  readonly kind: 'value' | 'type';
}

/** Every TypeScript file of `src/` but declaration files. */
export function allSources(): readonly Source[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(ROOT, 'src', path), 'utf8');
      return { path, file: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) };
    });
}

/**
 * Everything a file imports or re-exports by a relative path, as paths relative to `src/`, ending in `.ts`; only what
 * is left when types are gone, or types too.
 */
export function localImports({ path, file }: Source, what: 'values' | 'all' = 'all'): readonly string[] {
  return importedModules(file, what)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => relative('/', join('/', dirname(path), specifier)).replace(/\.js$/, '.ts'));
}

/** The names a file exports itself (re-exports are not its own). */
export function ownExports({ file }: Source): readonly OwnExport[] {
  return file.statements.flatMap((statement): readonly OwnExport[] => {
    const exported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) === true;
    if (!exported) return [];
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      return [{ name: statement.name.text, kind: 'type' }];
    }
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map((one) => ({ name: one.name.getText(), kind: 'value' }));
    }
    const named = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    return named && statement.name ? [{ name: statement.name.text, kind: 'value' }] : [];
  });
}

/** The line, from 1, of every node that `wanted` picks. */
export function linesOf({ file }: Source, wanted: (node: ts.Node) => boolean): readonly number[] {
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (wanted(node)) lines.push(file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lines;
}

function importedModules(file: ts.SourceFile, what: 'values' | 'all'): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isDeclaration = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    const isWanted = what === 'all' || (isDeclaration && !isTypeOnly(node));
    if (isDeclaration && isWanted && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push(node.moduleSpecifier.text);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) found.push(argument.text);
    }
    if (
      what === 'all' &&
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      found.push(node.argument.literal.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  return ts.isExportDeclaration(node)
    ? node.isTypeOnly
    : node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}
