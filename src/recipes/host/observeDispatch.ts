import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed, channelLabel, installRemedy, lockPortAfter, programPath } from '../../kimaki/bridges/index.js';
import type { Bridge } from '../../kimaki/bridges/index.js';
import { remedy } from '../../posix/findings/index.js';
import { resolveDispatch, sudoHopPaths, resolveDispatchBinary } from '../../kimaki/dispatch/index.js';
import { isInUse } from '../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import type { Reach } from '../../kimaki/dispatch/index.js';
import { showUnit } from '../../systemd/manager/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { explainAccess, resolveExecutable } from '../../posix/access/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../../wordpress/site/index.js';
import type { BinaryFacts, DispatchFacts, StateFacts } from './facts.js';
import type { Target } from './observeTarget.js';
import type { MigrationOptions } from './options.js';
import { readChannel } from './readChannel.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** What the decision depends on. */
type Around = {
  readonly site: Site;
  readonly web: Identity;
  readonly target: Target;
  readonly state: StateFacts;
  readonly binary: BinaryFacts;
  /** The other instances of this host. */
  readonly neighbours: readonly KimakiInstance[];
};

/** Decides how WordPress reaches the agent afterwards, by what its account will be able to open. */
export async function observeDispatch(
  options: MigrationOptions,
  instance: KimakiInstance,
  around: Around,
): Promise<Result<{ facts: DispatchFacts; warnings: readonly string[] }, MigrationRefusal>> {
  const { site, web, target, state, binary, neighbours } = around;
  const bridge = bridgeNamed(instance.bridge);
  const reach = await callerReach(instance, around);
  if (reach.isErr()) return err(reach.error);
  if (bridge.variables.sendTokenFile !== null && options.dispatch === 'sudo-hop') {
    const message = `${bridge.title} lets WordPress in by a token, so it needs no sudo hop`;
    return err(refusal('DISPATCH_IMPOSSIBLE', instance.unit, message, remedy.option('dispatch', 'auto')));
  }
  const sudo = await sudoThere();
  if (sudo.isErr()) return err(sudo.error);
  const plan = resolveDispatch({
    strategy: options.dispatch ?? 'auto',
    caller: web.user.name,
    serviceUser: target.facts.name,
    sharedBinary: { path: binary.path, reason: null },
    serviceBinary: { path: binary.path, reason: null },
    callerReachesData: reach.value,
    serviceReachesData: { allowed: true, blockedAt: null, reason: null },
    sudo: sudo.value,
    deliversOtherwise: bridge.variables.sendTokenFile !== null,
    hopCommand: sudoHopPaths(instance.name ?? '').wrapper,
  });
  if (plan.isErr()) return err(impossible(instance.unit, plan.error.message));
  const channel = await readChannel(site.muPluginsDir, instance, neighbours.filter(isInUse));
  if (channel.isErr()) return err(impossible(instance.unit, channel.error.message));
  const registered = channel.value;
  const environment = tokenEnvironment(instance, registered?.entry.env ?? {}, {
    dataDir: state.newDataDir,
    lockPort: lockPortAfter(instance, { home: state.newHome, dataDir: state.newDataDir }),
  });
  if (environment.isErr()) return err(environment.error);
  const { strategy, command, why } = plan.value;
  const hop = strategy === 'sudo-hop' ? await refuseFpmWithoutSudo(site.fpm?.unit ?? null) : ok(undefined);
  if (hop.isErr()) return err(hop.error);
  return ok({
    facts: {
      file:
        registered === null
          ? null
          : { path: registered.file, sha256: createHash('sha256').update(registered.bytes).digest('hex') },
      label: registered?.label ?? channelLabel(bridge, instance.name ?? ''),
      currentCommand: registered?.entry.command ?? null,
      args: registered?.entry.args ?? null,
      strategy,
      command,
      binary: plan.value.binary,
      environment: environment.value,
      why,
    },
    warnings: [
      ...(registered === null
        ? [
            `no mu-plugin in ${site.muPluginsDir} registers this instance as a channel, so WordPress sends it nothing; register ${command} by hand if it should`,
          ]
        : []),
      ...(strategy === 'sudo-hop'
        ? [
            `whoever controls PHP controls the agent: the sudo hop lets ${web.user.name} send any prompt to ${target.facts.name}, and sudo logs the prompts in the system journal`,
          ]
        : []),
    ],
  });
}

/**
 * The variables with which a program that sends by a token finds the running service; null for one that does not. Of the
 * entry's variables only these change: what a caller's HOME makes of the port must not depend on where the data is. Pure.
 */
export function tokenEnvironment(
  instance: Pick<KimakiInstance, 'bridge' | 'unit' | 'environment'>,
  env: Readonly<Record<string, string>>,
  after: { readonly dataDir: string; readonly lockPort: number | null },
): Result<Readonly<Record<string, string>> | null, MigrationRefusal> {
  const { dataDir, lockPort, sendTokenFile } = bridgeNamed(instance.bridge).variables;
  if (sendTokenFile === null) return ok(null);
  const file = instance.environment[sendTokenFile] ?? env[sendTokenFile];
  if (file === undefined) {
    const message = `${instance.unit} names no ${sendTokenFile}, so WordPress has no token to send with`;
    return err(impossible(instance.unit, message));
  }
  return ok({
    ...(env.HOME === undefined ? { HOME: '/tmp' } : {}),
    [sendTokenFile]: file,
    ...(dataDir === null ? {} : { [dataDir]: after.dataDir }),
    ...(lockPort === null || after.lockPort === null ? {} : { [lockPort]: String(after.lockPort) }),
  });
}

/** WordPress cannot reach the agent this way. */
export function impossible(unit: string, message: string): MigrationRefusal {
  const way = remedy.anyOf(remedy.text('repair what the message names'), remedy.option('dispatch'));
  return refusal('DISPATCH_IMPOSSIBLE', unit, message, way);
}

/** sudo refuses to run where new privileges are not allowed. Source: sudo(8), systemd.exec(5). */
async function refuseFpmWithoutSudo(unit: string | null): Promise<Result<void, MigrationRefusal>> {
  if (unit === null) return ok(undefined);
  const state = await showUnit(unit);
  if (state.isErr()) return err(cannotObserve(state.error));
  if (!state.value.noNewPrivileges) return ok(undefined);
  const message = `${unit} sets NoNewPrivileges=yes, or a setting that implies it, so PHP could not use the sudo hop`;
  const way = remedy.text(`take NoNewPrivileges= and what implies it out of ${unit}, and plan again`);
  return err(refusal('DISPATCH_IMPOSSIBLE', unit, message, way));
}

/** May the caller write in the data directory once it is in the new home? */
async function callerReach(
  instance: KimakiInstance,
  { web, target, state }: Around,
): Promise<Result<Reach, MigrationRefusal>> {
  const { home, homeMode } = target.facts;
  if (homeMode === null) return ok({ allowed: false, blockedAt: home, reason: 'a new home is 0750' });
  const explained = await explainAccess(home, web, 'traverse');
  if (explained.isErr()) return err(cannotObserve(explained.error));
  const { allowed, blockedAt } = explained.value;
  if (!allowed) {
    return ok({ allowed: false, blockedAt: blockedAt?.path ?? home, reason: blockedAt?.reason ?? `mode ${homeMode}` });
  }
  const stat = await lstat(instance.dataDir).catch(() => null);
  const open = stat !== null && (stat.mode & 0o003) === 0o003;
  return ok(
    open
      ? { allowed: true, blockedAt: null, reason: null }
      : { allowed: false, blockedAt: state.newDataDir, reason: `only ${target.facts.name} may write there` },
  );
}

async function sudoThere(): Promise<Result<{ available: boolean; reason: string | null }, MigrationRefusal>> {
  for (const name of ['sudo', 'visudo']) {
    const found = await resolveExecutable(name, [], { searchPath: TRUSTED_PATH });
    if (found.isErr()) return err(cannotObserve(found.error));
    if (found.value.path === null) return ok({ available: false, reason: `${name} is not installed` });
  }
  return ok({ available: true, reason: null });
}

/**
 * Finds the bridge's program outside all homes that the service user and WordPress can both execute, links and interpreters
 * included.
 *
 * An account that does not exist yet is in no group that would open anything to it, so only WordPress is asked then.
 */
export async function observeBinary(
  bridge: Bridge,
  service: Identity | null,
  web: Identity,
): Promise<Result<BinaryFacts, MigrationRefusal>> {
  const { program: name } = bridge;
  const identities = service === null ? [web] : [service, web];
  const found = await resolveDispatchBinary({ name, users: identities, searchPath: programPath(bridge) });
  if (found.isErr()) return err(cannotObserve(found.error));
  const { path, candidates } = found.value;
  if (path !== null) return ok({ name, path });
  const why = candidates.map(
    (each) => `${each.path}: ${each.reason ?? 'refused'}${each.blockedAt === null ? '' : ` at ${each.blockedAt}`}`,
  );
  const who = identities.map(({ user }) => user.name).join(' and ');
  const message =
    `no ${name} in ${bridge.programDir ?? 'the system prefix'} can be executed by ${who}` +
    (why.length === 0 ? '' : ` (${why.join('; ')})`);
  return err(refusal('BINARY_UNREACHABLE', name, message, installRemedy(bridge)));
}
