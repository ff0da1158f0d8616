// @module-tag root
// @module-tag systemd
// @module-tag slow
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseEditFile } from '../../../src/systemd/host-edit/chooseEditFile.js';
import { confirmEdit } from '../../../src/systemd/host-edit/confirmEdit.js';
import { findInIndex, findUnitFiles } from '../../../src/systemd/load/findUnitFiles.js';
import { overrideDirective } from '../../../src/systemd/host-edit/overrideDirective.js';
import type { UnitFiles } from '../../../src/systemd/load/unitFiles.js';
import type { UnitKey } from '../../../src/systemd/edits/unitKey.js';
import { readUnitIndex } from '../../../src/systemd/load/unitIndex.js';
import { seeded } from '../../posix/support/random.js';
import { askOffline } from '../support/offlineLayouts.js';
import { Tree, addRandomFamily, addTopLevelDropIns } from '../support/unitLayouts.js';
import { cases } from '../../support/campaign.js';

const ETC = '/etc/systemd/system';
const LIB = '/usr/lib/systemd/system';
const USER: UnitKey = { section: 'Service', key: 'User' };
const SETS_USER = '[Service]\nUser=x\n';
const UNIT = '[Service]\nExecStart=/bin/true\n';

let tree: Tree;
beforeEach(() => {
  tree = new Tree(mkdtempSync(join(tmpdir(), 'wca-choose-')));
});
afterEach(() => {
  tree.remove();
});

const find = async (name: string): Promise<UnitFiles> =>
  (await findUnitFiles(name, { root: tree.root }))._unsafeUnwrap();
/** Path (without the root) and role of the choice, or the code of the error. */
const choose = async (name: string, ...keys: readonly UnitKey[]): Promise<string> =>
  chooseEditFile(await find(name), keys.length === 0 ? [USER] : keys).match(
    ({ path, role, isNew }) => `${isNew ? 'new ' : ''}${role} ${path.slice(tree.root.length)}`,
    ({ code }) => code,
  );

describe('chooseEditFile', () => {
  it('takes the unit’s own file as long as no drop-in sets one of the keys', async () => {
    tree.file(`${ETC}/u.service`, SETS_USER + UNIT);
    tree.file(`${LIB}/u.service.d/10.conf`, '[Service]\nGroup=x\n');
    expect(await choose('u.service')).toBe(`fragment ${ETC}/u.service`);
    expect(await choose('u.service', USER, { section: 'Service', key: 'Group' })).toBe(
      `new drop-in ${ETC}/u.service.d/90-wca.conf`,
    );
  });

  it('DP9 takes a drop-in that sorts behind all that set the key, and under a name no other file has', async () => {
    tree.file(`${ETC}/u.service`, UNIT);
    tree.file(`${LIB}/u.service.d/50.conf`, SETS_USER);
    expect(await choose('u.service')).toBe(`new drop-in ${ETC}/u.service.d/90-wca.conf`);
    tree.link('/etc/systemd/system.control/u.service.d/90-wca.conf', '/dev/null');
    expect(await choose('u.service')).toBe(`new drop-in ${ETC}/u.service.d/zz-wca.conf`);
    tree.file('/run/systemd/system/service.d/~é.conf', SETS_USER);
    expect(await choose('u.service')).toBe(`new drop-in ${ETC}/u.service.d/~é~wca.conf`);
  });

  it('keeps to its own drop-in where that wins already, and not where it does not', async () => {
    tree.file(`${LIB}/u.service`, UNIT);
    tree.file(`${ETC}/u.service.d/90-wca.conf`, '[Service]\nGroup=x\n');
    tree.file(`${ETC}/u.service.d/95-other.conf`, '[Service]\nUMask=0\n');
    expect(await choose('u.service')).toBe(`drop-in ${ETC}/u.service.d/90-wca.conf`);
    expect(await choose('u.service', { section: 'Service', key: 'UMask' })).toBe(
      `new drop-in ${ETC}/u.service.d/zz-wca.conf`,
    );
  });

  it('goes by the variable where it is one, and by what resets them all', async () => {
    const variable = { section: 'Service', key: 'Environment', variable: 'A' };
    tree.file(`${ETC}/u.service`, UNIT);
    tree.file(`${LIB}/u.service.d/10.conf`, '[Service]\nEnvironment=B=1\n');
    expect(await choose('u.service', variable)).toBe(`fragment ${ETC}/u.service`);
    tree.file(`${LIB}/u.service.d/20.conf`, '[Service]\nEnvironment=\n');
    expect(await choose('u.service', variable)).toBe(`new drop-in ${ETC}/u.service.d/90-wca.conf`);
  });

  it('takes a drop-in of the instance, of the main name, and for linked and packaged units', async () => {
    tree.file(`${ETC}/t@.service`, UNIT);
    tree.file(`${LIB}/p.service`, UNIT);
    tree.link(`${ETC}/alias.service`, `${LIB}/p.service`);
    tree.file('/opt/l.service', UNIT);
    tree.link(`${ETC}/l.service`, '/opt/l.service');
    tree.file(`${ETC}/s.slice.d/a.conf`, '[Slice]\nCPUWeight=1\n');
    expect(await choose('t@x.service')).toBe(`new drop-in ${ETC}/t@x.service.d/90-wca.conf`);
    expect(await choose('t@.service')).toBe(`fragment ${ETC}/t@.service`);
    expect(await choose('alias.service')).toBe(`new drop-in ${ETC}/p.service.d/90-wca.conf`);
    expect(await choose('l.service')).toBe(`new drop-in ${ETC}/l.service.d/90-wca.conf`);
    expect(await choose('s.slice', { section: 'Slice', key: 'CPUWeight' })).toBe(
      `new drop-in ${ETC}/s.slice.d/zz-wca.conf`,
    );
  });

  it('refuses what no edit would last in, with the way out', async () => {
    tree.link(`${ETC}/masked.service`, '/dev/null');
    tree.file('/run/systemd/generator/made.service', UNIT);
    tree.file('/run/systemd/transient/gone.service', UNIT);
    tree.file(`${LIB}/linked.service`, UNIT);
    tree.link(`${ETC}/linked.service.d`, '/opt');
    tree.file(`${LIB}/lost.service`, UNIT);
    tree.link(`${ETC}/lost.service.d`, 'elsewhere');
    expect(await choose('masked.service')).toBe('UNIT_MASKED');
    expect(await choose('made.service')).toBe('UNIT_NOT_LASTING');
    expect(await choose('gone.service')).toBe('UNIT_NOT_LASTING');
    expect(await choose('linked.service')).toBe('DROP_IN_DIRECTORY_IS_LINK');
    expect(await choose('lost.service')).toBe('DROP_IN_DIRECTORY_IS_LINK');
    expect(await choose('nosuch.service')).toBe('UNIT_NOT_FOUND');
    const error = chooseEditFile(await find('masked.service'), [USER])._unsafeUnwrapErr();
    expect(error.message).toContain('systemctl unmask masked.service');
  });

  it('refuses where no name can sort behind, and where the files are not certain', async () => {
    tree.file(`${LIB}/u.service`, UNIT);
    tree.file(`${LIB}/u.service.d/${'~'.repeat(250)}.conf`, SETS_USER);
    expect(await choose('u.service')).toBe('EDIT_CANNOT_WIN');
    tree.file(`${LIB}/v.service`, UNIT);
    for (const alias of ['a', 'b']) {
      tree.link(`${ETC}/${alias}.service`, `${LIB}/v.service`);
      tree.dropIn(`${ETC}/${alias}.service.d/same.conf`);
    }
    expect(await choose('v.service')).toBe('UNIT_FILES_UNCERTAIN');
  });

  it('on random layouts, systemd reads the chosen file behind all others that set the key', async () => {
    const key = { section: 'Unit', key: 'Description' };
    let written = 0;
    for (const seed of [4, 5].slice(0, cases(1, 2))) {
      const random = seeded(seed);
      const all = new Tree(mkdtempSync(join(tmpdir(), 'wca-choices-')));
      const families = Array.from({ length: 60 }, (_, i) => addRandomFamily(all, `u${i}`, random));
      addTopLevelDropIns(all, random);
      const index = (await readUnitIndex(all.root))._unsafeUnwrap();
      const edits = new Map<string, string>();
      for (const names of families) {
        for (const name of names) {
          const files = (await findInIndex(index, name))._unsafeUnwrap();
          const choice = chooseEditFile(files, [key]);
          if (choice.isErr() || files.dropIns.length === 0) continue;
          const { document, path } = choice.value;
          const changed = overrideDirective(document, [], key.section, key.key, 'ours')._unsafeUnwrap();
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, changed.bytes);
          edits.set(name, path);
          break;
        }
      }
      const again = (await readUnitIndex(all.root))._unsafeUnwrap();
      const said = await askOffline(all.root, [...edits.keys()]);
      for (const [name, path] of edits) {
        const files = (await findInIndex(again, name))._unsafeUnwrap();
        expect(confirmEdit(files, path, [{ ...key, value: 'ours' }]), name).toBeOk();
        const setters = new Set(files.dropIns.map((one) => one.path.slice(all.root.length)));
        const inOrder = said.get(name)?.dropIns.filter((one) => setters.has(one)) ?? [];
        expect(inOrder.at(-1), name).toBe(path.slice(all.root.length));
      }
      written += edits.size;
      all.remove();
    }
    expect(written).toBeGreaterThan(cases(20, 40));
  });
});
