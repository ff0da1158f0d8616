import { basename, dirname } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { FLOORS, PARTS, ROOMS, partOf, roomOf } from './rooms.js';
import { allSources, linesOf, localImports, ownExports } from './sources.js';

/** The command line takes these from their files: over the index, `wca --help` would load all of the room. */
const FOR_EVERY_COMMAND: readonly string[] = ['posix/paths/printablePath.ts', 'posix/paths/shellWord.ts'];
/** The faces of the package: what users import. */
const PUBLIC = /^(?:\w+|recipes\/migrateOffRoot)\/index\.ts$/;

/** Files whose name is in nothing they export, each with the reason. */
const NAMED_OTHERWISE: Readonly<Record<string, string>> = {
  'cli/main.ts': 'the program itself',
  'cli/exitCodes.ts': 'the table is called EXIT, since it is read at every return',
  'cli/commandTable.ts': 'the table is called COMMANDS',
  'wordpress/php/phpAst.ts': 'the parser and the small functions that read its nodes',
};

/** More than this in one folder, and nobody finds their way without a search. */
const MOST_FILES = 17;

/** Places where something may be thrown, each with the reason why no caller sees it. */
const MAY_THROW: Readonly<Record<string, string>> = {
  'posix/paths/callback.ts': "what a caller's callback threw, which is the caller's own exception",
  'posix/processes/findHolders.ts': 'inside a try that makes an IoError of it',
  'posix/handles/openPath.ts': 'inside a try that makes an IoError of it',
  'posix/handles/pinned.ts': 'inside a try of every caller; a kernel that old runs no Node 20',
  'posix/handles/pinnedTree.ts': 'inside a try of every caller that makes an IoError of it',
  'posix/sweeps/entryJudge.ts': 'what fstat(2) says of an entry that is no other mount; inside a try of changeTree',
  'recipes/engine/run/runSession.ts': 'a journal record that the engine itself could not read: a bug',
  'wordpress/php/phpAst.ts': 'inside a try that makes PHP_UNREADABLE of it',
};

const sources = allSources();
const floorOf = (path: string): string => path.split('/')[0] ?? '';

const imports = sources
  .filter((source) => source.path !== 'index.ts')
  .flatMap((source) => localImports(source).map((target) => ({ from: source.path, to: target })));
const shown = (wrong: typeof imports): readonly string[] => wrong.map(({ from, to }) => `${from} imports ${to}`);

describe('the folders of src', () => {
  it('import one way between floors: cli, recipes, kimaki and wordpress, systemd, posix', () => {
    const wrong = imports.filter(
      ({ from, to }) => !(FLOORS[floorOf(from)] ?? []).concat(floorOf(from)).includes(floorOf(to)),
    );
    expect(shown(wrong)).toEqual([]);
  });

  it('import one way between the rooms of a floor', () => {
    const place = (path: string): number => (ROOMS[floorOf(path)] ?? []).indexOf(path.split('/')[1] ?? '');
    const wrong = imports.filter(
      ({ from, to }) => floorOf(from) === floorOf(to) && roomOf(from) !== floorOf(from) && place(to) > place(from),
    );
    expect(shown(wrong)).toEqual([]);
  });

  it('import one way between the parts of a room', () => {
    const place = (path: string): number => (PARTS[roomOf(path)] ?? []).indexOf(partOf(path) ?? '');
    const wrong = imports.filter(
      ({ from, to }) => roomOf(from) === roomOf(to) && place(from) !== -1 && place(to) > place(from),
    );
    expect(shown(wrong)).toEqual([]);
  });

  it('are the rooms of the list, each with an index', () => {
    const rooms = Object.entries(ROOMS).flatMap(([floor, names]) => names.map((name) => `${floor}/${name}`));
    const found = new Set(sources.map((source) => roomOf(source.path)).filter((room) => room.includes('/')));
    expect([...found].sort()).toEqual([...rooms].sort());
    const paths = new Set(sources.map((source) => source.path));
    expect(rooms.filter((room) => !paths.has(`${room}/index.ts`))).toEqual([]);
  });

  it('import from another room only what its index gives', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        roomOf(from) !== roomOf(to) &&
        to !== `${roomOf(to)}/index.ts` &&
        !(floorOf(from) === 'cli' && FOR_EVERY_COMMAND.includes(to)),
    );
    expect(shown(wrong)).toEqual([]);
  });

  it('hold no more files than a reader takes in at a glance', () => {
    const counts = new Map<string, number>();
    for (const { path } of sources) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    const crowded = [...counts].filter(([, count]) => count > MOST_FILES);
    expect(crowded).toEqual([]);
  });

  it('have an index that names what it exports', () => {
    const indexes = sources.filter((source) => basename(source.path) === 'index.ts');
    const wrong = indexes.filter(
      (source) => linesOf(source, (node) => ts.isExportDeclaration(node) && node.exportClause === undefined).length > 0,
    );
    expect(wrong.map((source) => source.path)).toEqual([]);
  });

  it('have no module that imports itself over others', () => {
    const graph = new Map(sources.map((source) => [source.path, localImports(source, 'values')]));
    expect(cycles(graph)).toEqual([]);
  });

  it('have no circle of modules across folders, of types neither', () => {
    const graph = new Map(sources.map((source) => [source.path, localImports(source)]));
    const wide = cycles(graph).filter((circle) => new Set(circle.split(' → ').map((path) => dirname(path))).size > 1);
    expect(wide).toEqual([]);
  });
});

describe('a file of src', () => {
  it('is named after something it exports', () => {
    const given = new Set(
      sources.filter((source) => PUBLIC.test(source.path)).flatMap((source) => localImports(source)),
    );
    const wrong = sources.filter((source) => {
      const name = plain(basename(source.path, '.ts'));
      const exported = ownExports(source);
      const values = exported.filter((one) => one.kind === 'value');
      // Types alone, and several small functions for the folder's own use, are named after what they are about. A
      // command is called `command` in its own file.
      const isFree = name === 'index' || values.length === 0 || (values.length > 1 && !given.has(source.path));
      const fits = exported
        .map((one) => plain(one.name))
        .some((one) => one === 'command' || one.includes(name) || name.includes(one));
      return !isFree && !fits && !(source.path in NAMED_OTHERWISE);
    });
    expect(wrong.map((source) => source.path)).toEqual([]);
  });

  it('throws nothing', () => {
    const thrown = sources.flatMap((source) =>
      linesOf(source, (node) => ts.isThrowStatement(node)).map((line) => ({ path: source.path, line })),
    );
    expect(thrown.filter(({ path }) => !(path in MAY_THROW)).map(({ path, line }) => `src/${path}:${line}`)).toEqual(
      [],
    );
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
