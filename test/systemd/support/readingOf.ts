import type { SettingReader } from '../../../src/systemd/load/settings/reading.js';
import { unitSpecifiers } from '../../../src/systemd/values/unitSpecifiers.js';

const SPECIFIERS = unitSpecifiers('kimaki@blog.service', '/etc/systemd/system/kimaki@.service');

/**
 * What a reader makes of a text in kimaki@blog.service, short: the values, or `ignored`, `reset`, `refused`. With
 * `values+`, a part of the text was dropped.
 */
export function readingOf(reader: SettingReader, text: string): readonly string[] | string {
  const reading = reader(text, SPECIFIERS);
  if (reading.kind !== 'values') return reading.kind;
  return reading.dropped.length === 0 ? reading.values : ['values+', ...reading.values];
}

/** The sentence that says what is wrong with a text, or null. */
export function faultOf(reader: SettingReader, text: string): string | null {
  const reading = reader(text, SPECIFIERS);
  if (reading.kind === 'reset') return null;
  return reading.kind === 'values' ? (reading.dropped[0] ?? null) : reading.reason;
}
