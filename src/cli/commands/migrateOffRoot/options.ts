import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { migrationOptions as schema } from '../../../recipes/host/index.js';
import type { MigrationOptions, VerificationOptions } from '../../../recipes/host/index.js';
import type { CommandContext } from '../../command.js';
import { usageError } from '../../parseArguments.js';
import type { UsageError } from '../../parseArguments.js';
import type { PLAN_OPTIONS, VERIFY_OPTIONS } from './optionSpecs.js';

/** The part of a command's context that reads options of these names. */
type Reads<O extends { readonly name: string; readonly value?: string; readonly repeatable?: true }> = Pick<
  CommandContext<
    Exclude<O, { readonly value: string }>['name'],
    Extract<Exclude<O, { readonly repeatable: true }>, { readonly value: string }>['name'],
    Extract<O, { readonly repeatable: true }>['name']
  >,
  'flag' | 'value' | 'values' | 'path'
>;

/** The schema says which values an option takes. */
const CHOICES = schema.entries;

/** Reads the plan's options off the command line. */
export function migrationOptions(context: Reads<(typeof PLAN_OPTIONS)[number]>): Result<MigrationOptions, UsageError> {
  const site = context.path('site');
  if (site.isErr()) return err(site.error);
  const posture = oneOf('posture', context.value('posture'), CHOICES.posture.wrapped.options);
  const existing = oneOf('existing-state', context.value('existing-state'), CHOICES.existingState.wrapped.options);
  const dispatch = oneOf('dispatch', context.value('dispatch'), CHOICES.dispatch.wrapped.options);
  const lines = oneOf('privileged-lines', context.value('privileged-lines'), CHOICES.privilegedLines.wrapped.options);
  const secret = oneOf('private', context.value('private'), CHOICES.private.wrapped.options);
  const hold = seconds('hold', context.value('hold'));
  const whenIdle = seconds('when-idle', context.value('when-idle'));
  if (context.flag('now') && context.value('when-idle') !== undefined)
    return err(usageError('--now and --when-idle exclude each other'));
  for (const checked of [posture, existing, dispatch, lines, secret, hold, whenIdle]) {
    if (checked.isErr()) return err(checked.error);
  }
  const extra = context.values('migrate-extra');
  const units = context.values('unit');
  if (context.flag('all') && units.length > 0) return err(usageError('--all and --unit exclude each other'));
  return ok({
    ...given('unit', units.length === 1 ? units[0] : undefined),
    ...given('units', units.length > 1 ? units : undefined),
    ...given('all', context.flag('all') || undefined),
    ...given('user', context.value('user')),
    ...given('site', site.value),
    ...given('posture', posture.unwrapOr(undefined)),
    ...given('existingState', existing.unwrapOr(undefined)),
    ...given('dispatch', dispatch.unwrapOr(undefined)),
    ...given('private', secret.unwrapOr(undefined)),
    ...given('hold', hold.unwrapOr(undefined)),
    ...given('whenIdle', whenIdle.unwrapOr(undefined)),
    ...given('migrateExtra', extra.length === 0 ? undefined : extra),
    ...given('createUser', context.flag('create-user') || undefined),
    ...given('keepPaths', context.flag('keep-paths') || undefined),
    ...given('leaveUnsafe', context.flag('leave-unsafe') || undefined),
    ...given('allowUnprotectedHardlinks', context.flag('allow-unprotected-hardlinks') || undefined),
    ...given('crossMounts', context.flag('cross-mounts') || undefined),
    ...given('includeCore', context.flag('include-core') || undefined),
    ...given('privilegedLines', lines.unwrapOr(undefined)),
    ...given('allowPrivilegedLines', context.flag('allow-privileged-lines') || undefined),
    ...given('allowRestart', context.flag('allow-restart') || undefined),
    ...given('ownPrefix', context.flag('own-prefix') || undefined),
    ...given('acceptSharedUmask', context.flag('accept-shared-umask') || undefined),
    ...given('noFpmUmask', context.flag('no-fpm-umask') || undefined),
  });
}

/** Reads the verification's options off the command line. */
export function verificationOptions(
  context: Reads<(typeof VERIFY_OPTIONS)[number]>,
): Result<VerificationOptions, UsageError> {
  return seconds('wait-scheduled', context.value('wait-scheduled')).map((waitScheduled) => ({
    ...given('flow', context.value('flow')),
    ...given('waitScheduled', waitScheduled),
    ...given('wpUser', context.value('wp-user')),
    ...given('probeChannel', context.value('probe-channel')),
    ...given('probeUpdate', context.flag('probe-update') || undefined),
  }));
}

/** An option that was not given has no member at all: the digest of the plan covers the options as they are. */
function given<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  const found: { [key in K]?: V } = {};
  if (value !== undefined) found[key] = value;
  return found;
}

function oneOf<const T extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly T[],
): Result<T | undefined, UsageError> {
  const found = allowed.find((each) => each === value);
  return value === undefined || found !== undefined
    ? ok(found)
    : err(usageError(`--${name} is one of ${allowed.join(', ')}, found "${value.slice(0, 40)}"`));
}

function seconds(name: string, value: string | undefined): Result<number | undefined, UsageError> {
  if (value === undefined) return ok(undefined);
  return /^\d{1,5}$/.test(value)
    ? ok(Number(value))
    : err(usageError(`--${name} takes whole seconds, found "${value.slice(0, 40)}"`));
}
