import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { UnitChange } from '../../../systemd/edits/index.js';
import { usageError } from '../../parseArguments.js';
import type { UsageError } from '../../parseArguments.js';

const CHANGE = /^([^.=]+)\.([^.=+]+)(?:\.([^.=+]+))?(\+?=)([^]*)$/;
const NAME = /^([^.=]+)\.([^.=]+)(?:\.([^.=]+))?$/;
// Never repeats what was given: it may be a secret.
const EXPECTED = 'expected Section.Key=VALUE, Section.Key+=VALUE or Service.Environment.NAME=VALUE';

/** Reads `Section.Key=VALUE` and its two other forms. */
export function parseChange(text: string): Result<UnitChange, UsageError> {
  const [, section, key, variable, operator, value = ''] = CHANGE.exec(text) ?? [];
  if (section === undefined || key === undefined) return err(usageError(EXPECTED));
  if (variable !== undefined) {
    if (!isEnvironment(section, key) || operator !== '=') return err(usageError(EXPECTED));
    return ok({ kind: 'set', section, key, variable, value });
  }
  return ok({ kind: operator === '+=' ? 'add' : 'set', section, key, value });
}

/** Reads `Section.Key` and `Service.Environment.NAME`. */
export function parseRemoval(text: string): Result<UnitChange, UsageError> {
  const [, section, key, variable] = NAME.exec(text) ?? [];
  const isWrong =
    section === undefined || key === undefined || (variable !== undefined && !isEnvironment(section, key));
  if (isWrong) return err(usageError('expected Section.Key or Service.Environment.NAME'));
  return ok({ kind: 'remove', section, key, ...(variable === undefined ? {} : { variable }) });
}

/** Reads `Section.Key`. */
export function parseSettingName(text: string): Result<{ readonly section: string; readonly key: string }, UsageError> {
  const [, section, key, variable] = NAME.exec(text) ?? [];
  if (section === undefined || key === undefined || variable !== undefined)
    return err(usageError('expected Section.Key'));
  return ok({ section, key });
}

function isEnvironment(section: string, key: string): boolean {
  return section === 'Service' && key === 'Environment';
}
