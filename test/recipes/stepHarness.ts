import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyPlan } from '../../src/recipes/engine/run/applyPlan.js';
import { createRegistry } from '../../src/recipes/engine/plan/registry.js';
import { makePlan } from '../../src/recipes/engine/plan/makePlan.js';
import { rollbackRun } from '../../src/recipes/engine/run/rollbackRun.js';
import type { Json } from '../../src/recipes/engine/plan/json.js';
import type { Plan } from '../../src/recipes/engine/plan/plan.js';
import type { Registry } from '../../src/recipes/engine/plan/registry.js';
import type { RunReport } from '../../src/recipes/engine/run/runReport.js';
import { step } from '../../src/recipes/engine/plan/step.js';
import type { StepContext, StepKind } from '../../src/recipes/engine/plan/step.js';
import { hookChanges } from '../lab/faults/hook.mjs';
import { tempDir } from './tempDir.js';

/** One situation in which a step has something to do. */
export interface StepCase<A extends Json> {
  readonly args: A;
  /** All that the step could touch, as text; see {@link snapshotTree}. */
  readonly snapshot: () => string | Promise<string>;
  /** Someone else changes what the step's `before` rests on. */
  readonly disturb: () => void | Promise<void>;
}

/**
 * The tests every step kind has to pass, whatever it does.
 *
 * @param arrange - makes the situation anew in an empty directory, for every test
 */
export function testStepKind<K extends string, A extends Json, B extends Json>(
  name: string,
  kind: StepKind<K, A, B>,
  arrange: (dir: string) => StepCase<A> | Promise<StepCase<A>>,
): void {
  const registry = createRegistry([kind]);
  const situation = async (): Promise<Situation<A>> => {
    const [place, state] = [tempDir(), tempDir()];
    const records = join(state, 'records');
    mkdirSync(records);
    const ctx: StepContext = {
      runDir: state,
      recordPath: (record) => join(records, `step_${record}`),
      progress: () => undefined,
      signal: new AbortController().signal,
      force: false,
    };
    const { args, ...rest } = await arrange(place);
    return {
      args,
      place,
      snapshot: () => rest.snapshot(),
      disturb: () => rest.disturb(),
      stateDir: join(state, 'wca'),
      ctx,
    };
  };

  describe(`${kind.kind}: ${name}`, () => {
    test('planning changes nothing', async () => {
      const { args, snapshot } = await situation();
      const before = await snapshot();
      expect((await planOf(registry, kind, args)).steps[0]?.state).toBe('needed');
      expect(await snapshot()).toBe(before);
    });

    test('the plan names what it does, and survives being written and read', async () => {
      const { args } = await situation();
      const [step] = (await planOf(registry, kind, args)).steps;
      expect(step?.title).toMatch(/\S/);
      expect(step?.why).toMatch(/\S/);
      const read = JSON.parse(JSON.stringify(args)) as Json;
      expect(read).toEqual(args);
      expect(kind.checkArgs(read).isOk()).toBe(true);
    });

    test('once applied it is satisfied, and satisfied it writes nothing', async () => {
      const { args, snapshot, stateDir } = await situation();
      expect(await apply(registry, stateDir, await planOf(registry, kind, args))).toMatchObject({ changed: true });
      const after = await snapshot();
      const again = await planOf(registry, kind, args);
      expect(again.steps[0]?.state).toBe('satisfied');
      expect(await apply(registry, stateDir, again)).toMatchObject({ changed: false, failed: false });
      expect(await snapshot()).toBe(after);
    });

    test('applied and undone, everything is as it was', async () => {
      const { args, snapshot, stateDir } = await situation();
      const before = await snapshot();
      expect(await apply(registry, stateDir, await planOf(registry, kind, args))).toMatchObject({ failed: false });
      const back = await rollbackRun({ recipe: 'harness', registry, stateDir });
      expect(back).toBeOk(expect.objectContaining({ outcome: 'rolled-back' }));
      expect(await snapshot()).toBe(before);
    });

    test('undone twice is undone once, and undone before it began changes nothing', async () => {
      const { args, snapshot, ctx } = await situation();
      const before = await snapshot();
      const check = await kind.check(args);
      if (check.isErr() || check.value.state !== 'needed') throw new Error('nothing to do');
      expect(kind.checkBefore(check.value.before)).toBeOk();
      expect(await kind.undo(args, check.value.before, ctx)).toBeOk();
      expect(await snapshot()).toBe(before);
      expect(await kind.apply(args, check.value.before, ctx)).toBeOk();
      expect(await kind.verify(args, ctx)).toBeOk();
      expect(await kind.undo(args, check.value.before, ctx)).toBeOk();
      expect(await kind.undo(args, check.value.before, ctx)).toBeOk();
      expect(await snapshot()).toBe(before);
    });

    test('killed at any change it makes, nothing is lost: settled and done again it is done, undone all is as it was', async () => {
      const instants = await changesOf(situation, kind);
      expect(instants).toBeGreaterThan(0);
      for (let at = 1; at <= instants; at++) {
        for (const way of ['forward', 'back'] as const) {
          const { args, snapshot, place, ctx } = await situation();
          const before = await snapshot();
          const found = await neededBefore(kind, args);
          await killedAt(at, async () => (await kind.apply(args, found, ctx)).isOk());
          disown(place);
          if (way === 'forward') await settle(kind, args, found, ctx);
          expect((await kind.tidy(args)).isErr()).toBe(false);
          const undone = await kind.undo(args, found, ctx);
          expect(undone, `killed at change ${at}, ${way}`).toBeOk();
          expect(await snapshot(), `killed at change ${at}, ${way}`).toBe(before);
        }
      }
    });

    test('changed since the plan, it is refused and nothing is written', async () => {
      const { args, snapshot, disturb, stateDir } = await situation();
      const plan = await planOf(registry, kind, args);
      await disturb();
      const disturbed = await snapshot();
      const result = await applyPlan({ plan, registry, stateDir });
      expect(result.isErr() && result.error.code).toMatch(/^(CHANGED_SINCE_PLAN|STEP_CHECK_FAILED)$/);
      expect(await snapshot()).toBe(disturbed);
    });

    test('changed between check and act, it is refused by the act itself', async () => {
      const { args, snapshot, disturb, ctx } = await situation();
      const check = await kind.check(args);
      if (check.isErr() || check.value.state !== 'needed') throw new Error('nothing to do');
      await disturb();
      const disturbed = await snapshot();
      expect(await kind.apply(args, check.value.before, ctx)).toBeErr();
      expect(await snapshot()).toBe(disturbed);
    });
  });
}

interface Situation<A extends Json> extends StepCase<A> {
  /** Where it was arranged. */
  readonly place: string;
  readonly stateDir: string;
  readonly ctx: StepContext;
}

async function neededBefore<A extends Json, B extends Json>(
  kind: Pick<StepKind<string, A, B>, 'check'>,
  args: A,
): Promise<B> {
  const check = await kind.check(args);
  if (check.isErr() || check.value.state !== 'needed') throw new Error('nothing to do');
  return check.value.before;
}

/** How many changes an act makes that nobody kills. */
async function changesOf<A extends Json, B extends Json>(
  situation: () => Promise<Situation<A>>,
  kind: StepKind<string, A, B>,
): Promise<number> {
  const { args, ctx } = await situation();
  const found = await neededBefore(kind, args);
  let count = 0;
  const unhook = hookChanges(({ durable }) => {
    if (!durable) count += 1;
  });
  try {
    expect(await kind.apply(args, found, ctx)).toBeOk();
  } finally {
    unhook();
  }
  return count;
}

/** Runs an act that dies before its change number `at`: from then on nothing of it has an effect or comes back. */
async function killedAt(at: number, act: () => Promise<unknown>): Promise<void> {
  let count = 0;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const unhook = hookChanges(({ durable }) => {
    if (!durable) count += 1;
    if (count < at) return undefined;
    die();
    throw new Error('this process is dead');
  });
  try {
    await Promise.race([died, act()]);
    // What it still does after its death, closing handles and giving up, has no effect.
    await new Promise((resolve) => setTimeout(resolve, 5));
  } finally {
    unhook();
  }
}

/** What is being made bears the pid of its maker, who is still alive here. */
function disown(place: string): void {
  for (const name of readdirSync(place, { recursive: true, encoding: 'utf8' })) {
    const path = join(place, name);
    if (path.includes(`.wca-${process.pid}-`)) renameSync(path, path.replace(`.wca-${process.pid}-`, `.wca-${GONE}-`));
  }
}

/** Above every pid. Source: proc(5), pid_max. */
const GONE = 4_194_305;

/** What a resumed run does with a half-done step. */
async function settle<A extends Json, B extends Json>(
  kind: StepKind<string, A, B>,
  args: A,
  before: B,
  ctx: StepContext,
): Promise<void> {
  expect((await kind.tidy(args)).isErr()).toBe(false);
  const check = await kind.check(args);
  const isDone = check.isOk() && check.value.state === 'satisfied' && (await kind.verify(args, ctx)).isOk();
  if (isDone) return;
  expect(await kind.undo(args, before, ctx)).toBeOk();
  const again = await neededBefore(kind, args);
  const applied = await kind.apply(args, again, ctx);
  expect(applied).toBeOk();
  expect(await kind.verify(args, ctx)).toBeOk();
}

/** Everything below a directory: type, mode, owner, content or target, and of files the time of their content. */
export function snapshotTree(root: string): string {
  const lines: string[] = [];
  const walk = (path: string): void => {
    const stat = lstatSync(path, { bigint: true });
    const about: unknown[] = [path.slice(root.length) || '/', stat.mode.toString(8), stat.uid, stat.gid];
    if (stat.isSymbolicLink()) about.push(readlinkSync(path));
    if (stat.isFile()) about.push(stat.mtimeNs, digest(path));
    lines.push(about.join(' '));
    if (stat.isDirectory()) for (const name of readdirSync(path).sort()) walk(join(path, name));
  };
  walk(root);
  return lines.join('\n');
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

async function planOf<A extends Json>(registry: Registry, kind: StepKind<string, A>, args: A): Promise<Plan> {
  const plan = await makePlan({
    recipe: 'harness',
    facts: null,
    notices: [],
    steps: [step(kind, { id: 'step', args, phase: 'before' })],
    registry,
    host: { machineId: 'm', hostname: 'h' },
    toolVersion: '0',
    now: new Date(),
  });
  if (plan.isErr()) throw new Error(plan.error.message);
  return plan.value;
}

async function apply(registry: Registry, stateDir: string, plan: Plan): Promise<RunReport> {
  const report = await applyPlan({ plan, registry, stateDir });
  if (report.isErr()) throw new Error(report.error.message);
  return report.value;
}
