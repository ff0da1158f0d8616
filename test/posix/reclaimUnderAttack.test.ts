// needs root
import { spawnSync } from 'node:child_process';
import { lchownSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openToGroup, reclaim } from '../../src/posix/index.js';
import { freshPlace } from './support/place.js';
import { startRacer } from './support/racer.js';
import type { Racer } from './support/racer.js';
import { directory, file, modeOf, ownerOf } from './support/trees.js';

const SECONDS = Number(process.env.WCA_ATTACK_SECONDS ?? 6);
const ANYHOW = { unprotectedHardlinks: 'allow' } as const;
const NAMES = Array.from({ length: 8 }, (_, n) => `f${n}`);

/** A site of www-data with files of root in it, and a decoy outside that must stay root's. */
interface Battlefield {
  readonly site: string;
  readonly decoy: string;
  readonly mine: readonly string[];
  readonly racer: Racer;
}

let racer: Racer | null = null;
afterEach(async () => {
  await racer?.stop();
  racer = null;
});

function battlefield(): Battlefield {
  const place = freshPlace();
  const [site, decoy] = [join(place, 'site'), join(place, 'decoy')];
  // The decoy has the shape of the site, so that a wrong turn anywhere finds something to take.
  for (const top of [site, decoy]) {
    const uid = top === site ? 33 : 0;
    for (const path of [top, join(top, 'up'), join(top, 'up/a'), join(top, 'up/a/deep')]) directory(path, 0o755, uid);
    for (const name of NAMES) {
      file(join(top, 'up/a', name));
      file(join(top, 'up/a/deep', name));
    }
    file(join(top, 'x'));
  }
  // Directory and link, file and link, an ancestor and a link.
  symlinkSync(join(decoy, 'up/a'), join(site, 'up/b'));
  symlinkSync(join(decoy, 'x'), join(site, 'y'));
  symlinkSync(join(decoy, 'up'), join(site, 'other'));
  lchownSync(join(site, 'up/b'), 33, 33);
  const pairs = [['up/a', 'up/b'], ['x', 'y'], ['up', 'other']] as const;
  racer = startRacer(place, pairs.map(([a, b]) => [join(site, a), join(site, b)] as const));
  const ways = ['up/a', 'up/b', 'other/a', 'other/b'];
  const mine = ways.flatMap((way) => NAMES.flatMap((name) => [`${way}/${name}`, `${way}/deep/${name}`]));
  return { site, decoy, mine: [...mine, 'x', 'y'].map((name) => join(site, name)), racer };
}

/** Makes the files root's again. Going wrong here only makes the decoy root's, which it is. */
function reset({ mine }: Battlefield): void {
  for (const path of mine) {
    try {
      lchownSync(path, 0, 0);
    } catch {
      // Exchanged away this instant.
    }
  }
}

function losses({ decoy }: Battlefield): string[] {
  const all = ['', 'up', 'up/a', 'up/a/deep', 'x', ...NAMES.flatMap((name) => [`up/a/${name}`, `up/a/deep/${name}`])];
  return all.filter((name) => {
    const path = join(decoy, name);
    return ownerOf(path) !== '0:0' || !['0755', '0644'].includes(modeOf(path));
  });
}

describe('reclaim and openToGroup while www-data exchanges names', () => {
  it('never change anything outside the tree', async () => {
    const field = battlefield();
    const tally = { runs: 0, contested: 0, changed: 0, complete: 0 };
    for (const end = Date.now() + SECONDS * 1000; Date.now() < end; ) {
      reset(field);
      const before = field.racer.exchanges();
      const done = await (tally.runs % 4 === 3
        ? openToGroup(field.site, { ...ANYHOW, gid: 33, owners: [0, 33], keepSecrets: () => false })
        : reclaim(field.site, { ...ANYHOW, from: 0, to: { uid: 33, gid: 33 }, proposeWithFind: tally.runs % 3 > 0 }));
      if (done.isErr()) throw new Error(done.error.message);
      expect(losses(field)).toEqual([]);
      tally.runs += 1;
      tally.changed += done.value.changed;
      if (field.racer.exchanges() > before) tally.contested += 1;
      if (done.value.complete) tally.complete += 1;
    }
    console.log(tally);
    expect(tally.contested).toBeGreaterThan(0);
    expect(tally.changed).toBeGreaterThan(0);
  }, 60_000 + SECONDS * 1000);

  it('stand where find with chown loses, so the attack is a real one', () => {
    const field = battlefield();
    let lost = 0;
    let runs = 0;
    for (const end = Date.now() + 20_000; lost === 0 && Date.now() < end; runs += 1) {
      reset(field);
      spawnSync('find', [field.site, '-user', 'root', '-exec', 'chown', '-h', '33:33', '{}', '+'], { stdio: 'ignore' });
      lost = losses(field).length;
    }
    console.log(`find -exec chown -h lost after ${runs} runs`);
    expect(lost).toBeGreaterThan(0);
  }, 60_000);
});
