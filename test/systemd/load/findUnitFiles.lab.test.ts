import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findInIndex } from '../../../src/systemd/load/findUnitFiles.js';
import { parseShow, parseShownList } from '../../../src/systemd/manager/parseShow.js';
import { readUnitIndex } from '../../../src/systemd/load/unitIndex.js';
import type { UnitIndex } from '../../../src/systemd/load/unitIndex.js';
import { bootHost, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { seeded } from '../../posix/support/random.js';
import { Tree, addRandomFamily, addTopLevelDropIns, asTold, isLeftOpen, realLib } from '../support/unitLayouts.js';
import type { Told } from '../support/unitLayouts.js';

const FAMILIES = 90;

describe.skipIf(!labAvailable().ok)('findUnitFiles on a booted host', () => {
  let host: Host;
  /** The host's / with its /run, seen from here. */
  let root: string;
  beforeAll(async () => {
    host = await bootHost({ variant: 'clean' });
    root = `/proc/${host.pid}/root`;
  });
  afterAll(() => host.down());

  /** What the running manager tells, in the order of the names. */
  const show = async (names: readonly string[]): Promise<readonly Told[]> => {
    const said = await host.ok([
      'systemctl',
      'show',
      '-p',
      'Id,Names,FragmentPath,DropInPaths,LoadState',
      '--',
      ...names,
    ]);
    return said.split('\n\n').map((block): Told => {
      const properties = parseShow(block);
      const text = (key: string): string => properties.get(key) ?? '';
      const fragment = realLib(text('FragmentPath'));
      return {
        loadState: text('LoadState') as Told['loadState'],
        id: text('Id'),
        names: [...parseShownList(text('Names'))].sort(),
        fragment: fragment === '' ? null : fragment,
        dropIns: parseShownList(text('DropInPaths')).map(realLib),
      };
    });
  };
  const readIndex = async (): Promise<UnitIndex> => (await readUnitIndex(root))._unsafeUnwrap();

  it('agrees with the manager on every unit of the host, and on its load path', async () => {
    const listed = await host.ok(
      "{ systemctl list-units --all --plain --no-legend --full; systemctl list-unit-files --no-legend --full; } | awk '{print $1}'",
    );
    const index = await readIndex();
    const names = [...new Set(listed.split('\n'))].filter((name) => !name.includes('@.') && !name.endsWith('.device'));
    expect(names.length).toBeGreaterThan(200);
    const said = await show(names);
    for (const [i, name] of names.entries()) {
      const we = asTold((await findInIndex(index, name))._unsafeUnwrap());
      const manager = said[i];
      // systemd makes these itself, from no file.
      if (we.loadState === 'not-found' && manager?.fragment === null) continue;
      expect(we, name).toEqual(manager);
    }
    const path = await host.ok('systemctl show -p UnitPath --value');
    expect(index.directories.map((directory) => directory.path)).toEqual([...new Set(path.split(' ').map(realLib))]);
  });

  it('agrees with the manager on hundreds of random layouts at once', async () => {
    const random = seeded(20);
    const tree = new Tree(root);
    const names = Array.from({ length: FAMILIES }, (_, i) => {
      const type = i % 9 === 0 ? 'target' : i % 9 === 1 ? 'timer' : 'service';
      return addRandomFamily(tree, `layout${i}`, random, type);
    }).flat();
    addTopLevelDropIns(tree, random);
    await host.ok('systemctl daemon-reload');
    const index = await readIndex();
    const said = await show(names);
    const count = { loaded: 0, masked: 0, 'not-found': 0, withDropIns: 0, leftOpen: 0, askedAlone: 0 };
    const disagreements: unknown[] = [];
    for (const [i, name] of names.entries()) {
      const files = (await findInIndex(index, name))._unsafeUnwrap();
      const we = asTold(files);
      if (we.loadState !== 'error') count[we.loadState] += 1;
      if (we.dropIns.length > 0) count.withDropIns += 1;
      if (isLeftOpen(files)) count.leftOpen += 1;
      else if (!same(we, said[i])) {
        // Another name of it, asked for before, may have made it another unit. Alone it is read anew.
        count.askedAlone += 1;
        await host.ok('systemctl daemon-reload');
        const [alone] = await show([name]);
        if (!same(we, alone)) disagreements.push({ name, we, alone });
      }
    }
    expect(disagreements).toEqual([]);
    expect(count.loaded).toBeGreaterThan(200);
    expect(count.masked).toBeGreaterThan(40);
    expect(count.withDropIns).toBeGreaterThan(150);
    expect(count.leftOpen).toBeLessThan(10);
    expect(count.askedAlone).toBeLessThan(25);
  });
});

function same(we: Told, manager: Told | undefined): boolean {
  return JSON.stringify(we) === JSON.stringify(manager);
}
