import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyPlan, createRegistry, eraseKind, makePlan, rollbackRun } from '../../src/recipes/index.js';
import type { Json, Plan, Registry, RunReport, StepContext, StepFailure, StepKind } from '../../src/recipes/index.js';
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
export function testStepKind<K extends string, A extends Json, B extends Json, E extends StepFailure>(
  name: string,
  kind: StepKind<K, A, B, E>,
  arrange: (dir: string) => StepCase<A> | Promise<StepCase<A>>,
): void {
  const registry = createRegistry([eraseKind(kind)]);
  const situation = async (): Promise<StepCase<A> & { readonly stateDir: string; readonly ctx: StepContext }> => {
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
    return { args, snapshot: () => rest.snapshot(), disturb: () => rest.disturb(), stateDir: join(state, 'wca'), ctx };
  };

  describe(`${kind.kind}: ${name}`, () => {
    test('planning changes nothing', async () => {
      const { args, snapshot } = await situation();
      const before = await snapshot();
      expect((await planOf(registry, kind.kind, args)).steps[0]?.state).toBe('needed');
      expect(await snapshot()).toBe(before);
    });

    test('the plan names what it does, and survives being written and read', async () => {
      const { args } = await situation();
      const [step] = (await planOf(registry, kind.kind, args)).steps;
      expect(step?.title).toMatch(/\S/);
      expect(step?.why).toMatch(/\S/);
      const read = JSON.parse(JSON.stringify(args)) as Json;
      expect(read).toEqual(args);
      expect(kind.isArgs?.(read) ?? true).toBe(true);
    });

    test('once applied it is satisfied, and satisfied it writes nothing', async () => {
      const { args, snapshot, stateDir } = await situation();
      expect(await apply(registry, stateDir, await planOf(registry, kind.kind, args))).toMatchObject({ changed: true });
      const after = await snapshot();
      const again = await planOf(registry, kind.kind, args);
      expect(again.steps[0]?.state).toBe('satisfied');
      expect(await apply(registry, stateDir, again)).toMatchObject({ changed: false, failed: false });
      expect(await snapshot()).toBe(after);
    });

    test('applied and undone, everything is as it was', async () => {
      const { args, snapshot, stateDir } = await situation();
      const before = await snapshot();
      expect(await apply(registry, stateDir, await planOf(registry, kind.kind, args))).toMatchObject({ failed: false });
      const back = await rollbackRun({ registry, stateDir });
      expect(back.isOk() && back.value.outcome).toBe('rolled-back');
      expect(await snapshot()).toBe(before);
    });

    test('undone twice is undone once, and undone before it began changes nothing', async () => {
      const { args, snapshot, ctx } = await situation();
      const before = await snapshot();
      const check = await kind.check(args);
      if (check.isErr() || check.value.state !== 'needed') throw new Error('nothing to do');
      expect(kind.isBefore?.(check.value.before) ?? true).toBe(true);
      expect((await kind.undo(args, check.value.before, ctx)).isOk()).toBe(true);
      expect(await snapshot()).toBe(before);
      expect((await kind.apply(args, check.value.before, ctx)).isOk()).toBe(true);
      expect((await kind.verify(args, ctx)).isOk()).toBe(true);
      expect((await kind.undo(args, check.value.before, ctx)).isOk()).toBe(true);
      expect((await kind.undo(args, check.value.before, ctx)).isOk()).toBe(true);
      expect(await snapshot()).toBe(before);
    });

    test('changed since the plan, it is refused and nothing is written', async () => {
      const { args, snapshot, disturb, stateDir } = await situation();
      const plan = await planOf(registry, kind.kind, args);
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
      expect((await kind.apply(args, check.value.before, ctx)).isErr()).toBe(true);
      expect(await snapshot()).toBe(disturbed);
    });
  });
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

async function planOf(registry: Registry, kind: string, args: Json): Promise<Plan> {
  const plan = await makePlan({
    recipe: 'harness',
    facts: null,
    notices: [],
    steps: [{ id: 'step', kind, args, phase: 'before' }],
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
