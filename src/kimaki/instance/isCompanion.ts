import { instanceName } from './instanceName.js';
import { mentionsPath } from './mentionsPath.js';

/** What is known of a service that may act for an instance. */
export interface CompanionFacts {
  readonly unit: string;
  /** The account it runs as; root where the unit names none. */
  readonly user: string;
  /** Its HOME, when it sets one. */
  readonly home: string | null;
  readonly workingDirectory: string | null;
  /** The text of its Exec lines. */
  readonly commands: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The instance it is compared with. */
export interface CompanionOf {
  readonly unit: string;
  readonly site: string | null;
  readonly user: string;
  readonly home: string;
}

/**
 * Tells whether a service works on an instance's site under its identity, so that it has to change with it; pure.
 *
 * It must name the site (working directory, a command, an environment variable) as whole path components, and run
 * as the same user or with the same HOME. Another instance is never a companion. A service that reaches the site
 * only through a script's own text is not recognised.
 *
 * @example
 * ```ts
 * import { isCompanion } from '@wca/runtime-sdk/kimaki';
 *
 * const worker = {
 *   unit: 'datamachine-worker.service', user: 'root', home: '/root', workingDirectory: null, environment: {},
 *   commands: [`/bin/sh -lc 'cd "/var/www/site" && wp datamachine worker run --once'`],
 * };
 * const instance = { unit: 'kimaki.service', site: '/var/www/site', user: 'root', home: '/root' };
 * console.log(isCompanion(worker, instance)); // true
 * ```
 */
export function isCompanion(facts: CompanionFacts, of: CompanionOf): boolean {
  const { site } = of;
  if (site === null || site === '/' || facts.unit === of.unit || instanceName(facts.unit) !== null) return false;
  if (!namesSite(facts, site)) return false;
  return facts.user === of.user || (facts.home !== null && facts.home === of.home);
}

/** Whether it works on the site: its directory, a command or a variable names it, as whole components. */
export function namesSite(
  { workingDirectory, commands, environment }: Pick<CompanionFacts, 'workingDirectory' | 'commands' | 'environment'>,
  site: string,
): boolean {
  return [workingDirectory ?? '', ...commands, ...Object.values(environment)].some((text) => mentionsPath(text, site));
}
