import { join } from 'node:path';
import { readRegularFile } from '../../posix/files/index.js';
import { childOf, childrenOf, decodeNode, parsePhpFile, textOf } from '../php/index.js';

/** The `$wp_version` of wp-includes/version.php, read without running it; null when it does not say. */
export async function wordpressVersion(root: string): Promise<string | null> {
  const file = await readRegularFile(join(root, 'wp-includes', 'version.php'), { followLinks: true });
  const parsed = file.isOk() ? parsePhpFile(file.value.bytes) : null;
  if (file.isErr() || parsed?.isOk() !== true) return null;
  for (const statement of childrenOf(parsed.value, 'children')) {
    const assign = statement === null ? null : childOf(statement, 'expression');
    const left = assign?.kind === 'assign' ? childOf(assign, 'left') : null;
    const right = assign === null ? null : childOf(assign, 'right');
    if (left?.kind !== 'variable' || textOf(left, 'name') !== 'wp_version' || right === null) continue;
    const value = decodeNode(right, file.value.bytes);
    return value.isOk() && typeof value.value === 'string' ? value.value : null;
  }
  return null;
}
