import type { InstanceDescription } from './describeInstance.js';
import { instanceName } from '../bridges/index.js';
import { mentionsPath } from './mentionsPath.js';

/** The instance a service is compared with. */
type InstanceIdentity = Pick<InstanceDescription, 'site' | 'user' | 'home'> & { readonly unit: string };

/** What is known of a service that may act for an instance. */
export interface SiteServiceFacts {
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

/**
 * Tells whether a service works on an instance's site under its identity, so that it has to change with it; pure.
 *
 * It must name the site (working directory, a command, an environment variable) as whole path components, and run
 * as the same user or with the same HOME. Another instance is never a companion. A service that reaches the site
 * only through a script's own text is not recognised.
 */
export function isCompanion(facts: SiteServiceFacts, instance: InstanceIdentity): boolean {
  const { site } = instance;
  if (site === null || site === '/' || facts.unit === instance.unit || instanceName(facts.unit) !== null) return false;
  if (!namesSite(facts, site)) return false;
  return facts.user === instance.user || (facts.home !== null && facts.home === instance.home);
}

/** Whether it works on the site: its directory, a command or a variable names it, as whole components. */
export function namesSite(
  { workingDirectory, commands, environment }: Pick<SiteServiceFacts, 'workingDirectory' | 'commands' | 'environment'>,
  site: string,
): boolean {
  return [workingDirectory ?? '', ...commands, ...Object.values(environment)].some((text) => mentionsPath(text, site));
}
