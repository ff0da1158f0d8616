/** One thing that was found about a subject. */
export interface HostFinding {
  /** What it is, in lower case with dashes (`runs-as-root`, `plugin-closed`); stable. */
  readonly code: string;
  /** `broken`: something does not work today; `risk`: it will, or somebody can make it so; `note`: worth knowing. */
  readonly severity: 'broken' | 'risk' | 'note';
  /** What was found, with the path or the line, and why it matters; secrets redacted. */
  readonly found: string;
  /** What to do about it: a command where there is one. */
  readonly fix: string;
}

/** An instance, a site, or the host itself, as it was found. */
export interface DiagnosedSubject {
  readonly kind: 'host' | 'instance' | 'site';
  /** The host's name, the instance's unit, or the root of the site. */
  readonly name: string;
  /** The unit file, or the root of the site; null where there is none. */
  readonly path: string | null;
  /** The parts that were looked at, for people. */
  readonly lookedAt: readonly string[];
  /** The most severe first. */
  readonly findings: readonly HostFinding[];
  /** What could not be looked at, or not whole, and why; nothing is known of it. */
  readonly notChecked: readonly string[];
}

/** What was found on a host. */
export interface HostDiagnosis {
  /** No finding is `broken`. What could not be looked at counts for neither side. */
  readonly ok: boolean;
  readonly subjects: readonly DiagnosedSubject[];
}

/** What a look at one part of a subject gave. */
export interface PartFound {
  readonly findings: readonly HostFinding[];
  readonly notChecked: readonly string[];
}

/** One part of a subject, looked at by itself, so that what cannot be read of it hides nothing else. */
export interface Part {
  readonly what: string;
  readonly look: () => Promise<PartFound>;
}

/** A part that could not be looked at. */
export function unread(why: string): PartFound {
  return { findings: [], notChecked: [why] };
}

/** A part that was looked at whole. */
export function looked(findings: readonly HostFinding[]): PartFound {
  return { findings, notChecked: [] };
}

const SEVERITIES: readonly HostFinding['severity'][] = ['broken', 'risk', 'note'];

/** The most severe first, otherwise in the order given; pure. */
export function bySeverity(findings: readonly HostFinding[]): readonly HostFinding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((one) => one.severity === severity));
}

/** Looks at every part of a subject, one after the other. */
export async function lookAt(
  subject: Pick<DiagnosedSubject, 'kind' | 'name' | 'path'>,
  parts: readonly Part[],
): Promise<DiagnosedSubject> {
  const findings: HostFinding[] = [];
  const notChecked: string[] = [];
  for (const { what, look } of parts) {
    const seen = await look();
    findings.push(...seen.findings);
    notChecked.push(...seen.notChecked.map((why) => `${what}: ${why}`));
  }
  return { ...subject, lookedAt: parts.map(({ what }) => what), findings: bySeverity(findings), notChecked };
}
