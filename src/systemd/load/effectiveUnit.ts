import type { Specifiers } from '../values/index.js';
import { EffectiveSettings } from './effectiveSettings.js';
import { requirementsOf } from './settings/requirements.js';
import type { UnitDocument, UnitProblem, UnitSource } from '../document/index.js';

/** A unit as systemd would have it after reading its files. */
export interface EffectiveUnit {
  readonly name: string;
  /** As `systemctl show -p LoadState` says it; anything but `loaded` cannot be started. */
  readonly loadState: 'loaded' | 'bad-setting' | 'error' | 'masked' | 'not-found';
  /** Why it does not load; empty when it does. */
  readonly faults: readonly UnitFault[];
  /** Every key that is set, in the order in which the files set them first. */
  readonly settings: readonly EffectiveSetting[];
  /** The lines that systemd ignores, in the order in which it reads them. */
  readonly ignored: readonly UnitFault[];
  /** What specifiers stand for in this unit; values of command lines and of keys that are not checked hold them as written. */
  readonly specifiers: Specifiers;
}

/** One key with what it is set to. @inline */
export interface EffectiveSetting {
  readonly section: string;
  readonly key: string;
  /** One for a key that takes one value. May hold secrets. */
  readonly values: readonly EffectiveValue[];
  /** False where this library knows the key and does not check its values as systemd does: they stand as written. */
  readonly checked: boolean;
}

/** One value and where it comes from. */
export interface EffectiveValue {
  /** Specifiers expanded; unquoted where the key's value is a list of words; a command line as it stands in the file. */
  readonly value: string;
  readonly path: string;
  /** 1-based line the assignment begins on. */
  readonly line: number;
}

/**
 * Something wrong with a line, or, with line 0, with the unit as a whole. Values are not repeated: they may be secrets.
 *
 * @inline
 */
export interface UnitFault {
  readonly path: string;
  readonly line: number;
  /** `Section.Key`, or null for a line that is no assignment. */
  readonly setting: string | null;
  readonly reason: string;
}

/**
 * Gives the value of every key after all drop-ins, with file and line of each, and whether systemd
 * would load it.
 *
 * It follows systemd 252 in what it reads, resets, adds up, drops and refuses. It does not ask whether users, paths or
 * programs exist, as systemd does not either until the unit starts. Values of keys with `checked: false` are not judged;
 * nor is what the manager adds by itself (implicit dependencies, defaults). A key that is not one of systemd 252 is in
 * `ignored`; a newer systemd may know it.
 *
 * It never fails: `faults` says why a unit does not load.
 *
 * Source: systemd.unit(5), systemd.syntax(7); `unit_load_fragment()`, `unit_load_dropin()` and `service_verify()` in
 * systemd's src/core. A fault in the unit file itself keeps the unit from loading; in a drop-in it ends that drop-in.
 *
 * @param sources - the fragment, if there is one, and the drop-ins in the order in which systemd applies them, as
 *   `findUnitFiles` gives them
 * @param specifiers - see `unitSpecifiers`
 * @param options - `readPastFaults`: go on behind a fault of the unit file, at which systemd stops, and take a refused
 *   value as it stands, so that `settings` says what the unit is meant to be. `loadState` and `faults` (the first one)
 *   stay the same, and so does everything else of a unit that loads. Default false
 *
 * @example
 * ```ts
 * import { effectiveUnit, parseUnit } from '@wca/runtime-sdk/systemd';
 *
 * const path = '/etc/systemd/system/kimaki.service';
 * const document = parseUnit('[Service]\nExecStart=/usr/bin/kimaki\nUser=root\nUser=opencode\n');
 * const unit = effectiveUnit('kimaki.service', [{ path, role: 'fragment', document }], new Map());
 * if (unit.loadState !== 'loaded') console.error(unit.faults);
 * for (const { key, values } of unit.settings) console.log(key, values.map(({ value, line }) => `${value} (line ${line})`));
 * ```
 */
export function effectiveUnit(
  name: string,
  sources: readonly UnitSource[],
  specifiers: Specifiers,
  { readPastFaults = false }: { readonly readPastFaults?: boolean } = {},
): EffectiveUnit {
  const settings = new EffectiveSettings(name, specifiers);
  const fragment = sources.find(({ role }) => role === 'fragment');
  const nothing = { name, settings: [], ignored: [], specifiers };
  if (fragment === undefined) {
    const reason = 'there is no unit file of this name; drop-ins alone do not make a unit';
    return { ...nothing, loadState: 'not-found', faults: [{ path: name, line: 0, setting: null, reason }] };
  }
  if (fragment.document.bytes.length === 0) {
    const reason = 'the unit file is empty, which masks the unit';
    return { ...nothing, loadState: 'masked', faults: [{ path: fragment.path, line: 0, setting: null, reason }] };
  }
  const fatal = applySource(settings, fragment, readPastFaults);
  if (fatal !== null && !readPastFaults) return unloaded(fatal);
  for (const source of sources) {
    if (source.role !== 'drop-in') continue;
    const end = applySource(settings, source, false);
    if (end !== null) {
      const { path, line, setting, reason } = end;
      settings.ignored.push({
        path,
        line,
        setting,
        reason: `${reason}; systemd ignores this line and the rest of the file`,
      });
    }
  }
  if (fatal !== null) return unloaded(fatal);
  const faults = requirementsOf(name, settings).map((reason) => ({
    path: fragment.path,
    line: 0,
    setting: null,
    reason,
  }));
  const loadState = faults.length === 0 ? 'loaded' : 'bad-setting';
  return { name, loadState, faults, settings: settings.all(), ignored: settings.ignored, specifiers };

  function unloaded({ loadState: state, ...fault }: FatalFault): EffectiveUnit {
    return {
      name,
      loadState: state,
      faults: [fault],
      settings: settings.all(),
      ignored: settings.ignored,
      specifiers,
    };
  }
}

type FatalFault = UnitFault & { readonly loadState: 'bad-setting' | 'error' };

/** What systemd fails on as soon as it reads the line. */
const FATAL: ReadonlySet<UnitProblem['code']> = new Set(['INVALID_UTF8', 'LINE_TOO_LONG', 'BROKEN_HEADER']);

/** Applies a file line by line, up to the fault at which systemd gives up on it, if there is one, or past it. */
function applySource(
  settings: EffectiveSettings,
  { path, document }: UnitSource,
  readPastFaults: boolean,
): FatalFault | null {
  const problem = firstFatal(document);
  const ignored: UnitFault[] = [];
  let refused: FatalFault | null = null;
  for (const assignment of document.assignments) {
    if (!readPastFaults && problem !== null && assignment.lastLine >= problem.line) break;
    const refusal = settings.apply(path, assignment, { ignored, keepRefused: readPastFaults });
    if (refusal === null) continue;
    const { section, key, line } = assignment;
    refused ??= { path, line, setting: `${section}.${key}`, ...refusal };
    if (!readPastFaults) break;
  }
  const end = readPastFaults ? Infinity : (refused?.line ?? problem?.line ?? Infinity);
  for (const { code, line, message } of document.problems) {
    if (LINES_IGNORED.has(code) && line < end) ignored.push({ path, line, setting: null, reason: message });
  }
  for (const { name, line } of document.sections) {
    if (line >= end || name.startsWith('X-') || settings.sections.includes(name)) continue;
    const reason = `systemd does not read the section [${name}] in a unit of this type`;
    ignored.push({ path, line, setting: null, reason });
  }
  settings.ignored.push(...ignored.sort((one, other) => one.line - other.line));
  if (problem === null || (refused !== null && refused.line < problem.line)) return refused;
  return { path, line: problem.line, setting: null, reason: problem.message, loadState: 'error' };
}

const LINES_IGNORED: ReadonlySet<UnitProblem['code']> = new Set([
  'ASSIGNMENT_OUTSIDE_SECTION',
  'MISSING_EQUALS',
  'MISSING_KEY',
]);

function firstFatal({ problems }: UnitDocument): UnitProblem | null {
  return problems.filter(({ code }) => FATAL.has(code)).sort((one, other) => one.line - other.line)[0] ?? null;
}
