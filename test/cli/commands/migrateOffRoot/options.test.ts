import { describe, expect, test } from 'vitest';
import { defineCommand } from '../../../../src/cli/command.js';
import { PLAN_OPTIONS, VERIFY_OPTIONS } from '../../../../src/cli/commands/migrateOffRoot/optionSpecs.js';
import { migrationOptions, verificationOptions } from '../../../../src/cli/commands/migrateOffRoot/options.js';
import { runLine } from '../../harness.js';

/** A command that only says what it understood. */
const PROBE = defineCommand({
  usage: [''],
  options: [...PLAN_OPTIONS, ...VERIFY_OPTIONS],
  operands: { min: 0, max: 0 },
  async run(context) {
    const options = migrationOptions(context);
    if (options.isErr()) return context.fail(options.error);
    const verification = verificationOptions(context);
    if (verification.isErr()) return context.fail(verification.error);
    context.output.record({ options: options.value, verification: verification.value });
    return 0;
  },
});
const TABLE = [{ name: 'probe', summary: 'says what it understood', load: async () => PROBE }];

const run = (...args: readonly string[]) => runLine(['probe', '--json', ...args], TABLE);

async function understood(...args: readonly string[]): Promise<unknown> {
  const { exitCode, stdout } = await run(...args);
  expect(exitCode, stdout).toBe(0);
  return JSON.parse(stdout);
}

const only = (options: object, verification: object = {}) => ({ formatVersion: 1, options, verification });

describe('the options of migrate-off-root', () => {
  test('are nothing at all when nothing is given', async () => {
    expect(await understood()).toEqual(only({}));
  });

  test.each([
    [['--unit', 'kimaki-shop.service'], { unit: 'kimaki-shop.service' }],
    [['--unit', 'a', '--unit=b'], { units: ['a', 'b'] }],
    [['--all'], { all: true }],
    [['--user', 'agent'], { user: 'agent' }],
    [['--create-user'], { createUser: true }],
    [['--site', '/var/www/site'], { site: '/var/www/site' }],
    [['--posture', 'managed'], { posture: 'managed' }],
    [['--posture', 'engineering'], { posture: 'engineering' }],
    [['--migrate-extra', '.aws', '--migrate-extra=bin'], { migrateExtra: ['.aws', 'bin'] }],
    [['--existing-state', 'keep-source'], { existingState: 'keep-source' }],
    [['--existing-state', 'keep-target'], { existingState: 'keep-target' }],
    [['--existing-state', 'set-aside'], { existingState: 'set-aside' }],
    [['--keep-paths'], { keepPaths: true }],
    [['--dispatch', 'auto'], { dispatch: 'auto' }],
    [['--dispatch', 'system-binary'], { dispatch: 'system-binary' }],
    [['--dispatch', 'sudo-hop'], { dispatch: 'sudo-hop' }],
    [['--private', 'leave'], { private: 'leave' }],
    [['--private', 'reclaim'], { private: 'reclaim' }],
    [['--leave-unsafe'], { leaveUnsafe: true }],
    [['--allow-unprotected-hardlinks'], { allowUnprotectedHardlinks: true }],
    [['--cross-mounts'], { crossMounts: true }],
    [['--include-core'], { includeCore: true }],
    [['--privileged-lines', 'ignore-failure'], { privilegedLines: 'ignore-failure' }],
    [['--privileged-lines', 'keep'], { privilegedLines: 'keep' }],
    [['--privileged-lines', 'refuse'], { privilegedLines: 'refuse' }],
    [['--own-prefix'], { ownPrefix: true }],
    [['--allow-restart'], { allowRestart: true }],
    [['--allow-privileged-lines'], { allowPrivilegedLines: true }],
    [['--accept-shared-umask'], { acceptSharedUmask: true }],
    [['--no-fpm-umask'], { noFpmUmask: true }],
    [['--when-idle', '90'], { whenIdle: 90 }],
    [['--now'], {}],
    [['--hold', '0'], { hold: 0 }],
    [['--hold', '30'], { hold: 30 }],
  ])('%j is understood', async (args, options) => {
    expect(await understood(...args)).toEqual(only(options));
  });

  test.each([
    [['--flow', 'EC Agent Progress Ping'], { flow: 'EC Agent Progress Ping' }],
    [['--wait-scheduled', '120'], { waitScheduled: 120 }],
    [['--wp-user', 'admin'], { wpUser: 'admin' }],
    [['--probe-channel', '1234'], { probeChannel: '1234' }],
    [['--probe-update'], { probeUpdate: true }],
  ])('%j is for the verification alone', async (args, verification) => {
    expect(await understood(...args)).toEqual(only({}, verification));
  });

  test('all of them are covered here', async () => {
    const named = [...PLAN_OPTIONS, ...VERIFY_OPTIONS].map(({ name }) => name).sort();
    expect(named).toEqual([
      'accept-shared-umask',
      'all',
      'allow-privileged-lines',
      'allow-restart',
      'allow-unprotected-hardlinks',
      'create-user',
      'cross-mounts',
      'dispatch',
      'existing-state',
      'flow',
      'hold',
      'include-core',
      'keep-paths',
      'leave-unsafe',
      'migrate-extra',
      'no-fpm-umask',
      'now',
      'own-prefix',
      'posture',
      'private',
      'privileged-lines',
      'probe-channel',
      'probe-update',
      'site',
      'unit',
      'user',
      'wait-scheduled',
      'when-idle',
      'wp-user',
    ]);
  });

  test.each([
    [['--site', 'relative/path']],
    [['--site', '']],
    [['--posture', 'Managed']],
    [['--posture=']],
    [['--existing-state', 'merge']],
    [['--dispatch', 'ssh']],
    [['--private', 'yes']],
    [['--hold', '1.5']],
    [['--hold', '10s']],
    [['--hold', '123456']],
    [['--hold=']],
    [['--hold=-1']],
    [['--when-idle', 'never']],
    [['--when-idle', '60', '--now']],
    [['--wait-scheduled', '1e3']],
    [['--unit']],
    [['--unit', 'a', '--all']],
    [['--create-user=yes']],
    [['--no-such-option']],
    [['operand']],
  ])('%j is a wrong command line', async (args) => {
    const { exitCode, stdout } = await run(...args);
    expect(exitCode).toBe(64);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE' } });
  });
});
