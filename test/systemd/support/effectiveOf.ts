import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import type { UnitSource } from '../../../src/systemd/document/unitSource.js';
import { effectiveUnit } from '../../../src/systemd/load/effectiveUnit.js';
import type { EffectiveUnit } from '../../../src/systemd/load/effectiveUnit.js';
import { unitSpecifiers } from '../../../src/systemd/values/unitSpecifiers.js';

/** Files of a unit in memory: a unit file called `f0`, and drop-ins called `f1`, `f2` … */
export function sourcesOf(texts: readonly string[]): readonly UnitSource[] {
  return texts.map((text, index) => ({
    path: `f${index}`,
    role: index === 0 ? 'fragment' : 'drop-in',
    document: parseUnit(text),
  }));
}

/** What the files come to, read past faults. */
export function effectiveOf(texts: readonly string[], name = 'kimaki.service'): EffectiveUnit {
  return effectiveUnit(name, sourcesOf(texts), unitSpecifiers(name, 'f0'), { readPastFaults: true });
}

/** The same of files that are each one `[Service]`, of which these are the lines. */
export function serviceOf(...lines: readonly string[]): EffectiveUnit {
  return effectiveOf(lines.map((text) => `[Service]\n${text}\n`));
}
