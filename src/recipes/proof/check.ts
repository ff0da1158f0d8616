/**
 * One acceptance point, proven, refuted, or not checked.
 *
 * `ok` is null when nothing was proven either way; `detail` then says why and how to have it checked.
 */
export type AcceptanceCheck = {
  readonly id: string;
  /** Which of the nine points it belongs to, 1 to 9. */
  readonly point: number;
  readonly ok: boolean | null;
  readonly detail: string;
};

/** The point holds. */
export function passed(id: string, point: number, detail: string): AcceptanceCheck {
  return { id, point, ok: true, detail };
}

/** The point does not hold. */
export function failed(id: string, point: number, detail: string): AcceptanceCheck {
  return { id, point, ok: false, detail };
}

/** Nobody knows; the detail says how to find out. */
export function unchecked(id: string, point: number, detail: string): AcceptanceCheck {
  return { id, point, ok: null, detail };
}
