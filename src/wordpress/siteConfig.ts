import { dirname, join } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../posix/index.js';
import { fileStatus } from './fileStatus.js';
import { readDefines } from './readDefines.js';
import type { PhpDefine } from './readDefines.js';
import type { SiteError } from './site.js';
import { resolved } from './siteDirectories.js';

/** What wp-config.php says, as far as it can be read without running it. */
export interface SiteConfig {
  readonly configPath: string | null;
  readonly defines: readonly PhpDefine[];
  readonly notes: readonly string[];
}

/** Reads the wp-config.php that wp-load.php takes: in the root, else one above unless that is another WordPress. */
export async function siteConfig(root: string): Promise<Result<SiteConfig, SiteError>> {
  const above = dirname(root);
  const elsewhere = (await fileStatus(join(above, 'wp-settings.php'))).isOk();
  for (const configPath of [join(root, 'wp-config.php'), ...(elsewhere ? [] : [join(above, 'wp-config.php')])]) {
    const file = await readRegularFile(configPath, { followLinks: true });
    if (file.isErr() && file.error.code === 'NOT_FOUND') continue;
    if (file.isErr()) return err(file.error);
    const real = await resolved(configPath);
    const notes = real === configPath ? [] : [`${configPath} is a link to ${real}`];
    const defines = readDefines(file.value.bytes, real, new Map([['ABSPATH', `${root}/`]]));
    if (defines.isOk()) return ok({ configPath, defines: defines.value, notes });
    notes.push(`${configPath}: ${defines.error.message}; the default directories are assumed`);
    return ok({ configPath, defines: [], notes });
  }
  const notes = ['there is no wp-config.php; the default directories are assumed'];
  return ok({ configPath: null, defines: [], notes });
}
