import { redactUnitText } from './redactUnitText.js';

/** The value of a setting with its secrets hidden as in its unit file: quoting and escapes are understood. Pure. */
export function redactSetting(key: string, value: string): string {
  const header = `[X]\n${key}=`;
  const shown = redactUnitText(`${header}${value}\n`);
  return shown.includes('[secret]') ? shown.slice(header.length).trimEnd() : value;
}
