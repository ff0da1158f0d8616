// Compiles every TypeScript example: the ```ts blocks in the docstrings of src/ and in the Markdown files. Each is a
// module of its own that imports the package by its name, and must compile as it stands; one whose first line is a
// comment with a path in src/ or test/ is compiled as that file. Every exported function must have one.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { ENTRIES } from './entries.mjs';

/**
 * A code block: where it was found (line of its first line, from 1) and what it says.
 *
 * @typedef {{ readonly file: string, readonly line: number, readonly code: string }} Example
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NAME = '@wca/runtime-sdk';

const sources = list('src', '.ts');
const markdown = [...readdirSync(ROOT), ...list('docs', '.md')].filter(
  (file) => file.endsWith('.md') && !file.startsWith('docs/api/'),
);
const examples = [...sources.flatMap(inDocstrings), ...markdown.flatMap(inMarkdown)];
const program = compile();
const problems = [...compileErrors(), ...functionsWithoutExample()];
for (const problem of problems) console.log(problem);
console.log(`${examples.length} examples, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

/**
 * @param {string} folder
 * @param {string} ending
 */
function list(folder, ending) {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.endsWith('.d.ts'))
    .map((path) => `${folder}/${path}`);
}

/**
 * @param {string} file
 * @returns {readonly Example[]}
 */
function inDocstrings(file) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const body = comment[0].replace(/^[ \t]*\* ?/gm, '');
    return blocks(file, body, lineAt(text, comment.index));
  });
}

/** @param {string} file */
function inMarkdown(file) {
  return blocks(file, readFileSync(join(ROOT, file), 'utf8'), 1);
}

/**
 * @param {string} file
 * @param {string} text
 * @param {number} firstLine
 * @returns {readonly Example[]}
 */
function blocks(file, text, firstLine) {
  return [...text.matchAll(/^([ \t]*)```(?:ts|typescript)\n([\s\S]*?)^\1```/gm)].map((block) => ({
    file,
    line: firstLine + lineAt(text, block.index),
    code: block[2] ?? '',
  }));
}

/**
 * @param {string} text
 * @param {number} offset
 */
function lineAt(text, offset) {
  return text.slice(0, offset).split('\n').length;
}

function compile() {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  /** @type {ts.CompilerOptions} */
  const forExamples = {
    ...options,
    noUnusedLocals: false,
    moduleDetection: ts.ModuleDetectionKind.Force,
    paths: {
      [NAME]: [join(ROOT, 'src/index.ts')],
      ...Object.fromEntries(ENTRIES.map((entry) => [`${NAME}/${entry}`, [join(ROOT, `src/${entry}/index.ts`)]])),
    },
  };
  const virtual = new Map(examples.map((example, index) => [virtualName(index), example.code]));
  const host = ts.createCompilerHost(forExamples);
  host.fileExists = (path) => virtual.has(path) || ts.sys.fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? ts.sys.readFile(path);
  const roots = ENTRIES.map((entry) => join(ROOT, `src/${entry}/index.ts`));
  return ts.createProgram([...virtual.keys(), ...roots], forExamples, host);
}

/** @param {number} index */
function virtualName(index) {
  const path = /^\s*\/\/ ((?:src|test)\/\S+\.ts)$/m.exec(examples[index]?.code.split('\n', 1)[0] ?? '')?.[1];
  return join(ROOT, path ?? `example-${index}.ts`);
}

/** @returns {readonly string[]} */
function compileErrors() {
  return examples.flatMap((example, index) => {
    const source = program.getSourceFile(virtualName(index));
    if (source === undefined) return [`${example.file}:${example.line}: was not compiled`];
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map((diagnostic) => {
      const line = example.line + source.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line;
      return `${example.file}:${line}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`;
    });
  });
}

/** @returns {readonly string[]} */
function functionsWithoutExample() {
  const checker = program.getTypeChecker();
  return ENTRIES.flatMap((entry) => {
    const source = program.getSourceFile(join(ROOT, `src/${entry}/index.ts`));
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) return [`src/${entry}/index.ts: is missing or exports nothing`];
    return checker.getExportsOfModule(module).flatMap((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const isFunction = (symbol.flags & ts.SymbolFlags.Function) !== 0;
      const hasExample = symbol.getJsDocTags(checker).some((tag) => tag.name === 'example');
      if (!isFunction || hasExample) return [];
      const where = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
      return [`${relative(ROOT, where)}: ${exported.name} has no @example`];
    });
  });
}
