import { lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { baseName } from '../../../src/systemd/load/resolveUnitName.js';
import type { UnitFiles } from '../../../src/systemd/load/unitFiles.js';
import type { Random } from '../../posix/support/random.js';

/** The load directories that a random layout uses; /lib is a link to /usr/lib. */
const DIRECTORIES = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/run/systemd/generator.early',
  '/etc/systemd/system',
  '/etc/systemd/system',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/run/systemd/generator.late',
] as const;

/** Some that sort unlike they look: by bytes, 10 before 9, capitals before small letters, é last. */
const DROP_IN_NAMES = [
  '10-a.conf',
  '10-a.conf',
  '9.conf',
  'A.conf',
  '_.conf',
  'a.conf',
  'a b.conf',
  '~z.conf',
  'é.conf',
  '.h.conf',
  'x.conf~',
  'x.txt',
  'conf',
  '.conf',
  '-q.conf',
] as const;

const UNITS = {
  service: '[Service]\nExecStart=/bin/true\n',
  target: '[Unit]\nDescription=x\n',
  timer: '[Timer]\nOnCalendar=yearly\nUnit=basic.target\n',
};
const DROP_IN = '[Unit]\nDescription=y\n';

/** The types of units that a random family can have. */
export type LayoutType = keyof typeof UNITS;

/** Puts files, links and directories below a root; the first at a path stays. */
export class Tree {
  constructor(readonly root: string) {
    for (const directory of new Set(DIRECTORIES)) mkdirSync(join(root, directory), { recursive: true });
    mkdirSync(join(root, 'opt'), { recursive: true });
    mkdirSync(join(root, 'dev'), { recursive: true });
    this.link('/lib', 'usr/lib');
    if (!this.has('/dev/null')) execFileSync('mknod', [join(root, 'dev/null'), 'c', '1', '3']);
  }

  has(path: string): boolean {
    return lstatSync(join(this.root, path), { throwIfNoEntry: false }) !== undefined;
  }

  file(path: string, text: string): void {
    if (this.has(path)) return;
    mkdirSync(join(this.root, dirname(path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  link(path: string, target: string): void {
    if (this.has(path)) return;
    mkdirSync(join(this.root, dirname(path)), { recursive: true });
    symlinkSync(target, join(this.root, path));
  }

  directory(path: string): void {
    if (!this.has(path)) mkdirSync(join(this.root, path), { recursive: true });
  }

  unit(path: string): void {
    const type = path.slice(path.lastIndexOf('.') + 1);
    this.file(path, UNITS[type === 'target' || type === 'timer' ? type : 'service']);
  }

  dropIn(path: string): void {
    this.file(path, DROP_IN);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Fills a tree with one family of units whose names begin with `key`, and gives the names to ask for. */
export function addRandomFamily(
  tree: Tree,
  key: string,
  random: Random,
  type: LayoutType = 'service',
): readonly string[] {
  const { pick, below } = random;
  const named = (...names: readonly string[]): string[] => names.map((name) => `${key}${name}.${type}`);
  const plain = named('', '-b', '-b-c', '-b-');
  const templates = named('@', '-b@');
  const instances = named('@x', '-b@x-y', '-b@z');
  const aliases = named('-al', '-al@', '-al@x');
  const all = [...plain, ...templates, ...instances, ...aliases];
  const prefixes = named('-', '-b-', '-@', '-@z', '-b-@x-y');

  for (let count = 4 + below(9); count > 0; count -= 1) {
    const path = `${pick(DIRECTORIES)}/${pick(all)}`;
    const other = pick(all);
    const way = below(18);
    if (way < 7) tree.unit(path);
    else if (way === 7) tree.file(path, '');
    else if (way === 8) tree.link(path, '/dev/null');
    else if (way === 9) {
      tree.unit(`/opt/${key}/${baseName(path)}`);
      tree.link(path, pick([`/opt/${key}/${baseName(path)}`, `/opt/../opt/./${key}//${baseName(path)}`]));
    } else if (way === 10)
      tree.link(path, pick([`/opt/${key}/missing.${type}`, `missing.${type}`, '/etc/systemd/system']));
    else if (way === 11) tree.directory(path);
    else {
      if (below(2) === 0) tree.unit(`${pick(DIRECTORIES)}/${other}`);
      tree.link(
        path,
        pick([
          other,
          other,
          `/usr/lib/systemd/system/${other}`,
          `/lib/systemd/system/${other}`,
          `../system/${other}`,
          `/etc/systemd/system/x/${other}`,
        ]),
      );
    }
  }
  for (let count = below(14); count > 0; count -= 1) {
    const directory = `${pick(DIRECTORIES)}/${pick([...all, ...prefixes])}.d`;
    const way = below(12);
    if (way === 0) {
      tree.dropIn(`/opt/${key}/d/${pick(DROP_IN_NAMES)}`);
      const target = pick([
        `/opt/${key}/d`,
        `../../../opt/${key}/d`,
        `../../../../../opt/${key}/d`,
        `opt/${key}/d`,
        `/opt/${key}/no`,
      ]);
      tree.link(directory, target);
    } else if (way === 1) {
      tree.dropIn(`/etc/systemd/system/${key}-real/a.conf`);
      tree.link(directory, `${key}-real`);
    } else addDropIns(tree, directory, key, random);
  }
  return all.filter((name) => !name.endsWith(`@.${type}`));
}

/** Drop-ins for all services of the tree. */
export function addTopLevelDropIns(tree: Tree, random: Random): void {
  for (let count = random.below(3); count > 0; count -= 1) {
    addDropIns(tree, `${random.pick(DIRECTORIES)}/service.d`, 'top', random);
  }
}

function addDropIns(tree: Tree, directory: string, key: string, { pick, below }: Random): void {
  if (tree.has(directory) && lstatSync(join(tree.root, directory)).isSymbolicLink()) return;
  for (let count = 1 + below(3); count > 0; count -= 1) {
    const path = `${directory}/${pick(DROP_IN_NAMES)}`;
    const way = below(14);
    if (way < 8) tree.dropIn(path);
    else if (way === 8) tree.file(path, '');
    else if (way === 9) tree.link(path, '/dev/null');
    else if (way === 10) tree.directory(path);
    else if (way === 11) tree.link(path, `/opt/${key}/missing.conf`);
    else {
      tree.dropIn(`/opt/${key}/linked.conf`);
      tree.link(path, pick([`/opt/${key}/linked.conf`, `../../../../opt/${key}/linked.conf`]));
    }
  }
}

/** What systemd says about a unit, or what we say, in the form in which the two are compared. */
export interface Told {
  readonly loadState: 'loaded' | 'masked' | 'not-found' | 'error';
  readonly id: string;
  readonly names: readonly string[];
  readonly fragment: string | null;
  /** In the order of `DropInPaths=`, which has the ones in it that mask or are not read. */
  readonly dropIns: readonly string[];
}

/** Our answer, as `systemctl show` would put it. */
export function asTold(files: UnitFiles): Told {
  const inner = (path: string): string => realLib(files.root === '/' ? path : path.slice(files.root.length));
  const silent = files.shadowed.filter(
    ({ path, reason }) => path.endsWith('.conf') && ['mask', 'not-a-file', 'bad-link'].includes(reason),
  );
  const paths = [...files.dropIns, ...silent].map(({ path }) => inner(path));
  const isFound = files.kind !== 'not-found';
  return {
    loadState: files.kind === 'masked' ? 'masked' : isFound ? 'loaded' : 'not-found',
    id: files.id,
    names: [...files.names].sort(),
    fragment: files.path === null ? null : inner(files.path),
    dropIns: isFound
      ? paths.sort((one, other) => Buffer.compare(Buffer.from(baseName(one)), Buffer.from(baseName(other))))
      : [],
  };
}

/** /lib is /usr/lib; systemd shows either, by its version. */
export function realLib(path: string): string {
  return path.replace(/^\/lib\//, '/usr/lib/');
}

/** Aliases of one unit with drop-ins of one name: systemd goes by a hash there, so there is nothing to agree on. */
export function isLeftOpen(files: UnitFiles): boolean {
  return files.problems.some(({ code }) => code === 'AMBIGUOUS_DROP_INS');
}
