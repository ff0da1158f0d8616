import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { MigrationOptions, VerificationOptions } from '../../../recipes/host/index.js';
import type { CommandContext } from '../../command.js';
import { usageError } from '../../parseArguments.js';
import type { UsageError } from '../../parseArguments.js';

/** What decides about a plan. */
export const PLAN_OPTIONS = [
  { name: 'unit', value: 'UNIT', help: 'the unit to move, where there are several' },
  { name: 'user', value: 'USER', help: 'the account to move it to (default: opencode)' },
  { name: 'create-user', help: 'make the account when it is missing' },
  { name: 'site', value: 'PATH', help: 'the WordPress root, where the unit does not name it' },
  { name: 'posture', value: 'managed|engineering', help: 'move runtime state only (default), or toolchains too' },
  { name: 'migrate-extra', value: 'PATH', repeatable: true, help: 'also move this, relative to the old home' },
  {
    name: 'existing-state',
    value: 'keep-source|keep-target|set-aside',
    help: 'where both homes hold state: keep-source (= set-aside) or keep-target',
  },
  { name: 'rewrite-paths', help: 'let paths inside the state that lead to the old home follow the move' },
  { name: 'dispatch', value: 'auto|system-binary|sudo-hop', help: 'how WordPress reaches the agent' },
  { name: 'private', value: 'leave|reclaim', help: 'files WordPress could not read before (default: leave)' },
  { name: 'leave-unsafe', help: 'list and leave files that cannot safely change hands' },
  { name: 'allow-unprotected-hardlinks', help: 'go on although fs.protected_hardlinks is off' },
  { name: 'cross-mounts', help: 'enter filesystems mounted below the site' },
  { name: 'include-core', help: 'take root-owned WordPress core files too' },
  { name: 'allow-privileged-lines', help: 'go on although the unit has +, ! or !! lines' },
  { name: 'accept-shared-umask', help: "accept that php-fpm's other pools get the umask too" },
  { name: 'no-fpm-umask', help: "leave php-fpm's umask alone" },
  {
    name: 'when-idle',
    value: 'SECONDS',
    help: 'before the first change, wait that long for a moment in which the service does nothing',
  },
  { name: 'now', help: 'do not wait for such a moment (default)' },
  { name: 'hold', value: 'SECONDS', help: 'how long the new service must hold (default: max(2 x RestartSec, 15))' },
] as const;

/** What verification may do that others notice. */
export const VERIFY_OPTIONS = [
  { name: 'flow', value: 'NAME', help: 'fire this flow by hand and wait for its job' },
  { name: 'wait-scheduled', value: 'SECONDS', help: 'wait that long for WP-Cron to fire it' },
  { name: 'probe-channel', value: 'ID', help: 'send a marked message to this channel and see it arrive' },
  { name: 'probe-update', help: 'install and update a throw-away plugin' },
] as const;

/** The part of a command's context that reads options of these names. */
type Reads<O extends { readonly name: string; readonly value?: string; readonly repeatable?: true }> = Pick<
  CommandContext<
    Exclude<O, { readonly value: string }>['name'],
    Extract<Exclude<O, { readonly repeatable: true }>, { readonly value: string }>['name'],
    Extract<O, { readonly repeatable: true }>['name']
  >,
  'flag' | 'value' | 'values' | 'path'
>;

/** Reads the plan's options off the command line. */
export function migrationOptions(context: Reads<(typeof PLAN_OPTIONS)[number]>): Result<MigrationOptions, UsageError> {
  const site = context.path('site');
  if (site.isErr()) return err(site.error);
  const posture = oneOf('posture', context.value('posture'), ['managed', 'engineering']);
  const existing = oneOf('existing-state', context.value('existing-state'), [
    'keep-source',
    'keep-target',
    'set-aside',
  ]);
  const dispatch = oneOf('dispatch', context.value('dispatch'), ['auto', 'system-binary', 'sudo-hop']);
  const secret = oneOf('private', context.value('private'), ['leave', 'reclaim']);
  const hold = seconds('hold', context.value('hold'));
  const whenIdle = seconds('when-idle', context.value('when-idle'));
  if (context.flag('now') && context.value('when-idle') !== undefined)
    return err(usageError('--now and --when-idle exclude each other'));
  for (const checked of [posture, existing, dispatch, secret, hold, whenIdle]) {
    if (checked.isErr()) return err(checked.error);
  }
  const extra = context.values('migrate-extra');
  return ok({
    ...given('unit', context.value('unit')),
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
    ...given('rewritePaths', context.flag('rewrite-paths') || undefined),
    ...given('leaveUnsafe', context.flag('leave-unsafe') || undefined),
    ...given('allowUnprotectedHardlinks', context.flag('allow-unprotected-hardlinks') || undefined),
    ...given('crossMounts', context.flag('cross-mounts') || undefined),
    ...given('includeCore', context.flag('include-core') || undefined),
    ...given('allowPrivilegedLines', context.flag('allow-privileged-lines') || undefined),
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
    ...given('probeChannel', context.value('probe-channel')),
    ...given('probeUpdate', context.flag('probe-update') || undefined),
  }));
}

/** What was not given is not there at all: that is what the plan's digest is made of. */
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
