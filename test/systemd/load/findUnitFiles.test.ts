// @module-tag root
// @module-tag systemd
// @module-tag slow
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findUnitFiles } from '../../../src/systemd/load/findUnitFiles.js';
import type { UnitFiles } from '../../../src/systemd/load/unitFiles.js';
import { askOffline, compareOffline } from '../support/offlineLayouts.js';
import { Tree, asTold } from '../support/unitLayouts.js';
import { cases } from '../../support/campaign.js';

const ETC = '/etc/systemd/system';
const RUN = '/run/systemd/system';
const LIB = '/usr/lib/systemd/system';
const CONTROL = '/etc/systemd/system.control';

let tree: Tree;
beforeEach(() => {
  tree = new Tree(mkdtempSync(join(tmpdir(), 'wca-find-')));
});
afterEach(() => {
  tree.remove();
});

const find = async (name: string): Promise<UnitFiles> =>
  (await findUnitFiles(name, { root: tree.root }))._unsafeUnwrap();

/** Finds the unit, and has systemd say the same. */
async function findAsSystemd(name: string): Promise<UnitFiles> {
  const files = await find(name);
  const said = (await askOffline(tree.root, [name])).get(name);
  const told = asTold(files);
  expect(said?.loadState).toBe(told.loadState);
  if (told.loadState === 'loaded') expect(told).toEqual(said);
  return files;
}

/** The drop-ins in order, without the root. */
const dropIns = (files: UnitFiles): string[] => files.dropIns.map(({ path }) => path.slice(tree.root.length));
/** Why a file does not count. */
const reason = (files: UnitFiles, path: string): string | undefined =>
  files.shadowed.find((one) => one.path === tree.root + path)?.reason;

describe('findUnitFiles: which drop-ins apply, and in which order', () => {
  it('DP1 of one name the directory with priority wins; different names go by their bytes, wherever they lie', async () => {
    tree.unit(`${ETC}/u.service`);
    tree.dropIn(`${LIB}/u.service.d/20-a.conf`);
    tree.dropIn(`${ETC}/u.service.d/10-a.conf`);
    for (const directory of [LIB, RUN, CONTROL]) tree.dropIn(`${directory}/u.service.d/30-same.conf`);
    for (const name of ['10.conf', '9.conf', 'A.conf', '_.conf', 'a.conf', '~.conf', 'é.conf']) {
      tree.dropIn(`${RUN}/u.service.d/${name}`);
    }
    const files = await findAsSystemd('u.service');
    expect(dropIns(files).map((path) => path.slice(path.lastIndexOf('/') + 1))).toEqual([
      '10-a.conf',
      '10.conf',
      '20-a.conf',
      '30-same.conf',
      '9.conf',
      'A.conf',
      '_.conf',
      'a.conf',
      '~.conf',
      'é.conf',
    ]);
    expect(dropIns(files)).toContain(`${CONTROL}/u.service.d/30-same.conf`);
    expect(reason(files, `${RUN}/u.service.d/30-same.conf`)).toBe('lower-directory');
    expect(files.shadowed.find(({ path }) => path.includes('/run/'))?.message).toContain(
      `${CONTROL}/u.service.d/30-same`,
    );
  });

  it('DP2 every drop-in comes after the unit file, wherever the two lie', async () => {
    tree.unit(`${CONTROL}/u.service`);
    tree.dropIn(`${LIB}/u.service.d/00.conf`);
    const files = await findAsSystemd('u.service');
    expect(files.fragment?.path).toBe(`${tree.root}${CONTROL}/u.service`);
    expect(dropIns(files)).toEqual([`${LIB}/u.service.d/00.conf`]);
  });

  it('DP3 prefixes that end in a dash have drop-ins too; the load directory counts before the depth', async () => {
    tree.unit(`${ETC}/u-site-a.service`);
    tree.dropIn(`${ETC}/u-.service.d/10-a.conf`);
    tree.dropIn(`${LIB}/u-site-a.service.d/10-a.conf`);
    tree.dropIn(`${ETC}/u-site-.service.d/20-b.conf`);
    tree.dropIn(`${ETC}/u-.service.d/20-b.conf`);
    tree.dropIn(`${LIB}/u-.service.d/90.conf`);
    tree.dropIn(`${ETC}/u-site-a.service.d/50.conf`);
    expect(dropIns(await findAsSystemd('u-site-a.service'))).toEqual([
      `${ETC}/u-.service.d/10-a.conf`,
      `${ETC}/u-site-.service.d/20-b.conf`,
      `${ETC}/u-site-a.service.d/50.conf`,
      `${LIB}/u-.service.d/90.conf`,
    ]);
    tree.unit(`${ETC}/u.service`);
    expect(dropIns(await findAsSystemd('u.service'))).toEqual([]);
  });

  it('DP4 service.d comes last for one name, from whatever directory, and takes its place by name otherwise', async () => {
    tree.unit(`${ETC}/u.service`);
    tree.dropIn(`${ETC}/service.d/10-a.conf`);
    tree.dropIn(`${LIB}/u.service.d/10-a.conf`);
    tree.dropIn(`${ETC}/service.d/99-z.conf`);
    tree.dropIn(`${ETC}/u.service.d/20-b.conf`);
    expect(dropIns(await findAsSystemd('u.service'))).toEqual([
      `${LIB}/u.service.d/10-a.conf`,
      `${ETC}/u.service.d/20-b.conf`,
      `${ETC}/service.d/99-z.conf`,
    ]);
  });

  it('DP5 an empty file or a link to /dev/null takes its name away from lower directories, not from higher ones', async () => {
    tree.unit(`${ETC}/u.service`);
    tree.link(`${ETC}/u.service.d/a.conf`, '/dev/null');
    tree.dropIn(`${LIB}/u.service.d/a.conf`);
    tree.file(`${ETC}/u.service.d/b.conf`, '');
    tree.dropIn(`${ETC}/service.d/b.conf`);
    tree.link(`${ETC}/service.d/c.conf`, '/dev/null');
    tree.dropIn(`${LIB}/u.service.d/c.conf`);
    const files = await findAsSystemd('u.service');
    expect(dropIns(files)).toEqual([`${LIB}/u.service.d/c.conf`]);
    expect(reason(files, `${ETC}/u.service.d/a.conf`)).toBe('mask');
    expect(reason(files, `${ETC}/u.service.d/b.conf`)).toBe('mask');
    expect(reason(files, `${ETC}/service.d/b.conf`)).toBe('lower-directory');
    expect(reason(files, `${ETC}/service.d/c.conf`)).toBe('lower-directory');
  });

  it('DP6 only *.conf that are not hidden count; a directory or dangling link of that name hides lower ones', async () => {
    tree.unit(`${ETC}/u.service`);
    for (const name of ['.a.conf', 'b.conf~', 'c.conf.bak', 'conf', 'd.conf'])
      tree.dropIn(`${ETC}/u.service.d/${name}`);
    tree.directory(`${ETC}/u.service.d/x.conf`);
    tree.dropIn(`${LIB}/u.service.d/x.conf`);
    tree.link(`${ETC}/u.service.d/y.conf`, '/nowhere/y.conf');
    tree.dropIn(`${LIB}/u.service.d/y.conf`);
    const files = await findAsSystemd('u.service');
    expect(dropIns(files)).toEqual([`${ETC}/u.service.d/d.conf`]);
    expect(reason(files, `${ETC}/u.service.d/.a.conf`)).toBe('other-name');
    expect(reason(files, `${ETC}/u.service.d/x.conf`)).toBe('not-a-file');
    expect(reason(files, `${ETC}/u.service.d/y.conf`)).toBe('bad-link');
  });

  it('DP6 a FIFO, a device or a huge file among the drop-ins is named as a problem, and never opened', async () => {
    tree.unit(`${ETC}/u.service`);
    tree.directory(`${ETC}/u.service.d`);
    const at = (name: string): string => `${tree.root}${ETC}/u.service.d/${name}`;
    execFileSync('mkfifo', [at('fifo.conf')]);
    execFileSync('mknod', [at('zero.conf'), 'c', '1', '5']);
    execFileSync('truncate', ['-s', '1T', at('huge.conf')]);
    const server = createServer().listen(at('socket.conf'));
    const files = await find('u.service');
    server.close();
    expect(files.dropIns).toEqual([]);
    expect(files.problems.map(({ code, path }) => [code, path])).toEqual(
      ['fifo.conf', 'huge.conf', 'zero.conf'].map((name) => ['UNREADABLE_DROP_IN', at(name)]),
    );
    expect(files.problems[0]?.message).toContain('waits in it for ever');
    expect(reason(files, `${ETC}/u.service.d/socket.conf`)).toBe('not-a-file');
  });

  it('DP7 an absolute link of a .d is followed; a relative one only when it is a directory seen from / as well', async () => {
    tree.dropIn('/opt/d/a.conf');
    tree.dropIn(`${ETC}/real/b.conf`);
    const links = { absolute: '/opt/d', climbing: '../../../opt/d', near: 'real', lost: '/opt/none' };
    for (const [name, target] of Object.entries(links)) {
      tree.unit(`${ETC}/${name}.service`);
      tree.link(`${ETC}/${name}.service.d`, target);
    }
    expect(dropIns(await findAsSystemd('absolute.service'))).toEqual(['/opt/d/a.conf']);
    expect(dropIns(await findAsSystemd('climbing.service'))).toEqual(['/opt/d/a.conf']);
    const near = await findAsSystemd('near.service');
    expect(dropIns(near)).toEqual([]);
    expect(reason(near, `${ETC}/near.service.d`)).toBe('bad-link');
    expect(dropIns(await findAsSystemd('lost.service'))).toEqual([]);
  });

  it('DP8 drop-ins of every alias apply; an instance’s come before its template’s of the same name', async () => {
    tree.unit(`${ETC}/u.service`);
    tree.link(`${ETC}/alias.service`, 'u.service');
    tree.link(`${ETC}/second.service`, `${LIB}/alias.service`);
    tree.dropIn(`${ETC}/alias.service.d/a.conf`);
    tree.dropIn(`${LIB}/u.service.d/a.conf`);
    tree.dropIn(`${RUN}/second.service.d/b.conf`);
    for (const name of ['u.service', 'alias.service', 'second.service']) {
      const files = await findAsSystemd(name);
      expect(files.names).toEqual(['u.service', 'alias.service', 'second.service']);
      expect(files.aliasOf).toBe(name === 'u.service' ? null : 'u.service');
      expect(dropIns(files)).toEqual([`${LIB}/u.service.d/a.conf`, `${RUN}/second.service.d/b.conf`]);
    }
    tree.unit(`${LIB}/t@.service`);
    tree.dropIn(`${LIB}/t@x.service.d/a.conf`);
    tree.dropIn(`${LIB}/t@.service.d/a.conf`);
    tree.dropIn(`${LIB}/t@.service.d/0.conf`);
    const instance = await findAsSystemd('t@x.service');
    expect(instance).toMatchObject({ kind: 'vendor', instanceOf: 't@.service', id: 't@x.service' });
    expect(dropIns(instance)).toEqual([`${LIB}/t@.service.d/0.conf`, `${LIB}/t@x.service.d/a.conf`]);
  });

  it('DP8 an instance and its template are told apart by the load directory first', async () => {
    tree.unit(`${LIB}/t@.service`);
    tree.dropIn(`${LIB}/t@x.service.d/a.conf`);
    tree.dropIn(`${ETC}/t@.service.d/a.conf`);
    expect(dropIns(await findAsSystemd('t@x.service'))).toEqual([`${ETC}/t@.service.d/a.conf`]);
  });

  it('DP8 an alias’s drop-in comes before that for all services, wherever it lies', async () => {
    tree.unit(`${ETC}/u.service`);
    tree.link(`${ETC}/alias.service`, 'u.service');
    tree.dropIn(`${LIB}/alias.service.d/a.conf`);
    tree.dropIn(`${ETC}/service.d/a.conf`);
    expect(dropIns(await findAsSystemd('u.service'))).toEqual([`${LIB}/alias.service.d/a.conf`]);
  });

  it('says when two aliases have drop-ins of one name, since systemd goes by a hash there', async () => {
    tree.unit(`${ETC}/u.service`);
    for (const alias of ['one', 'two']) {
      tree.link(`${ETC}/${alias}.service`, 'u.service');
      tree.dropIn(`${ETC}/${alias}.service.d/a.conf`);
    }
    expect((await find('u.service')).problems.map(({ code }) => code)).toEqual(['AMBIGUOUS_DROP_INS']);
    tree.dropIn(`${LIB}/u.service.d/a.conf`);
    expect((await findAsSystemd('u.service')).problems).toEqual([]);
  });

  it('names a drop-in whose name is not UTF-8', async () => {
    tree.unit(`${ETC}/u.service`);
    mkdirSync(`${tree.root}${ETC}/u.service.d`);
    writeFileSync(
      Buffer.concat([Buffer.from(`${tree.root}${ETC}/u.service.d/`), Buffer.from([0xff]), Buffer.from('.conf')]),
      'x',
    );
    const [problem] = (await find('u.service')).problems;
    expect(problem).toMatchObject({ code: 'DROP_IN_NAME_NOT_UTF8' });
    expect(problem?.path).toContain('\\xff.conf');
  });
});

describe('findUnitFiles: what kind of file a unit has', () => {
  it.each([
    [ETC, 'own'],
    ['/run/systemd/system', 'runtime'],
    ['/run/systemd/transient', 'transient'],
    ['/run/systemd/generator', 'generated'],
    ['/run/systemd/generator.late', 'generated'],
    [CONTROL, 'control'],
    ['/etc/systemd/system.attached', 'attached'],
    ['/usr/local/lib/systemd/system', 'local'],
    [LIB, 'vendor'],
  ])('a file in %s is %s', async (directory, kind) => {
    tree.unit(`${directory}/u.service`);
    const files = await findAsSystemd('u.service');
    expect(files).toMatchObject({ kind, path: `${tree.root}${directory}/u.service`, aliasOf: null, instanceOf: null });
    expect(files.fragment?.document.assignments[0]).toMatchObject({ key: 'ExecStart' });
  });

  it('the highest directory wins, and the others are told', async () => {
    tree.unit(`${LIB}/u.service`);
    tree.unit(`${ETC}/u.service`);
    const files = await findAsSystemd('u.service');
    expect(files.kind).toBe('own');
    expect(reason(files, `${LIB}/u.service`)).toBe('lower-directory');
  });

  it('a link out of the load path is linked, and its target told; one that leads nowhere is no unit', async () => {
    tree.unit('/opt/app/u.service');
    tree.link(`${ETC}/u.service`, '/opt/app/u.service');
    const path = `${tree.root}${ETC}/u.service`;
    expect(await findAsSystemd('u.service')).toMatchObject({
      kind: 'linked',
      path,
      linkedTo: `${tree.root}/opt/app/u.service`,
    });
    tree.link(`${ETC}/gone.service`, '/opt/app/gone.service');
    tree.dropIn(`${ETC}/gone.service.d/a.conf`);
    const gone = await findAsSystemd('gone.service');
    expect(gone).toMatchObject({ kind: 'not-found', path: null, dropIns: [] });
    expect(reason(gone, `${ETC}/gone.service.d/a.conf`)).toBe('no-unit-file');
  });

  it.each([
    ['a link to /dev/null', () => tree.link(`${ETC}/u.service`, '/dev/null')],
    ['an empty file', () => tree.file(`${ETC}/u.service`, '')],
    ['a link to an empty file', () => (tree.file('/opt/empty', ''), tree.link(`${ETC}/u.service`, '/opt/empty'))],
  ])('%s masks the unit, also one in a lower directory', async (_, mask) => {
    mask();
    tree.unit(`${LIB}/u.service`);
    expect(await findAsSystemd('u.service')).toMatchObject({
      kind: 'masked',
      fragment: null,
      path: `${tree.root}${ETC}/u.service`,
    });
  });

  it('a mask is one too in a root without /dev', async () => {
    tree.link(`${ETC}/u.service`, '/dev/null');
    execFileSync('rm', [`${tree.root}/dev/null`]);
    expect(await find('u.service')).toMatchObject({ kind: 'masked' });
  });

  it('links that systemd does not accept as another name are passed over, and told', async () => {
    tree.unit(`${LIB}/u.service`);
    tree.link(`${ETC}/u.service`, `${LIB}/u.service`);
    tree.link(`${ETC}/u.timer`, 'u.service');
    tree.link(`${ETC}/loop-a.service`, 'loop-b.service');
    tree.link(`${ETC}/loop-b.service`, 'loop-a.service');
    const files = await findAsSystemd('u.service');
    expect(files.kind).toBe('vendor');
    expect(reason(files, `${ETC}/u.service`)).toBe('bad-link');
    expect(await find('u.timer')).toMatchObject({ kind: 'not-found' });
    expect(await findAsSystemd('loop-a.service')).toMatchObject({ kind: 'not-found' });
  });

  it('an instance whose links lead in a circle is no unit, though its template has a file', async () => {
    tree.unit(`${ETC}/one@.service`);
    tree.link(`${ETC}/one@x.service`, 'two@x.service');
    tree.link(`${ETC}/two@x.service`, 'one@x.service');
    expect(await findAsSystemd('one@x.service')).toMatchObject({ kind: 'not-found', fragment: null });
    expect(await findAsSystemd('one@y.service')).toMatchObject({ kind: 'own', instanceOf: 'one@.service' });
  });

  it('a link to a masked template gives nobody a second name', async () => {
    tree.unit(`${ETC}/new@x.service`);
    tree.link(`${LIB}/new@.service`, '/dev/null');
    tree.link(`${ETC}/old@x.service`, `${LIB}/new@.service`);
    expect((await findAsSystemd('new@x.service')).names).toEqual(['new@x.service']);
  });

  it('what is neither file nor link is passed over', async () => {
    tree.directory(`${CONTROL}/u.service`);
    execFileSync('mkfifo', [`${tree.root}/run/systemd/transient/u.service`]);
    tree.unit(`${ETC}/u.service`);
    const files = await findAsSystemd('u.service');
    expect(files.kind).toBe('own');
    expect(reason(files, `${CONTROL}/u.service`)).toBe('not-a-file');
    expect(reason(files, '/run/systemd/transient/u.service')).toBe('not-a-file');
  });

  it('refuses a link to a FIFO or a directory at once, with its path', async () => {
    execFileSync('mkfifo', [`${tree.root}/opt/fifo`]);
    tree.link(`${ETC}/fifo.service`, '/opt/fifo');
    tree.link(`${ETC}/directory.service`, '/opt');
    for (const [name, found] of [
      ['fifo', 'fifo'],
      ['directory', 'directory'],
    ]) {
      const refused = await findUnitFiles(`${name}.service`, { root: tree.root });
      expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'NOT_A_REGULAR_FILE', found });
    }
  });

  it('a slice needs no file for its drop-ins, a service does', async () => {
    tree.dropIn(`${ETC}/u.slice.d/a.conf`);
    tree.dropIn(`${ETC}/u.service.d/a.conf`);
    expect((await find('u.slice')).dropIns).toHaveLength(1);
    expect((await findAsSystemd('u.service')).dropIns).toEqual([]);
  });

  it('says when a template gives an instance the name of another unit', async () => {
    tree.unit(`${LIB}/new@.service`);
    tree.unit(`${ETC}/new@x.service`);
    tree.link(`${ETC}/old@.service`, `${LIB}/new@.service`);
    const files = await findAsSystemd('old@x.service');
    expect(files.problems.map(({ code }) => code)).toEqual(['AMBIGUOUS_NAME']);
    expect((await findAsSystemd('old@y.service')).problems).toEqual([]);
  });

  it('refuses what is no name of a unit', async () => {
    expect((await findUnitFiles('../x.service', { root: tree.root }))._unsafeUnwrapErr().code).toBe(
      'INVALID_UNIT_NAME',
    );
  });
});

describe('findUnitFiles on random layouts', () => {
  it.each([1, 2, 3].slice(0, cases(1, 3)))('agrees with systemd on all of 360 units (seed %d)', async (seed) => {
    const { disagreements, ambiguous, ...count } = await compareOffline(seed, 40);
    expect(disagreements).toEqual([]);
    expect(ambiguous).toBeLessThan(count.units / 50);
    // The layouts are worth something.
    expect(count.loaded).toBeGreaterThan(80);
    expect(count.masked).toBeGreaterThan(10);
    expect(count.withDropIns).toBeGreaterThan(60);
    expect(count.aliased).toBeGreaterThan(3);
  });
});
