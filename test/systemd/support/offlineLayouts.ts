import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { unitLoadPath } from '../../../src/systemd/load/unitLoadPath.js';
import { findInIndex } from '../../../src/systemd/load/findUnitFiles.js';
import { readUnitIndex } from '../../../src/systemd/load/unitIndex.js';
import { seeded } from '../../posix/support/random.js';
import { Tree, addRandomFamily, addTopLevelDropIns, asTold, isLeftOpen, realLib } from './unitLayouts.js';
import type { Told } from './unitLayouts.js';

/**
 * The root's directories over those of this machine, in a mount namespace of our own, so that absolute links mean what
 * they say and the working directory is that of PID 1.
 */
const INSIDE = `set -e
root=$1; shift
mount -t tmpfs none /run
mount -t tmpfs none /usr/local/lib
for directory in etc/systemd run/systemd usr/local/lib/systemd usr/lib/systemd/system opt; do
  mkdir -p "/$directory" "$root/$directory"
  mount --bind "$root/$directory" "/$directory"
done
cd /
exec "$@"`;

/** Asks systemd itself what it would load for these units below a root; no manager is needed. */
export async function askOffline(root: string, names: readonly string[]): Promise<ReadonlyMap<string, Told>> {
  const path = (await unitLoadPath({ root }))._unsafeUnwrap().map((one) => one.path);
  const ran = await execa(
    'unshare',
    [
      '--mount',
      '--propagation',
      'private',
      'sh',
      '-c',
      INSIDE,
      'sh',
      root,
      'systemd-analyze',
      'security',
      '--offline=yes',
      '--no-pager',
      '--json=short',
      ...names,
    ],
    {
      env: {
        LC_ALL: 'C',
        SYSTEMD_LOG_LEVEL: 'debug',
        SYSTEMD_LOG_TARGET: 'console',
        SYSTEMD_LOG_COLOR: '0',
        SYSTEMD_UNIT_PATH: path.join(':'),
      },
      reject: false,
      timeout: 120_000,
      maxBuffer: 512 * 1024 * 1024,
    },
  );
  const told = new Map<string, Told>();
  for (const [, id = '', dump = ''] of ran.stdout.matchAll(/^\t-> Unit (\S+):\n((?:\t\t.*\n|\t-> ExecStart.*\n)*)/gm)) {
    const all = (key: string): string[] =>
      [...dump.matchAll(new RegExp(`^\\t\\t${key}: (.*)$`, 'gm'))].map(([, value = '']) => value);
    const unit: Told = {
      loadState: 'loaded',
      id,
      names: [id, ...all('Alias')].sort(),
      fragment: realLib(all('Fragment Path')[0] ?? ''),
      dropIns: all('DropIn Path').map(realLib),
    };
    for (const name of unit.names) told.set(name, unit);
  }
  for (const [, name = '', state = ''] of ran.stderr.matchAll(/^Unit (\S+) (is masked|not found)\.$/gm)) {
    const loadState = state === 'not found' ? 'not-found' : 'masked';
    told.set(name, { loadState, id: name, names: [], fragment: null, dropIns: [] });
  }
  // Of a masked unit only the main name is said.
  const [asked, ...others] = names;
  const [only] = told.values();
  if (asked !== undefined && others.length === 0 && only !== undefined) told.set(asked, only);
  return told;
}

/** How a comparison went. */
export interface Comparison {
  readonly families: number;
  readonly units: number;
  readonly loaded: number;
  readonly masked: number;
  readonly withDropIns: number;
  readonly aliased: number;
  /** Left out: systemd does not say either. */
  readonly ambiguous: number;
  /** Asked for a second time, in a manager that had loaded nothing else. */
  readonly alone: number;
  readonly disagreements: readonly {
    readonly name: string;
    readonly seed: number;
    readonly we: Told;
    readonly systemd: Told | undefined;
  }[];
}

/** Makes random families of units, all of one tree at once, and compares what we find with what systemd loads. */
export async function compareOffline(seed: number, families: number): Promise<Comparison> {
  const random = seeded(seed);
  const tree = new Tree(mkdtempSync(join(tmpdir(), 'wca-layouts-')));
  const count = { families, units: 0, loaded: 0, masked: 0, withDropIns: 0, aliased: 0, ambiguous: 0, alone: 0 };
  const disagreements: Comparison['disagreements'][number][] = [];
  try {
    const names = Array.from({ length: families }, (_, i) => addRandomFamily(tree, `u${i}`, random)).flat();
    addTopLevelDropIns(tree, random);
    const index = (await readUnitIndex(tree.root))._unsafeUnwrap();
    const systemd = await askOffline(tree.root, names);
    for (const name of names) {
      const files = (await findInIndex(index, name))._unsafeUnwrap();
      const we = asTold(files);
      count.units += 1;
      if (we.loadState === 'loaded') count.loaded += 1;
      if (we.loadState === 'masked') count.masked += 1;
      if (we.dropIns.length > 0) count.withDropIns += 1;
      if (we.names.length > 1) count.aliased += 1;
      if (isLeftOpen(files)) count.ambiguous += 1;
      else if (!agrees(we, systemd.get(name))) {
        // What was loaded before may have taken the name; asked for alone, nothing has.
        const said = (await askOffline(tree.root, [name])).get(name);
        count.alone += 1;
        if (!agrees(we, said)) disagreements.push({ name, seed, we, systemd: said });
      }
    }
    return { ...count, disagreements };
  } finally {
    tree.remove();
  }
}

/** Of a unit that does not load, systemd tells nothing but that. */
function agrees(we: Told, said: Told | undefined): boolean {
  if (said?.loadState !== we.loadState) return false;
  return we.loadState !== 'loaded' || JSON.stringify(we) === JSON.stringify(said);
}
