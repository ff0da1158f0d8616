import { errAsync } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { effectiveEnvironment, effectiveValue, loadUnit } from '../../systemd/load/index.js';
import type { EffectiveUnit, FindUnitFilesError } from '../../systemd/load/index.js';
import { findSite } from './findSite.js';
import type { Site, SiteError, SiteOptions } from './site.js';

/** The unit does not name its site. */
export interface UnitNamesNoSite {
  readonly code: 'UNIT_NAMES_NO_SITE';
  readonly message: string;
  readonly unit: string;
}

/**
 * Finds the WordPress install that a unit works on, by its `WorkingDirectory=`, else by the variable
 * `DATAMACHINE_SITE_PATH` of its `Environment=`, drop-ins included.
 *
 * Only files are read, as systemd reads them at its next daemon-reload; the running service can have older settings.
 * Files of `EnvironmentFile=` are not read, and a directory that a command line changes to (`sh -c 'cd …'`) is not
 * seen. The site is described by `findSite`, with its limits.
 *
 * Errors: `UNIT_NAMES_NO_SITE`; those of finding the files of the unit and of `findSite`.
 *
 * @param unit - name of the unit; with a slash in it, path of a unit file
 *
 * @example
 * ```ts
 * import { findSiteOfUnit } from '@wca/runtime-sdk/wordpress';
 *
 * const site = await findSiteOfUnit('kimaki.service');
 * if (site.isErr()) console.error(site.error.code, site.error.message);
 * else console.log(site.value.path, site.value.owner.user);
 * ```
 */
export function findSiteOfUnit(
  unit: string,
  options: SiteOptions = {},
): ResultAsync<Site, SiteError | FindUnitFilesError | UnitNamesNoSite> {
  return loadUnit(unit).andThen((loaded) => {
    const path = sitePath(loaded.unit);
    if (path !== null) return findSite(path, options);
    const shown = printablePath(unit);
    const why = loaded.unit.loadState === 'loaded' ? '' : ` (it is ${loaded.unit.loadState})`;
    const message =
      `${shown} names no site${why}: neither WorkingDirectory= nor DATAMACHINE_SITE_PATH is an absolute path; ` +
      'name the directory of the site instead';
    return errAsync<Site, UnitNamesNoSite>({ code: 'UNIT_NAMES_NO_SITE', message, unit: shown });
  });
}

/** The directory a unit's settings name; pure. */
function sitePath(unit: EffectiveUnit): string | null {
  // `-` forgives a directory that is missing; `~` is the user's home.
  const directory = effectiveValue(unit, 'Service', 'WorkingDirectory')?.value.replace(/^-/, '');
  const variable = effectiveEnvironment(unit).DATAMACHINE_SITE_PATH;
  return [directory, variable].find((path) => path?.startsWith('/')) ?? null;
}
