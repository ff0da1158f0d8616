import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { installHostTools } from './hostTools.js';
import { withFileLock } from './lock.js';
import { removeDeadMachines } from './machine.js';
import { baseInputs, bootstrap, provision, stateInputs } from './provision.js';
import type { Variant } from './provision.js';
import { removeTree } from './removeTree.js';

/** A built image: `root` is the lower layer of every host. */
export interface Image {
  readonly variant: Variant;
  readonly root: string;
  /** Whether this call built it, and how long the stages took. */
  readonly built: boolean;
  readonly timesMs: Readonly<Record<string, number>>;
}

/** Where images and running hosts are kept. */
export function labDirectory(): string {
  return process.env.WCA_LAB_DIR ?? '/var/cache/wca-lab';
}

const ready = new Map<Variant, Promise<Image>>();

/** Gives the image for a variant, built when its inputs have changed. Safe to call from several processes at once. */
export function ensureImage(variant: Variant = 'broken'): Promise<Image> {
  const known = ready.get(variant);
  if (known) return known;
  const image = buildOrReuse(variant);
  ready.set(variant, image);
  image.catch(() => ready.delete(variant));
  return image;
}

async function buildOrReuse(variant: Variant): Promise<Image> {
  const lab = labDirectory();
  await mkdir(lab, { recursive: true, mode: 0o700 });
  return withFileLock(join(lab, 'lock'), async () => {
    await removeDeadMachines(lab);
    // The lock is held, so nobody is building.
    for (const name of await readdir(lab)) if (name.endsWith('.building')) await removeTree(join(lab, name));
    const say = (line: string): void => void process.stderr.write(`lab: ${line}\n`);
    const timesMs: Record<string, number> = {};
    const timed = async (name: string, work: () => Promise<void>): Promise<void> => {
      const start = performance.now();
      await work();
      timesMs[name] = Math.round(performance.now() - start);
    };
    const baseKey = digest(await baseInputs());
    const imageKey = digest([baseKey, variant, ...(await stateInputs())]);
    const base = join(lab, `base-${baseKey}`);
    const image = join(lab, `image-${variant}-${imageKey}`);
    const built = !existsSync(image);
    if (built) {
      installHostTools();
      if (!existsSync(base)) {
        say('building the Debian 12 base of the lab (about a minute, once)');
        await timed('base', () => bootstrap(base));
      }
      say(`building the ${variant} image of the lab (about ten seconds)`);
      await timed('provision', () => provision(base, image, variant));
      say(
        `built: ${Object.entries(timesMs)
          .map(([name, ms]) => `${name} ${ms} ms`)
          .join(', ')}`,
      );
    }
    const now = new Date();
    for (const used of [image, base]) if (existsSync(used)) await utimes(used, now, now);
    await prune(lab);
    return { variant, root: join(image, 'root'), built, timesMs };
  });
}

function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 12);
}

/** Removes what no run needs any more: the two newest of each kind stay, and whatever a host still stands on. */
async function prune(lab: string): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  for (const kind of ['base-', 'image-broken-', 'image-clean-']) {
    const names = (await readdir(lab)).filter((name) => name.startsWith(kind) && !name.endsWith('.building'));
    const aged = await Promise.all(names.map(async (name) => ({ name, used: (await stat(join(lab, name))).mtimeMs })));
    const old = aged.sort((a, b) => b.used - a.used).slice(2);
    for (const { name, used } of old) {
      const inUse = mounts.includes(`${join(lab, name)}/`) || Date.now() - used < 900_000;
      if (!inUse) await removeTree(join(lab, name));
    }
  }
}
