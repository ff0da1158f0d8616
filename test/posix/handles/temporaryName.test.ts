// @module-tag linux
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ok } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { withPinnedParent } from '../../../src/posix/handles/pinnedParent.js';
import { abandonedNames, removeAbandoned, temporaryName } from '../../../src/posix/handles/temporaryName.js';
import { freshPlace } from '../support/place.js';

const DEAD = 4_194_305;

describe('temporaryName', () => {
  it('is hidden, has a dot inside, ends in nothing a program picks up, and is another each time', () => {
    for (const name of ['x.php', 'kimaki.service', '10-user.conf', 'wp-coding-agents']) {
      const made = temporaryName(name);
      expect(made.startsWith(`.${name}.wca-`)).toBe(true);
      expect(made).toMatch(/\.wca-[0-9]+-[0-9a-f]{12}$/);
      expect(temporaryName(name)).not.toBe(made);
    }
  });

  it('fits where the longest names fit, and cuts no character in two', () => {
    for (const name of ['x'.repeat(255), 'é'.repeat(127), '𝄞'.repeat(63)]) {
      const made = temporaryName(name);
      expect(Buffer.byteLength(made)).toBeLessThanOrEqual(255);
      expect(made).not.toContain('\ufffd');
    }
  });
});

describe('abandonedNames', () => {
  it('finds what dead processes made for this name, long ones too, and nothing else', async () => {
    const place = freshPlace();
    const tail = `.wca-${DEAD}-0123456789ab`;
    const long = 'x'.repeat(255);
    const longTemporary = temporaryName(long).replace(/\.wca-.*/, '');
    writeFileSync(join(place, `.file${tail}`), '');
    writeFileSync(join(place, `.files${tail}`), '');
    writeFileSync(join(place, temporaryName('file')), '');
    writeFileSync(join(place, `.file.wca-${DEAD}-short`), '');
    const found = await withPinnedParent(join(place, 'file'), async (parent) => abandonedNames(parent));
    expect(found._unsafeUnwrap()).toEqual([`.file${tail}`]);

    const made = `${longTemporary.slice(0, 254 - tail.length + 1)}${tail}`;
    writeFileSync(join(place, made), '');
    const alsoFound = await withPinnedParent(join(place, long), async (parent) => abandonedNames(parent));
    expect(alsoFound._unsafeUnwrap()).toEqual([made]);
  });
});

describe('removeAbandoned', () => {
  it('removes files only', async () => {
    const place = freshPlace();
    writeFileSync(join(place, `.file.wca-${DEAD}-0123456789ab`), '');
    mkdirSync(join(place, `.file.wca-${DEAD}-ba9876543210`));
    const removed = await withPinnedParent(join(place, 'file'), async (parent) => {
      const cleaned = await removeAbandoned(parent);
      return cleaned.andThen(() => ok(readdirSync(place)));
    });
    expect(removed._unsafeUnwrap()).toEqual([`.file.wca-${DEAD}-ba9876543210`]);
  });
});
