import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { SHARED_UMASK } from '../../kimaki/identity/index.js';
import { renderSudoHop } from '../../kimaki/dispatch/index.js';
import type { SudoHopError } from '../../kimaki/dispatch/index.js';
import { defaultHoldSeconds } from '../../systemd/watch/index.js';
import { fpmUmaskDropIn } from '../../wordpress/fpm/index.js';
import { fsChmodMuPlugin } from '../../wordpress/site/index.js';
import { hopSteps } from '../host/index.js';
import type { RecipeStep } from '../engine/index.js';
import { newFileDiff } from '../steps/index.js';
import type { HardenFacts } from './facts.js';

/**
 * The hardening of an install as data: the steps in order; pure.
 *
 * What a migration put in place is put in place again where an upgrade took it back. The service is stopped and started
 * only when its unit has to change or its process has another umask.
 *
 * Errors: an account or a path that cannot stand in a sudo rule.
 */
export function hardenSteps(facts: HardenFacts): Result<readonly RecipeStep[], SudoHopError> {
  const { dispatch, site } = facts;
  const hop =
    dispatch.strategy === 'sudo-hop'
      ? renderSudoHop({
          instance: facts.instance,
          callers: [site.user],
          serviceUser: facts.user,
          home: facts.home,
          dataDir: facts.dataDir,
          binary: dispatch.binary,
          lockPort: facts.lockPort,
        })
      : ok(null);
  if (hop.isErr()) return err(hop.error);
  return ok([
    ...fsChmod(facts),
    ...hopSteps(hop.value),
    // The channel's file gets its mode with its command; the sweep of modes would change it under that step's feet.
    ...channel(facts),
    ...muPluginModes(facts),
    ...upgradeUnit(facts),
    ...window(facts),
    ...fpmUmask(facts),
  ]);
}

function fsChmod({ site }: HardenFacts): RecipeStep[] {
  const { name, content } = fsChmodMuPlugin();
  const path = `${site.muPluginsDir}/${name}`;
  const why = 'WordPress takes the modes of what it writes from here; without it, it strips setgid and group write';
  const isThere = site.writable.includes(site.muPluginsDir);
  const directory: RecipeStep = {
    id: 'mu-plugins',
    kind: 'posix.makeDirectory',
    phase: 'before',
    args: { path: site.muPluginsDir, mode: 0o2775, uid: site.uid, gid: site.gid, why: 'a mu-plugin is put into it' },
  };
  const put: RecipeStep = {
    id: 'fs-chmod',
    kind: 'posix.putFile',
    phase: 'before',
    ...(isThere ? {} : { after: 'mu-plugins' }),
    args: {
      path,
      content,
      mode: 0o644,
      uid: site.uid,
      gid: site.gid,
      validate: 'php',
      why,
      diff: newFileDiff(path, content),
    },
  };
  return isThere ? [put] : [directory, put];
}

function muPluginModes({ site }: HardenFacts): RecipeStep[] {
  if (!site.writable.includes(site.muPluginsDir)) return [];
  const why = 'php-fpm must be able to read them, whatever umask their writer had';
  const args = { directory: site.muPluginsDir, prefix: 'wp-coding-agents-', mode: 0o644, why };
  return [{ id: 'mu-plugin-modes', kind: 'posix.fileMode', phase: 'before', args }];
}

function channel({ dispatch, site }: HardenFacts): RecipeStep[] {
  if (dispatch.file === null) return [];
  const { label, command, currentCommand, why } = dispatch;
  const args = {
    path: dispatch.file.path,
    label,
    command,
    from: currentCommand ?? '',
    uid: site.uid,
    gid: site.gid,
    why,
  };
  return [{ id: 'dispatch', kind: 'wordpress.channelCommand', phase: 'before', args }];
}

function upgradeUnit({ upgradeUnit: unit }: HardenFacts): RecipeStep[] {
  if (unit === null) return [];
  const why = 'the service may not upgrade itself: root does it with this, when the operator starts it';
  return [
    {
      id: 'upgrade-unit',
      kind: 'posix.putFile',
      phase: 'before',
      args: { ...unit, uid: 0, gid: 0, why, diff: newFileDiff(unit.path, unit.content) },
    },
  ];
}

/** The stop window, or nothing. */
function window(facts: HardenFacts): RecipeStep[] {
  const { unit, companions, activators, options } = facts;
  const touched = [...companions, unit].filter(({ edits, outdated }) => edits.length > 0 || outdated);
  if (touched.length === 0) return [];
  const edits = touched
    .flatMap((one) => one.edits)
    .map((args, index): RecipeStep => ({ id: `unit-${index + 1}`, kind: 'kimaki.rewriteUnit', phase: 'window', args }));
  const units = [...activators.map(({ name }) => name), ...touched.map(({ name }) => name)];
  const isStarted = touched.includes(unit) && unit.active;
  const health = {
    unit: unit.name,
    user: facts.user,
    umask: SHARED_UMASK,
    holdSeconds: options.hold ?? defaultHoldSeconds(facts.restartSeconds),
    ports: facts.listeningPorts,
    stateDir: null,
  };
  return [
    ...edits.map((step): RecipeStep => ({
      ...step,
      id: `${step.id}-verified`,
      kind: 'kimaki.verifyRewrite',
      phase: 'before',
    })),
    {
      id: 'hold',
      kind: 'systemd.holdUnits',
      phase: 'window',
      args: { units },
      until: 'start',
      undoNeeds: edits.map(({ id }) => id),
    },
    ...edits.map((step): RecipeStep => ({ ...step, undoNeeds: ['start'] })),
    {
      id: 'start',
      kind: 'systemd.releaseUnits',
      phase: 'window',
      after: 'hold',
      args: {
        units,
        start: [...activators, ...touched].filter(({ active }) => active).map(({ name }) => name),
        health: isStarted ? health : null,
      },
    },
  ];
}

function fpmUmask({ fpm, options }: HardenFacts): RecipeStep[] {
  const dropIn = fpm === null || options.noFpmUmask === true ? null : fpmUmaskDropIn(fpm.unit).unwrapOr(null);
  if (fpm === null || dropIn === null) return [];
  const args = { unit: fpm.unit, umask: SHARED_UMASK, path: dropIn.path, content: dropIn.content };
  return [{ id: 'fpm-umask', kind: 'systemd.serviceUmask', phase: 'after', args }];
}
