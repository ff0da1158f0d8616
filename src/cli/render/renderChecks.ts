import type { Json } from '../../recipes/engine/index.js';
import type { VerificationReport } from '../../recipes/migrateOffRoot/index.js';
import { isRemedy, renderRemedy } from './renderRemedy.js';
import type { Output } from '../createOutput.js';

/** Prints the acceptance checks, one line each, and below those that did not pass what to do next. */
export function renderChecks(output: Output, report: VerificationReport | Json | undefined): void {
  const checks = checksOf(report);
  if (checks.length === 0) return;
  output.print(output.style('bold', 'Acceptance'));
  for (const { point, id, ok, detail, remedy, unit } of checks) {
    const mark =
      ok === true
        ? output.style('green', 'ok  ')
        : ok === false
          ? output.style('red', 'FAIL')
          : output.style('yellow', ' ?  ');
    output.print(`  ${mark} ${String(point)} ${id.padEnd(22)} ${unit === undefined ? '' : `[${unit}] `}${detail}`);
    if (isRemedy(remedy)) output.print(`${' '.repeat(32)}next: ${renderRemedy(remedy)}`);
  }
  const open = checks.filter(({ ok }) => ok === null).length;
  const failed = checks.filter(({ ok }) => ok === false).length;
  output.print(`${checks.length - open - failed} proven, ${failed} failed, ${open} not checked`);
}

type Line = {
  readonly point: number;
  readonly id: string;
  readonly ok: boolean | null;
  readonly detail: string;
  readonly remedy?: unknown;
  /** Whose migration it is about, where several are verified together. */
  readonly unit?: string;
};

/** A verification that was read from a journal is plain JSON. */
function checksOf(report: VerificationReport | Json | undefined): readonly Line[] {
  if (typeof report !== 'object' || report === null || !('checks' in report)) return [];
  const checks: unknown = report.checks;
  return Array.isArray(checks) ? checks.filter(isLine) : [];
}

function isLine(value: unknown): value is Line {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    'ok' in value &&
    'detail' in value &&
    'point' in value
  );
}
