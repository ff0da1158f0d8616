import { readdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../posix/files/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { effectiveValues } from '../../systemd/load/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';
import { parseEnvironmentFile } from './parseEnvironmentFile.js';

/**
 * Reads the variables of every `EnvironmentFile=` of a unit, in the order in which systemd applies them.
 *
 * Wildcards are supported in the last component only. A missing file gives no variables and no error, though the unit
 * may then fail to start. The values are often secrets.
 *
 * Source: systemd.exec(5), EnvironmentFile=.
 */
export function readEnvironmentFiles(
  unit: EffectiveUnit,
): ResultAsync<readonly Readonly<Record<string, string>>[], ReadFileError> {
  return new ResultAsync(read(unit));
}

async function read(unit: EffectiveUnit): Promise<Result<readonly Readonly<Record<string, string>>[], ReadFileError>> {
  const variables: Readonly<Record<string, string>>[] = [];
  for (const { value } of effectiveValues(unit, 'Service', 'EnvironmentFile')) {
    for (const path of await matches(value.replace(/^-/, ''))) {
      const file = await readRegularFile(path, { followLinks: true, maxBytes: 1024 * 1024 });
      if (file.isErr() && file.error.code !== 'NOT_FOUND') return err(file.error);
      if (file.isOk()) variables.push(parseEnvironmentFile(file.value.bytes.toString('utf8')));
    }
  }
  return ok(variables);
}

/** glob(7) in the last component; a name that begins with a dot only where the pattern does. */
async function matches(pattern: string): Promise<readonly string[]> {
  const at = pattern.lastIndexOf('/');
  const last = pattern.slice(at + 1);
  if (!/[*?[]/.test(last)) return [pattern];
  const names = await readdir(pattern.slice(0, at) || '/').catch(() => []);
  const expression = globExpression(last);
  return names
    .filter((name) => expression?.test(name) === true && (last.startsWith('.') || !name.startsWith('.')))
    .sort()
    .map((name) => `${pattern.slice(0, at)}/${name}`);
}

/** Null for a pattern that matches nothing, such as one with an unclosed or turned-round range. */
function globExpression(glob: string): RegExp | null {
  const source = glob.replace(/\[(!?)([^\]/]+)\]|[*?]|[.+^${}()|[\]\\]/g, (part, not: string, set?: string) => {
    if (set !== undefined) return `[${not === '' ? '' : '^'}${set.replace(/[\\^[\]]/g, '\\$&')}]`;
    return part === '*' ? '.*' : part === '?' ? '.' : `\\${part}`;
  });
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    return null;
  }
}
