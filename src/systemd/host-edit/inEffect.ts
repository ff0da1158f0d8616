import { liveVariables } from '../values/index.js';
import type { UnitChange } from '../edits/index.js';
import { replacement } from './replacement.js';
import { sourcesOf } from '../load/index.js';
import type { UnitFiles } from '../load/index.js';

/** Whether the files, as they are, say already what the change would make them say; text by text, nothing is validated. */
export function inEffect(files: UnitFiles, change: UnitChange): boolean {
  const assignments = sourcesOf(files)
    .flatMap(({ document }) => document.assignments)
    .filter(({ section, key }) => section === change.section && key === change.key);
  if (change.kind === 'remove') return false;
  if (change.kind === 'set' && change.variable !== undefined) {
    const { variable } = change;
    return (
      liveVariables({ assignments }).findLast((one) => one.variable.name === variable)?.variable.value === change.value
    );
  }
  const all = assignments.map(({ value }) => value);
  const live = all.slice(all.lastIndexOf('') + 1);
  if (change.kind === 'add') return change.value !== '' && live.includes(change.value);
  const last = all.at(-1);
  return replacement(change.section, change.key) === 'last' || change.value === ''
    ? last === change.value
    : live.length === 1 && last === change.value;
}
