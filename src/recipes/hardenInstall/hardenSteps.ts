import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { SHARED_UMASK } from '../../kimaki/identity/index.js';
import { renderSudoHop } from '../../kimaki/dispatch/index.js';
import type { SudoHopError } from '../../kimaki/dispatch/index.js';
import { defaultWatchMs } from '../../systemd/watch/index.js';
import { fpmUmaskDropIn } from '../../wordpress/fpm/index.js';
import { fsChmodMuPlugin } from '../../wordpress/site/index.js';
import { channelSteps, hopSteps } from '../host/index.js';
import { step } from '../engine/index.js';
import type { RecipeStep } from '../engine/index.js';
import {
  fileModeStep,
  makeDirectoryStep,
  newFileDiff,
  putFileStep,
  rewriteUnitStep,
  serviceUmaskStep,
  startUnitsStep,
  stopUnitsStep,
  verifyRewriteStep,
} from '../steps/index.js';
import type { HardenFacts } from './facts.js';

/**
 * The hardening of an install as data: the steps in order; pure.
 *
 * What a migration set up is set up again where an upgrade removed it. The service is stopped and started only when its
 * unit has to change or its process has another umask.
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
          ...(dispatch.args === null ? {} : { args: dispatch.args }),
          lockPort: facts.lockPort,
        })
      : ok(null);
  if (hop.isErr()) return err(hop.error);
  return ok([
    ...fsChmod(facts),
    ...hopSteps(hop.value, 'before'),
    // The channel's file gets its mode with its command; the step that sets modes would change it before that.
    ...channelSteps(facts, 'before'),
    ...muPluginModes(facts),
    ...upgradeUnit(facts),
    ...window(facts),
    ...fpmUmask(facts),
  ]);
}

function fsChmod({ site }: HardenFacts): RecipeStep[] {
  const { name, content } = fsChmodMuPlugin();
  const path = `${site.muPluginsDir}/${name}`;
  const why = 'WordPress takes the modes of what it writes from here; without it, it removes setgid and group write';
  const directory = site.writable.includes(site.muPluginsDir)
    ? []
    : [
        step(makeDirectoryStep, {
          id: 'mu-plugins',
          phase: 'before',
          args: {
            path: site.muPluginsDir,
            mode: 0o2775,
            uid: site.uid,
            gid: site.gid,
            why: 'a mu-plugin is written into it',
          },
        }),
      ];
  const put = step(putFileStep, {
    id: 'fs-chmod',
    phase: 'before',
    after: directory[0],
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
  });
  return [...directory, put];
}

function muPluginModes({ site }: HardenFacts): RecipeStep[] {
  if (!site.writable.includes(site.muPluginsDir)) return [];
  const why = 'php-fpm must be able to read them, whatever umask they were written with';
  const args = { directory: site.muPluginsDir, prefix: 'wp-coding-agents-', mode: 0o644, keep: 0o020, why };
  return [step(fileModeStep, { id: 'mu-plugin-modes', phase: 'before', args })];
}

function upgradeUnit({ upgradeUnit: unit }: HardenFacts): RecipeStep[] {
  if (unit === null) return [];
  const why = 'the service may not upgrade itself: root does it with this unit, when the operator starts it';
  const args = { ...unit, uid: 0, gid: 0, why, diff: newFileDiff(unit.path, unit.content) };
  return [step(putFileStep, { id: 'upgrade-unit', phase: 'before', args })];
}

/** The stop window, or nothing. */
function window(facts: HardenFacts): RecipeStep[] {
  const { unit, companions, activators, options } = facts;
  const touched = [...companions, unit].filter(({ edits, outdated }) => edits.length > 0 || outdated);
  if (touched.length === 0) return [];
  const units = [...activators.map(({ name }) => name), ...touched.map(({ name }) => name)];
  const stop = step(stopUnitsStep, { id: 'stop', phase: 'window', args: { units } });
  const edits = touched
    .flatMap((one) => one.edits)
    .map((args, index) =>
      step(rewriteUnitStep, { id: `unit-${index + 1}`, phase: 'window', undoneBefore: [stop], args }),
    );
  const isStarted = touched.includes(unit) && unit.active;
  const health = {
    unit: unit.name,
    user: facts.user,
    umask: SHARED_UMASK,
    watchSeconds: options.hold ?? defaultWatchMs(facts.restartSeconds * 1_000_000) / 1000,
    ports: facts.listeningPorts,
    stateDir: null,
  };
  const start = step(startUnitsStep, {
    id: 'start',
    phase: 'window',
    after: stop,
    ends: [stop],
    undoneBefore: edits,
    args: {
      units,
      start: [...activators, ...touched].filter(({ active }) => active).map(({ name }) => name),
      health: isStarted ? health : null,
    },
  });
  return [
    ...edits.map(({ id, args }) => step(verifyRewriteStep, { id: `${id}-verified`, phase: 'before', args })),
    stop,
    ...edits,
    start,
  ];
}

function fpmUmask({ fpm, options }: HardenFacts): RecipeStep[] {
  const dropIn = fpm === null || options.noFpmUmask === true ? null : fpmUmaskDropIn(fpm.unit).unwrapOr(null);
  if (fpm === null || dropIn === null) return [];
  const args = { unit: fpm.unit, umask: SHARED_UMASK, path: dropIn.path, content: dropIn.content };
  return [step(serviceUmaskStep, { id: 'fpm-umask', phase: 'after', args })];
}
