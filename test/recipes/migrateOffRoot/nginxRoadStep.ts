import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { applyPlan, createRegistry, makePlan, step } from '../../../src/recipes/engine/index.js';
import type { StepKind } from '../../../src/recipes/engine/index.js';
import { putFileStep } from '../../../src/recipes/steps/files/putFileStep.js';
import type { PutFileArgs } from '../../../src/recipes/steps/files/putFileStep.js';
import { fsChmodMuPlugin } from '../../../src/wordpress/site/fsChmodMuPlugin.js';
import { startRacer } from '../../posix/support/racer.js';

/** What became of the tries. */
export interface StepRoad {
  /** In which two exchanges or more were made between the check of the step and its act, or during the act. */
  tries: number;
  uncontested: number;
  wentThrough: number;
  /** The others, by the code with which they were refused. */
  refused: Record<string, number>;
  /** In which something of the target changed. */
  harmed: number;
}

/** A run that could not be undone, because the link was there, would keep the next one from being begun. */
const STATE = '/var/lib/wca-road';

/**
 * For a process in a host: plans and applies the one step that writes the `fs-chmod` mu-plugin, again and again, while
 * www-data exchanges its directory for a link to the target. Imported by the module that `nginxRoad.ts` writes.
 *
 * @public
 */
export async function attackStep(directory: string, link: string, target: string, wanted: number): Promise<StepRoad> {
  const { name, content } = fsChmodMuPlugin();
  mkdirSync('/run/road');
  const racer = startRacer('/run/road', [[directory, link]]);
  let exchangedAt = 0;
  let duringStep: number;
  /** The step itself, which also tells when it was checked last and when it has acted. */
  const watched: StepKind<'posix.putFile', PutFileArgs> = {
    ...putFileStep,
    check: (args) =>
      putFileStep.check(args).map((found) => {
        exchangedAt = racer.exchanges();
        return found;
      }),
    apply: (args, before, ctx) => {
      const count = (): void => {
        duringStep = racer.exchanges() - exchangedAt;
      };
      return putFileStep
        .apply(args, before as Parameters<typeof putFileStep.apply>[1], ctx)
        .map(count)
        .mapErr((error) => {
          count();
          return error;
        });
    },
  };
  const registry = createRegistry([watched]);
  const tally: StepRoad = { tries: 0, uncontested: 0, wentThrough: 0, refused: {}, harmed: 0 };
  const putBack = (): void => {
    if (!lstatSync(directory).isSymbolicLink()) return;
    renameSync(directory, `${link}-aside`);
    renameSync(link, directory);
    renameSync(`${link}-aside`, link);
  };
  const unharmed = stateOf(target);
  while (tally.tries < wanted && tally.uncontested < 20 * wanted) {
    racer.pause();
    putBack();
    rmSync(join(directory, name), { force: true });
    duringStep = 0;
    const args = { path: join(directory, name), content, mode: 0o644, uid: 33, gid: 33, validate: 'php' };
    const plan = await makePlan({
      recipe: 'road',
      facts: null,
      notices: [],
      steps: [step(watched, { id: 'fs-chmod', phase: 'before', args })],
      registry,
      host: { machineId: 'm', hostname: 'h' },
      toolVersion: '0',
      now: new Date(),
    });
    if (plan.isErr()) throw new Error(plan.error.message);
    racer.resume();
    const applied = await applyPlan({
      plan: plan.value,
      registry,
      stateDir: `${STATE}-${tally.tries + tally.uncontested}`,
    });
    if (duringStep >= 2) tally.tries += 1;
    else tally.uncontested += 1;
    const code = applied.isErr() ? applied.error.code : applied.value.error?.error.code;
    if (code === undefined) tally.wentThrough += 1;
    else tally.refused[code] = (tally.refused[code] ?? 0) + 1;
    if (stateOf(target) !== unharmed) tally.harmed += 1;
  }
  await racer.stop();
  putBack();
  return tally;
}

/** Everything in a directory, and the directory itself. */
function stateOf(directory: string): string {
  const paths = [directory, ...readdirSync(directory).map((name) => join(directory, name))].sort();
  return JSON.stringify(
    paths.map((path) => {
      const { uid, gid, mode, mtimeMs } = lstatSync(path);
      return [path, uid, gid, mode, mtimeMs];
    }),
  );
}
