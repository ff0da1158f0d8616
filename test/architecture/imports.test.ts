import { basename } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { allSources, linesOf, localImports, ownExports } from './sources.js';

/** What each folder of `src/` may import from besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  posix: [],
  systemd: ['posix'],
  wordpress: ['posix', 'systemd'],
  kimaki: ['posix', 'systemd'],
  recipes: ['posix', 'systemd', 'wordpress', 'kimaki'],
  cli: ['posix', 'systemd', 'wordpress', 'kimaki', 'recipes'],
};

/** Modules that other folders may import: each folder's index, and the recipe that is a subpath of its own. */
/** The command line takes it from its file: over the index, `wca --help` would load all of posix. */
const FOR_EVERY_COMMAND = 'posix/printablePath.ts';
const PUBLIC = /^(?:\w+|recipes\/\w+)\/index\.ts$/;

/** Files whose name is in nothing they export, each with the reason. */
const NAMED_OTHERWISE: Readonly<Record<string, string>> = {
  'cli/main.ts': 'the program itself',
  'cli/exitCodes.ts': 'the table is called EXIT, since it is read at every return',
  'cli/commandTable.ts': 'the table is called COMMANDS',
  'wordpress/phpAst.ts': 'the parser and the small functions that read its nodes',
};

/** Places where something may be thrown, each with the reason why no caller sees it. */
const MAY_THROW: Readonly<Record<string, string>> = {
  'posix/findHolders.ts': 'inside a try that makes an IoError of it',
  'posix/pinned.ts': 'inside a try of every caller; a kernel that old runs no Node 20',
  'posix/pinnedTree.ts': 'inside a try of every caller that makes an IoError of it',
  'posix/sweep.ts': 'what fstat(2) says of an entry that is no other mount; inside a try of runPasses',
  'recipes/runSession.ts': 'a journal record that the engine itself could not read: a bug',
  'wordpress/phpAst.ts': 'inside a try that makes PHP_UNREADABLE of it',
};

const sources = allSources();
const folderOf = (path: string): string => path.split('/')[0] ?? '';

describe('the folders of src', () => {
  it('import one way: cli, recipes, kimaki and wordpress, systemd, posix', () => {
    const wrong = sources.flatMap((source) => {
      const from = folderOf(source.path);
      const allowed = [from, ...(MAY_IMPORT[from] ?? [])];
      if (source.path === 'index.ts') return [];
      return localImports(source)
        .filter((target) => !allowed.includes(folderOf(target)))
        .map((target) => `${source.path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('import from each other only what the other one’s index gives', () => {
    const wrong = sources.flatMap((source) =>
      localImports(source)
        .filter((target) => folderOf(target) !== folderOf(source.path) && !PUBLIC.test(target))
        .filter((target) => folderOf(source.path) !== 'cli' || target !== FOR_EVERY_COMMAND)
        .map((target) => `${source.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('have an index that names what it exports', () => {
    const indexes = sources.filter((source) => PUBLIC.test(source.path));
    const wrong = indexes.filter(
      (source) => linesOf(source, (node) => ts.isExportDeclaration(node) && node.exportClause === undefined).length > 0,
    );
    expect(wrong.map((source) => source.path)).toEqual([]);
  });

  it('have no module that imports itself over others', () => {
    const graph = new Map(sources.map((source) => [source.path, localImports(source, 'values')]));
    expect(cycles(graph)).toEqual([]);
  });
});

describe('a file of src', () => {
  it('is named after something it exports', () => {
    const given = new Set(sources.filter((source) => PUBLIC.test(source.path)).flatMap((source) => localImports(source)));
    const wrong = sources.filter((source) => {
      const name = plain(basename(source.path, '.ts'));
      const exported = ownExports(source);
      const values = exported.filter((one) => one.kind === 'value');
      // Types alone, and several small functions for the folder's own use, are named after what they are about. A
      // command is called `command` in its own file.
      const isFree = name === 'index' || values.length === 0 || (values.length > 1 && !given.has(source.path));
      const fits = exported.map((one) => plain(one.name)).some((one) => one === 'command' || one.includes(name) || name.includes(one));
      return !isFree && !fits && !(source.path in NAMED_OTHERWISE);
    });
    expect(wrong.map((source) => source.path)).toEqual([]);
  });

  it('throws nothing', () => {
    const thrown = sources.flatMap((source) =>
      linesOf(source, (node) => ts.isThrowStatement(node)).map((line) => ({ path: source.path, line })),
    );
    expect(thrown.filter(({ path }) => !(path in MAY_THROW)).map(({ path, line }) => `src/${path}:${line}`)).toEqual([]);
  });
});

describe('the lists of exceptions above', () => {
  it('hold no file that is not there any more', () => {
    const paths = new Set(sources.map((source) => source.path));
    expect([...Object.keys(NAMED_OTHERWISE), ...Object.keys(MAY_THROW)].filter((path) => !paths.has(path))).toEqual([]);
  });
});

function plain(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

function cycles(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, above: readonly string[]): void => {
    const start = above.indexOf(path);
    if (start !== -1) found.push([...above.slice(start), path].join(' → '));
    if (start !== -1 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...above, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}
