import { toldText } from '../../posix/secrets/index.js';
import { bySeverity } from '../../posix/findings/index.js';
import type { Finding } from '../../posix/findings/index.js';

/** An instance, a site, or the host itself, as it was found. @inline */
export interface DiagnosedSubject {
  readonly kind: 'host' | 'instance' | 'site';
  /** The host's name, the instance's unit, or the root of the site. */
  readonly name: string;
  /** The unit file, or the root of the site; null where there is none. */
  readonly path: string | null;
  /** The parts that were looked at, in words for people. */
  readonly lookedAt: readonly string[];
  /** The most severe first. */
  readonly findings: readonly Finding[];
  /** What could not be looked at, or not completely, and why. It counts as neither good nor bad. */
  readonly notChecked: readonly string[];
}

/** What was found on a host. @inline */
export interface HostDiagnosis {
  /** No finding is `broken`. What could not be looked at counts as neither good nor bad. */
  readonly ok: boolean;
  readonly subjects: readonly DiagnosedSubject[];
}

/** What a look at one part of a subject gave. */
export interface PartFound {
  readonly findings: readonly Finding[];
  readonly notChecked: readonly string[];
}

/** One part of a subject. Each is looked at by itself, so that one that cannot be read hides no other. */
export interface Part {
  readonly what: string;
  readonly look: () => Promise<PartFound>;
}

/** A part that could not be looked at. */
export function unread(why: string): PartFound {
  return { findings: [], notChecked: [why] };
}

/** A part that was looked at completely. */
export function looked(findings: readonly Finding[]): PartFound {
  return { findings, notChecked: [] };
}

/** Looks at every part of a subject, one after the other. */
export async function lookAt(
  subject: Pick<DiagnosedSubject, 'kind' | 'name' | 'path'>,
  parts: readonly Part[],
): Promise<DiagnosedSubject> {
  const findings: Finding[] = [];
  const notChecked: string[] = [];
  for (const { what, look } of parts) {
    const seen = await look();
    findings.push(...seen.findings);
    notChecked.push(...seen.notChecked.map((why) => toldText(`${what}: ${why}`)));
  }
  return { ...subject, lookedAt: parts.map(({ what }) => what), findings: bySeverity(findings), notChecked };
}
