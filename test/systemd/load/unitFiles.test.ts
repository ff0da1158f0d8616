import { expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import type { UnitSource } from '../../../src/systemd/document/unitSource.js';
import { sourcesOf } from '../../../src/systemd/load/unitFiles.js';
import { exampleFiles } from '../support/exampleFiles.js';

const source = (path: string, role: UnitSource['role']): UnitSource => ({ path, role, document: parseUnit('') });

it('gives the unit file before its drop-ins, and drop-ins alone where there is none', () => {
  const fragment = source('/f', 'fragment');
  const dropIns = [source('/a', 'drop-in'), source('/b', 'drop-in')];
  expect(sourcesOf(exampleFiles({ fragment, dropIns })).map(({ path }) => path)).toEqual(['/f', '/a', '/b']);
  expect(sourcesOf(exampleFiles({ fragment: null, dropIns })).map(({ path }) => path)).toEqual(['/a', '/b']);
});
