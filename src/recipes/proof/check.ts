import { toldText } from '../../posix/secrets/index.js';
import type { Remedy } from '../../posix/findings/index.js';

/**
 * One acceptance check: passed, failed, or not checked.
 *
 * `ok` is null when the check could not decide; `detail` then says why, and `remedy` how to have it checked.
 */
export type AcceptanceCheck = {
  readonly id: string;
  /** The acceptance point it belongs to, 1 to 9. */
  readonly point: number;
  readonly ok: boolean | null;
  /** What it is about: the name of a unit or an account, or a path. */
  readonly subject: string;
  /** What was found. */
  readonly detail: string;
  /** What to do; null where it passed, or where `detail` leaves nothing to do. */
  readonly remedy: Remedy | null;
  /** The unit whose migration it is about; only where several are verified together. */
  readonly unit?: string;
};

/** The three answers of one check. */
export interface Verdicts {
  readonly passed: (detail: string) => AcceptanceCheck;
  readonly failed: (detail: string, remedy?: Remedy) => AcceptanceCheck;
  /** The check could not decide. */
  readonly unchecked: (detail: string, remedy?: Remedy) => AcceptanceCheck;
}

/** Makes the answers of the check `id` about `subject`; pure. */
export function verdictsOf(id: string, point: number, subject: string): Verdicts {
  const check = (ok: boolean | null, detail: string, remedy: Remedy | null): AcceptanceCheck => ({
    id,
    point,
    ok,
    subject,
    detail: toldText(detail),
    remedy,
  });
  return {
    passed: (detail) => check(true, detail, null),
    failed: (detail, remedy) => check(false, detail, remedy ?? null),
    unchecked: (detail, remedy) => check(null, detail, remedy ?? null),
  };
}
