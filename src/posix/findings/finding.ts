import { toldText } from '../secrets/index.js';
import type { Remedy } from './remedy.js';

/**
 * `broken`: something does not work today. `risk`: it will fail, or somebody can make it fail. `note`: worth knowing.
 *
 * @inline
 */
export type Severity = 'broken' | 'risk' | 'note';

/** One thing that was found on a host, whoever looked for it. Plain JSON; secrets are redacted. */
export interface Finding<Id extends string = string> {
  /** What kind of finding it is, in lower case with dashes (`runs-as-root`); stable. */
  readonly id: Id;
  readonly severity: Severity;
  /** What it is about: the name of a unit or an account, or a path. */
  readonly subject: string;
  /** What was found and why it matters, as one sentence without its full stop. */
  readonly what: string;
  /** Where it can be seen: paths, and lines of files as `path:line`. Empty where `what` says all of it. */
  readonly evidence: readonly string[];
  /** What to do about it. */
  readonly remedy: Remedy;
}

/** Puts together a finding about one subject. */
export type MakeFinding<Id extends string = string> = (
  id: Id,
  severity: Severity,
  what: string,
  remedy: Remedy,
  evidence?: readonly string[],
) => Finding<Id>;

/** Makes findings about `subject`, whose sentences are printable whatever stands in them; pure. */
export function findingsAbout<Id extends string = string>(subject: string): MakeFinding<Id> {
  return (id, severity, what, remedy, evidence = []) => ({
    id,
    severity,
    subject,
    what: toldText(what),
    evidence: evidence.map((line) => toldText(line)),
    remedy,
  });
}

const SEVERITIES: readonly Severity[] = ['broken', 'risk', 'note'];

/** The most severe first, otherwise in the order given; pure. */
export function bySeverity<F extends Pick<Finding, 'severity'>>(findings: readonly F[]): readonly F[] {
  return SEVERITIES.flatMap((severity) => findings.filter((one) => one.severity === severity));
}
