// @module-tag systemd
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Result } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { packageUnits, systemUnits } from '../../../scripts/unitCorpus.mjs';
import { runProgram } from '../../../src/posix/programs/runProgram.js';
import { addDirective } from '../../../src/systemd/edits/addDirective.js';
import { addSection } from '../../../src/systemd/edits/addSection.js';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { invertEdits } from '../../../src/systemd/edits/invertEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { printUnit } from '../../../src/systemd/document/printUnit.js';
import { removeDirective } from '../../../src/systemd/edits/removeDirective.js';
import { replaceAssignment } from '../../../src/systemd/edits/replaceAssignment.js';
import { replacePathPrefix } from '../../../src/systemd/values/replacePathPrefix.js';
import { setDirective } from '../../../src/systemd/edits/setDirective.js';
import { setEnvironment } from '../../../src/systemd/edits/setEnvironment.js';
import { setExecArgument } from '../../../src/systemd/edits/setExecArgument.js';
import type { Edit, UnitEditError } from '../../../src/systemd/document/unitEdit.js';
import type { UnitDocument } from '../../../src/systemd/document/unitDocument.js';

let why = '';
const packaged = packageUnits((line) => {
  why = line;
});
const units = [...systemUnits(), ...packaged];
const services = units.filter(({ path, bytes }) => path.endsWith('.service') && bytes.length > 0);

type Edits = Result<readonly Edit[], UnitEditError>;
type Operation = (unit: UnitDocument) => Edits;

/** What may change with each operation, by its key. */
const OPERATIONS: readonly (readonly [name: string, key: string, operation: Operation])[] = [
  ['set a directive', 'UMask', (unit) => setDirective(unit, 'Service', 'UMask', '0027')],
  ['add a directive', 'ExecStartPre', (unit) => addDirective(unit, 'Service', 'ExecStartPre', '-/bin/true "a b"')],
  ['set a variable', 'Environment', (unit) => setEnvironment(unit, 'WCA_TEST', 'a "b" $c')],
  ['remove a directive', 'Restart', (unit) => removeDirective(unit, 'Service', 'Restart')],
  ['set an option of each command', 'ExecStart', eachCommand],
  [
    'replace the beginning of each path',
    'ExecStart',
    (unit) => inAll(unit, ({ key }) => key === 'ExecStart', movePath),
  ],
];

function eachCommand(unit: UnitDocument): Edits {
  const option = { at: 'option', name: '--wca-test' } as const;
  return inAll(
    unit,
    ({ key, value }) => key === 'ExecStart' && value !== '',
    (document, one) => setExecArgument(document, one, option, 'a "b" #'),
  );
}

function movePath(document: UnitDocument, one: UnitDocument['assignments'][number]): Edits {
  return replaceAssignment(document, one, replacePathPrefix(one.value, '/usr/sbin', '/opt/wca/sbin'));
}

function inAll(
  unit: UnitDocument,
  which: (one: UnitDocument['assignments'][number]) => boolean,
  edit: (unit: UnitDocument, one: UnitDocument['assignments'][number]) => Edits,
): Edits {
  const each = unit.assignments.filter(which).map((one) => edit(unit, one));
  return each.reduce((all, these) => all.andThen((done) => these.map((more) => [...done, ...more])));
}

/** The bytes outside the assignments of a key. */
function around({ bytes, assignments }: UnitDocument, key: string): Buffer {
  let done = 0;
  const pieces = assignments.flatMap((one) => {
    if (one.key !== key) return [];
    const piece = bytes.subarray(done, one.start);
    done = one.end;
    return [piece];
  });
  return Buffer.concat([...pieces, bytes.subarray(done)]);
}

describe('the unit files of this system and of many packages', () => {
  it('are hundreds, of more than twenty packages', ({ skip }) => {
    expect(systemUnits().length).toBeGreaterThan(50);
    if (packaged.length === 0 && process.env.CI !== 'true') skip(`the packages could not be fetched: ${why}`);
    expect(new Set(packaged.map((unit) => unit.package)).size, why).toBeGreaterThan(20);
    expect(packaged.length).toBeGreaterThan(100);
  });

  it('come out byte for byte, and none has a fault', () => {
    for (const { path, bytes } of units) {
      const unit = parseUnit(bytes);
      expect(printUnit(unit).equals(bytes), path).toBe(true);
      expect(unit.unsafe, path).toBeNull();
    }
  });

  it.each(OPERATIONS)('%s: changes nothing else, once, and can be taken back', (_, key, operation) => {
    let changed = 0;
    for (const { path, bytes } of services) {
      const before = parseUnit(Buffer.from(bytes));
      if (!before.sections.some(({ name }) => name === 'Service')) continue;
      if (key === 'ExecStart' && !before.assignments.some((one) => one.key === key && one.value !== '')) continue;
      const edits = operation(before)._unsafeUnwrap();
      const after = applyEdits(before, edits);
      if (edits.length > 0) changed += 1;
      expect(around(after, key).toString('latin1'), path).toBe(around(before, key).toString('latin1'));
      expect(operation(after)._unsafeUnwrap(), path).toEqual([]);
      expect(applyEdits(after, invertEdits(before, edits)).bytes.equals(bytes), path).toBe(true);
    }
    expect(changed).toBeGreaterThan(10);
  });

  it('take a further section at their end', () => {
    for (const { path, bytes } of units) {
      const before = parseUnit(bytes);
      const after = applyEdits(before, addSection(before, 'X-Wca')._unsafeUnwrap());
      expect(after.bytes.subarray(0, bytes.length).equals(bytes), path).toBe(true);
      expect(after.sections.at(-1)?.name, path).toBe('X-Wca');
      expect(after.assignments, path).toEqual(before.assignments);
    }
  });

  it('are to systemd no worse after every edit than before', async () => {
    const edited = services.map((unit) => {
      let document = parseUnit(unit.bytes);
      if (!document.assignments.some(({ key, value }) => key === 'ExecStart' && value !== '')) return unit;
      for (const [name, , operation] of OPERATIONS) {
        if (!name.startsWith('replace')) document = applyEdits(document, operation(document)._unsafeUnwrap());
      }
      return { ...unit, bytes: document.bytes };
    });
    const before = await complaints(services);
    expect(await complaints(edited)).toEqual(before);
  });
});

/** What systemd says about all of them together, without the places. */
async function complaints(
  files: readonly { readonly path: string; readonly bytes: Buffer }[],
): Promise<readonly string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'corpus-'));
  try {
    for (const { path, bytes } of files) writeFileSync(join(directory, basename(path)), bytes);
    const paths = [...new Set(files.map(({ path }) => join(directory, basename(path))))];
    const env = { SYSTEMD_UNIT_PATH: `${directory}:`, SYSTEMD_LOG_TARGET: 'console' };
    const ran = await runProgram('systemd-analyze', ['verify', '--man=no', ...paths], { env, timeoutMs: 120_000 });
    const said = ran._unsafeUnwrap().stderr.split('\n');
    // Of several units that it misses systemd names any one.
    const plain = (line: string): string =>
      line.replace(/:\d+: /, ': ').replace(/: Unit \S+ not found/, ': a unit not found');
    return said.map((line) => plain(line.replaceAll(directory, ''))).sort();
  } finally {
    rmSync(directory, { recursive: true });
  }
}
