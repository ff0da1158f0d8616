import { canonicalJson } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import { rewriteUnitStep, startUnitsStep } from '../../steps/index.js';

/**
 * The steps of several instances as one list, so that one run moves them and one rollback brings all of them back.
 *
 * What does the same for several is there once, at the first place that fits all, and is referred to by all; other steps get
 * the number of their instance before their id. Each instance's own order is kept within each phase; in the window no unit is
 * edited before the state and the owners of all of them are changed, and in a rollback none of these goes back before every
 * unit did. Pure.
 *
 * @param lists - of each instance its steps, as `migrationSteps` makes them for all of these together
 */
export function mergeSteps(lists: readonly (readonly RecipeStep[])[]): readonly RecipeStep[] {
  const [only] = lists;
  if (only === undefined || lists.length === 1) return only ?? [];
  const ids = newIds(lists);
  const renamed = lists.map((list, index) => list.map((one) => withIds(one, (id) => ids[index]?.get(id) ?? id)));
  return PHASES.flatMap((phase) => {
    const merged = inOneOrder(renamed.map((list) => list.filter((one) => one.phase === phase))).map((one) =>
      related(
        renamed.flat().filter(({ id }) => id === one.id),
        one,
      ),
    );
    return phase === 'window' ? editedLast(merged) : merged;
  });
}

const PHASES: readonly RecipeStep['phase'][] = ['before', 'window', 'after'];

/** Of each list, by the id that a step has in it, the id that it has in the one list. */
function newIds(lists: readonly (readonly RecipeStep[])[]): readonly ReadonlyMap<string, string>[] {
  const effects = lists.map(effectsOf);
  const named = new Map<string, string>();
  const taken = new Set<string>();
  return effects.map((list, index) => {
    const others = new Set(effects.filter((other) => other !== list).flatMap((other) => [...other.values()]));
    const ids = [...list].map(([id, effect]): [string, string] => {
      const own = others.has(effect) && !taken.has(id) ? id : `${index + 1}.${id}`;
      const name = named.get(effect) ?? own;
      named.set(effect, name);
      taken.add(name);
      return [id, name];
    });
    return new Map(ids);
  });
}

/** What tells the effect of each step of a list, by its id; one that a list has twice has two. */
function effectsOf(list: readonly RecipeStep[]): ReadonlyMap<string, string> {
  const times = new Map<string, number>();
  return new Map(
    list.map(({ id, kind, phase, args }) => {
      const effect = canonicalJson([kind, phase, args]);
      const time = (times.get(effect) ?? 0) + 1;
      times.set(effect, time);
      return [id, `${time} ${effect}`];
    }),
  );
}

function withIds(one: RecipeStep, rename: (id: string) => string): RecipeStep {
  return {
    ...one,
    id: rename(one.id),
    ...(one.after === undefined ? {} : { after: rename(one.after) }),
    ...(one.ends === undefined ? {} : { ends: one.ends.map(rename) }),
    ...(one.undoneBefore === undefined ? {} : { undoneBefore: one.undoneBefore.map(rename) }),
  };
}

/**
 * Lists as one that keeps the order of each; between two steps that several have, those of the first list come first. Where two
 * lists contradict each other, as with files that a unit names in another order, the first of them counts.
 */
function inOneOrder(lists: readonly (readonly RecipeStep[])[]): RecipeStep[] {
  const merged: RecipeStep[] = [];
  for (let rest = lists; ;) {
    const heads = rest.flatMap(([head]) => head ?? []);
    const isFree = ({ id }: RecipeStep): boolean => rest.every((list) => !list.slice(1).some((one) => one.id === id));
    const next = heads.find(isFree) ?? heads[0];
    if (next === undefined) return merged;
    merged.push(next);
    rest = rest.map((list) => list.filter(({ id }) => id !== next.id));
  }
}

/** A step that refers to what these refer to together. */
function related(same: readonly RecipeStep[], one: RecipeStep): RecipeStep {
  const ends = [...new Set(same.flatMap((other) => other.ends ?? []))];
  const undoneBefore = [...new Set(same.flatMap((other) => other.undoneBefore ?? []))];
  return {
    ...one,
    ...(ends.length === 0 ? {} : { ends }),
    ...(undoneBefore.length === 0 ? {} : { undoneBefore }),
  };
}

/** The window with the edits of all units behind everything but the start, each undone before whatever the others are. */
function editedLast(window: readonly RecipeStep[]): readonly RecipeStep[] {
  const edits = window.filter(({ kind }) => kind === rewriteUnitStep.kind);
  return [
    ...window.filter(({ kind }) => kind !== rewriteUnitStep.kind && kind !== startUnitsStep.kind),
    ...edits.map((one) => related(edits, one)),
    ...window.filter(({ kind }) => kind === startUnitsStep.kind),
  ];
}
