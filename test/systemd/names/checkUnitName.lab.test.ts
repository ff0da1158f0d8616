import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRunnableName } from '../../../src/systemd/names/checkRunnableName.js';
import { bootHost, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';

/** One line `yes` or `no` for each name, NUL between them: does the manager take it as a unit's name? */
const ASK = [
  'manager="org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager"',
  "while IFS= read -r -d '' name; do",
  '  if busctl -- call $manager LoadUnit s "$name" > /dev/null 2>&1; then echo yes; else echo no; fi',
  'done',
].join('\n');

const LETTERS = [
  'a',
  'Z',
  '0',
  '-',
  '.',
  '_',
  ':',
  '\\',
  '@',
  '\\x20',
  ' ',
  '/',
  '%',
  ',',
  '~',
  '\n',
  '\u007f',
  'ä',
  '$',
  '=',
];
const ENDINGS = [
  '.service',
  '.service',
  '.timer',
  '.socket',
  '.mount',
  '.slice',
  '.target',
  '.path',
  '.scope',
  '.conf',
  '.SERVICE',
  '.d',
  '',
];

/** The same names every time: each letter alone and beside others, every ending, and lengths around the limit. */
function names(): readonly string[] {
  const made: string[] = [];
  for (const letter of LETTERS) {
    made.push(
      `${letter}.service`,
      `a${letter}.service`,
      `${letter}a.service`,
      `a${letter}b.service`,
      `x@${letter}.service`,
    );
  }
  let state = 20_240_501;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let count = 0; count < 200; count += 1) {
    const stem = Array.from(
      { length: 1 + next(5) },
      () => LETTERS[next(next(3) === 0 ? LETTERS.length : 9)] ?? '',
    ).join('');
    made.push(`${stem}${ENDINGS[next(ENDINGS.length)] ?? ''}`);
  }
  for (const length of [246, 247, 248, 300]) made.push(`${'x'.repeat(length)}.service`);
  return [...new Set(made)];
}

/** Where this library is stricter on purpose: no unit file can have a hidden name, and `..` looks like a path. */
const isOursAlone = (name: string): boolean => name.startsWith('.') || name.includes('..');

describe.skipIf(!labAvailable().ok)('checkUnitName on a booted host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost({ variant: 'clean' });
  });
  afterAll(() => host.down());

  it('takes and refuses what systemd does, but for hidden names and those with two dots', async () => {
    const asked = names();
    expect(asked.length).toBeGreaterThan(250);
    const said = (await host.ok(ASK, { input: asked.map((name) => `${name}\0`).join('') })).split('\n');
    expect(said).toHaveLength(asked.length);
    const differ = asked.filter((name, i) => (said[i] === 'yes') !== checkRunnableName(name).isOk());
    expect(differ.filter((name) => !isOursAlone(name))).toEqual([]);
    // Both answers occur often, so neither side says the same of everything.
    const taken = said.filter((answer) => answer === 'yes').length;
    expect(Math.min(taken, asked.length - taken)).toBeGreaterThan(60);
  });
});
