import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultAsync } from 'neverthrow';
import { errAsync, okAsync } from 'neverthrow';
import * as v from 'valibot';
import { defineStep } from '../../src/recipes/engine/plan/defineStep.js';
import { createRegistry } from '../../src/recipes/engine/plan/registry.js';
import { step } from '../../src/recipes/engine/plan/step.js';
import { makePlan } from '../../src/recipes/engine/plan/makePlan.js';
import type { Json } from '../../src/recipes/engine/plan/json.js';
import type { Plan } from '../../src/recipes/engine/plan/plan.js';
import type { RecipeStep, StepFailure, StepKind } from '../../src/recipes/engine/plan/step.js';
import type { Registry } from '../../src/recipes/engine/plan/registry.js';

/** The recipe of every plan here that does not say otherwise. */
export const RECIPE = 'fake';
export const HOST = { machineId: 'machine-1', hostname: 'one' };
const STATE = 'state';

const putArgs = v.strictObject({ key: v.string(), value: v.string() });
const putBefore = v.strictObject({ value: v.nullable(v.string()) });

type PutArgs = v.InferOutput<typeof putArgs>;
type PutBefore = v.InferOutput<typeof putBefore>;

/** A host as it was at one instant, with how many records the journal had then. */
export interface Instant {
  readonly records: number;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * A host of keys and values that every act changes in two halves, and that remembers each instant.
 *
 * What a process killed at any instant would leave is one of these instants and the journal as long as it was then.
 */
export class FakeHost {
  values: Record<string, string>;
  readonly dir: string;
  readonly log: string[] = [];
  readonly instants: Instant[] = [];
  /** `apply:key`, `verify:key`, `undo:key`, `check:key`: these fail. */
  readonly failing = new Set<string>();
  /** Keys of what cannot be undone, forced or not. */
  readonly stuck = new Set<string>();
  /** Called at every change, before it. */
  onChange: (() => void) | undefined;

  constructor(dir: string, values: Record<string, string> = {}) {
    this.dir = dir;
    this.values = { ...values };
  }

  get stateDir(): string {
    return join(this.dir, STATE);
  }

  get registry(): Registry {
    return createRegistry([this.put('fake.put', false), this.put('fake.volatile', true)]);
  }

  /** The journal of the latest run, or null. */
  get journal(): string | null {
    const runs = join(this.stateDir, 'runs');
    const latest = existsSync(runs) ? readdirSync(runs).sort().at(-1) : undefined;
    return latest === undefined ? null : join(runs, latest, 'journal.jsonl');
  }

  get records(): readonly { readonly type: string; readonly id?: string }[] {
    const { journal } = this;
    if (journal === null || !existsSync(journal)) return [];
    const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as { type: string; id?: string });
  }

  set(key: string, value: string | null): void {
    this.onChange?.();
    const others = Object.entries(this.values).filter(([name]) => name !== key);
    this.values = Object.fromEntries(value === null ? others : [...others, [key, value]]);
    this.remember();
  }

  remember(): void {
    this.instants.push({ records: this.records.length, values: { ...this.values } });
  }

  plan(steps: readonly RecipeStep[], facts: Json = {}, recipe = RECIPE): Promise<Plan> {
    const request = { recipe, facts, notices: [], steps, host: HOST, toolVersion: '1.0.0' };
    return makePlan({ ...request, registry: this.registry, now: new Date('2026-01-02T03:04:05Z') }).match(
      (plan) => plan,
      (error) => {
        throw new Error(error.message);
      },
    );
  }

  private put(kind: string, volatile: boolean): StepKind<string, PutArgs, PutBefore> {
    const act = (name: string, { key }: PutArgs, change: () => void): ResultAsync<void, StepFailure> => {
      this.log.push(`${name} ${key}`);
      if (this.failing.has(`${name}:${key}`)) {
        return errAsync({ code: 'FAKE', message: `${name} of ${key} was told to fail` });
      }
      change();
      return okAsync(undefined);
    };
    return defineStep({
      kind,
      args: putArgs,
      before: putBefore,
      volatile,
      describe: ({ key, value }) => ({ title: `put ${key}`, why: `${key} must be ${value}` }),
      check: (args) => {
        const found = this.values[args.key] ?? null;
        if (this.failing.has(`check:${args.key}`)) return errAsync({ code: 'FAKE', message: `check of ${args.key}` });
        return okAsync(found === args.value ? { state: 'satisfied' } : { state: 'needed', before: { value: found } });
      },
      apply: (args, before) => {
        if ((this.values[args.key] ?? null) !== before.value) {
          return errAsync({ code: 'CHANGED', message: `${args.key} is not ${String(before.value)}` });
        }
        // The first half is done even by an act that fails.
        this.set(args.key, `half ${args.value}`);
        return act('apply', args, () => this.set(args.key, args.value));
      },
      verify: (args) => act('verify', args, () => undefined),
      undoable: (args, before, ctx) => {
        if (this.stuck.has(args.key)) return errAsync({ code: 'STUCK', message: `${args.key} is stuck` });
        return ctx.force ? okAsync(undefined) : this.mayUndo(args, before);
      },
      undo: (args, before, ctx) =>
        (ctx.force ? okAsync(undefined) : this.mayUndo(args, before)).andThen(() =>
          act('undo', args, () => {
            if ((this.values[args.key] ?? null) === before.value) return;
            this.set(args.key, `half undone ${args.value}`);
            this.set(args.key, before.value);
          }),
        ),
    });
  }

  private mayUndo({ key, value }: PutArgs, before: PutBefore): ResultAsync<void, StepFailure> {
    const found = this.values[key] ?? null;
    const ours = [value, `half ${value}`, `half undone ${value}`, before.value];
    if (ours.includes(found)) return okAsync(undefined);
    return errAsync({ code: 'EDITED', message: `${key} was edited to ${String(found)}` });
  }
}

/** What a test may say of a step besides; references are ids, right ones or wrong ones. */
type More = Partial<Pick<RecipeStep, 'id' | 'kind' | 'phase' | 'after' | 'ends' | 'undoneBefore'>>;

/** A step that puts `value` at `key`. */
export function put(key: string, value: string, more: More = {}): RecipeStep {
  const made = step({ kind: 'fake.put', args: putArgs }, { id: key, phase: 'before', args: { key, value } });
  return { ...made, ...more };
}
