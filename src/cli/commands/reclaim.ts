import { errAsync, ok, okAsync } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import { lookupGroup, lookupUser } from '../../posix/accounts/index.js';
import { openChangeRecord, reclaim as reclaimTree } from '../../posix/sweeps/index.js';
import type { ChangeRecord } from '../../posix/sweeps/index.js';
import type { SweepReport } from '../../posix/handles/index.js';
import { defineCommand } from '../command.js';
import type { CliError } from '../command.js';
import type { Output } from '../createOutput.js';
import { EXIT } from '../exitCodes.js';
import { usageError } from '../parseArguments.js';
import { userId } from './owned.js';

export const reclaim = defineCommand({
  usage: ['PATH --from USER --to USER[:GROUP] [--group-write] [--record FILE] [--dry-run]'],
  options: [
    { name: 'from', value: 'USER', help: 'change only what this user owns (a name or a uid)' },
    { name: 'to', value: 'USER:GROUP', help: 'the new owner; without GROUP, the primary group of USER' },
    { name: 'group-write', help: 'also set the group write bit of every changed entry' },
    { name: 'record', value: 'FILE', help: 'record each change before it is made, for an undo' },
    { name: 'cross-mounts', help: 'also enter filesystems mounted below PATH' },
    { name: 'allow-unprotected-hardlinks', help: 'continue although fs.protected_hardlinks is off' },
    { name: 'dry-run', help: 'print what would be changed; changes nothing' },
  ],
  operands: { min: 1, max: 1 },
  notes: ['Exit status 0: every match was changed. 1: some were skipped, each with its reason.'],
  async run(context) {
    const { output } = context;
    const path = context.operandPath(0, 'PATH');
    if (path.isErr()) return context.fail(path.error);
    const recordPath = context.path('record');
    if (recordPath.isErr()) return context.fail(recordPath.error);
    const from = await context.required('from').asyncAndThen((user) => userId(user));
    if (from.isErr()) return context.fail(from.error);
    if (from.value === undefined) return context.fail(usageError('--from is missing'));
    const to = await context.required('to').asyncAndThen((owner) => newOwner(owner));
    if (to.isErr()) return context.fail(to.error);
    const dryRun = context.flag('dry-run');
    if (!dryRun && process.geteuid?.() !== 0) {
      return context.fail({
        code: 'NEEDS_ROOT',
        message: 'only root can change the owner of files; run it with sudo',
      });
    }

    const record = dryRun || recordPath.value === undefined ? ok(null) : await openChangeRecord(recordPath.value);
    if (record.isErr()) return context.fail(record.error);
    if (!dryRun && record.value === null) output.log('no --record was given, so this cannot be undone');
    const done = await reclaimTree(path.value, {
      from: from.value,
      to: to.value,
      dryRun,
      groupWrite: context.flag('group-write'),
      crossMounts: context.flag('cross-mounts'),
      unprotectedHardlinks: context.flag('allow-unprotected-hardlinks') ? 'allow' : 'refuse',
      signal: context.interruption(),
      ...(record.value === null ? {} : { sink: record.value }),
    });
    const closed = await close(record.value);
    if (done.isErr()) return context.fail(done.error);
    if (closed.isErr()) return context.fail(closed.error);
    render(output, done.value, dryRun);
    return done.value.complete || (dryRun && done.value.skipped.length === 0) ? EXIT.done : EXIT.no;
  },
});

/** `USER:GROUP`, or `USER` for that user's primary group. */
function newOwner(owner: string): ResultAsync<{ uid: number; gid: number }, CliError> {
  const [user = '', group, ...rest] = owner.split(':');
  if (user === '' || group === '' || rest.length > 0) {
    return errAsync(usageError('--to is USER or USER:GROUP'));
  }
  return lookupUser(user).andThen(({ uid, gid }): ResultAsync<{ uid: number; gid: number }, CliError> => {
    if (group === undefined) return okAsync({ uid, gid });
    return lookupGroup(group).map((found) => ({ uid, gid: found.gid }));
  });
}

async function close(record: ChangeRecord | null): Promise<Result<void, CliError>> {
  return record === null ? ok(undefined) : record.close();
}

function render(output: Output, report: SweepReport, dryRun: boolean): void {
  output.record(report);
  for (const { path, reason } of report.skipped) output.print(`skipped (${reason}): ${path}`);
  const done = dryRun ? `${report.wouldChange} would be changed` : `${report.changed} changed`;
  output.print(`${done}, ${report.skipped.length} skipped, ${report.examined} examined`);
}
