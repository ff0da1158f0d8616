import { parseRegions } from './parseRegions.js';

/** As much as WordPress reads of a file for its header (`get_file_data`). */
const HEADER_BYTES = 8 * 1024;

/**
 * Whether the content calls itself a WordPress plugin, by a `Plugin Name:` header or a managed region: program text that
 * PHP is to read, and no dump, key or configuration that somebody gave such a name. Pure.
 */
export function isPluginFile(content: Buffer): boolean {
  const head = content.toString('latin1', 0, HEADER_BYTES);
  if (!/^<\?php\s/.test(head)) return false;
  if (/^(?:<\?php)?[ \t/*#@]*Plugin Name:[ \t]*\S/im.test(head)) return true;
  return parseRegions(content).unwrapOr([]).length > 0;
}
