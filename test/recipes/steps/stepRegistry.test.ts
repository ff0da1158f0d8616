import fc from 'fast-check';
import type { Result } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { isJsonObject } from '../../../src/recipes/engine/plan/json.js';
import type { Json, JsonObject } from '../../../src/recipes/engine/plan/json.js';
import { digestPlan } from '../../../src/recipes/engine/plan/digestPlan.js';
import { parsePlan } from '../../../src/recipes/engine/plan/parsePlan.js';
import { PLAN_FORMAT_VERSION } from '../../../src/recipes/engine/plan/plan.js';
import type { Plan } from '../../../src/recipes/engine/plan/plan.js';
import type { StepFailure } from '../../../src/recipes/engine/plan/step.js';
import { runFilesIn } from '../../../src/recipes/engine/journal/runFiles.js';
import { stepContext } from '../../../src/recipes/engine/run/stepContext.js';
import { stepRegistry } from '../../../src/recipes/steps/stepRegistry.js';

const REGISTRY = stepRegistry();
const CTX = stepContext(runFilesIn('/nowhere'), 'step');
const FILE = { bytes: '', mode: 0o644, uid: 0, gid: 0, within: '1' };
const PROCESSES = { paths: ['/x'], units: ['a.service'], graceSeconds: 1 };
const REQUEST = {
  user: 'a',
  group: 'a',
  oldUser: 'root',
  oldHomes: ['/root'],
  newHome: '/home/a',
  oldDataDir: '/root/.kimaki',
  newDataDir: '/home/a/.kimaki',
  binary: null,
  umask: '0002',
  moves: [{ from: '/a', to: '/b' }],
  dropIn: false,
  addArgs: ['--x'],
};
const REWRITE = { unit: 'a.service', path: '/etc/a', diff: '', request: REQUEST };
const HEALTH = { unit: 'a.service', user: 'a', umask: 2, watchSeconds: 15, ports: [1], stateDir: '/x' };
const PUT = {
  path: '/x',
  content: '',
  mode: 0o644,
  uid: 0,
  gid: 0,
  validate: 'none',
  createOnly: true,
  title: 't',
  why: 'w',
  diff: '',
};

/** Of every kind arguments with each field it knows, and a `before`. */
const VALID: Readonly<Record<string, { readonly args: JsonObject; readonly before: Json }>> = {
  'posix.createUser': {
    args: { name: 'a', home: '/home/a', shell: '/bin/sh', groups: ['b'] },
    before: { missing: true },
  },
  'posix.reclaim': {
    args: {
      root: '/x',
      from: 0,
      to: { user: 'a', group: 'b' },
      why: 'w',
      reader: 'a',
      exclude: ['.ssh'],
      groupWriteBelow: ['/x/y'],
      keptNames: true,
      crossMounts: true,
      allowUnprotectedHardlinks: true,
      leaveUnsafe: true,
      sweptAgain: true,
      mayBeGone: true,
    },
    before: { entries: 1 },
  },
  'posix.openToGroup': {
    args: {
      root: '/x',
      group: 'a',
      owners: ['b'],
      why: 'w',
      crossMounts: true,
      allowUnprotectedHardlinks: true,
      leaveUnsafe: true,
      openedAgain: true,
    },
    before: { entries: 1 },
  },
  'posix.putFile': { args: PUT, before: FILE },
  'kimaki.sudoers': { args: PUT, before: { bytes: null, within: '1' } },
  'posix.makeDirectory': {
    args: { path: '/x', mode: 0o755, uid: 0, gid: 0, title: 't', why: 'w' },
    before: { exists: false, within: '1' },
  },
  'systemd.recoveryUnit': {
    args: { path: '/etc/systemd/system/x.service', content: '', services: ['a.service'], installed: true },
    before: { installed: false },
  },
  'kimaki.verifyRewrite': { args: REWRITE, before: null },
  'kimaki.rewriteUnit': { args: REWRITE, before: FILE },
  'systemd.stopUnits': { args: { units: ['a.service'] }, before: { active: ['a.service'], dependents: ['b.service'] } },
  'posix.assertNoProcesses': { args: PROCESSES, before: null },
  'kimaki.keepPrograms': {
    args: {
      units: [{ name: 'a.service', files: ['/etc/a'] }],
      moves: [{ from: '/a', to: '/b' }],
      open: ['/x'],
    },
    before: null,
  },
  'posix.moveTree': {
    args: { from: '/a', to: '/b', why: 'w', placeIsTaken: true },
    before: { moved: false, within: { from: '1', to: '2' } },
  },
  'kimaki.statePaths': {
    args: { roots: ['/x'], oldHomes: ['/root'], moves: [{ from: '/a', to: '/b' }] },
    before: { places: 1 },
  },
  'wordpress.channelCommand': {
    args: { path: '/x', label: 'bridge:a', command: '/bin/a', from: '/bin/b', uid: 0, gid: 0, why: 'w' },
    before: FILE,
  },
  'posix.fileMode': {
    args: { directory: '/x', prefix: 'a-', mode: 0o644, why: 'w', allowUnprotectedHardlinks: true },
    before: { entries: 1 },
  },
  'systemd.startUnits': {
    args: {
      units: ['a.service'],
      start: ['a.service'],
      health: HEALTH,
      dependents: ['b.service'],
      noProcesses: PROCESSES,
    },
    before: null,
  },
  'systemd.serviceUmask': {
    args: { unit: 'a.service', umask: 2, path: '/x', content: '' },
    before: { file: null, directory: true },
  },
  'wordpress.composeAgents': { args: { site: '/x', user: 'a', gid: 0 }, before: FILE },
};

const KINDS = REGISTRY.kinds.map((name) => {
  const [kind, valid] = [REGISTRY.get(name), VALID[name]];
  if (kind === undefined || valid === undefined) throw new Error(`${name} has no example here`);
  return { name, kind, ...valid };
});

/** Fields of objects and places in lists, as paths: `['to', 'user']`, `['moves', 0, 'from']`. */
function placesIn(value: Json, at: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (Array.isArray(value))
    return value.flatMap((item: Json, index) => [[...at, index], ...placesIn(item, [...at, index])]);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [[...at, key], ...placesIn(item, [...at, key])]);
}

/** The value with what stands at a place exchanged; undefined takes the field away. */
function changed(
  value: Json,
  [key, ...rest]: readonly (string | number)[],
  change: (old: Json) => Json | undefined,
): Json {
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    return items.map((item, index) =>
      index === key ? (rest.length === 0 ? (change(item) ?? null) : changed(item, rest, change)) : item,
    );
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]): (readonly [string, Json])[] => {
      if (name !== key) return [[name, item]];
      if (rest.length > 0) return [[name, changed(item, rest, change)]];
      const next = change(item);
      return next === undefined ? [] : [[name, next]];
    }),
  );
}

const typeOf = (value: Json): string => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value);

/** Another type than the one that stands there, or one more level around it. */
const wrongFor = (old: Json): fc.Arbitrary<Json> =>
  fc
    .oneof(
      fc.constantFrom<Json>(null, {}, [], '', 7, true, [old], { value: old }),
      fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json),
    )
    .filter((value) => typeOf(value) !== typeOf(old));

/** May be null or absent, so that only another type is wrong there. */
const NULLABLE = new Set(['health', 'stateDir', 'binary']);
const OPTIONAL = new Set([
  ...['reader', 'exclude', 'groupWriteBelow', 'keptNames', 'crossMounts', 'allowUnprotectedHardlinks', 'leaveUnsafe'],
  ...['sweptAgain', 'mayBeGone', 'openedAgain', 'validate', 'createOnly', 'title', 'placeIsTaken'],
  ...['dependents', 'noProcesses', 'oldUser', 'addArgs'],
]);
const isOptional = (name: string, field: string): boolean =>
  OPTIONAL.has(field) ||
  (['why', 'diff'].includes(field) && ['posix.putFile', 'kimaki.sudoers', 'posix.makeDirectory'].includes(name));

async function codesOf(name: string, args: Json): Promise<readonly string[]> {
  const kind = REGISTRY.get(name);
  if (kind === undefined) return [];
  const { before = null } = VALID[name] ?? {};
  const results: readonly Result<unknown, StepFailure>[] = [
    kind.describe(args),
    await kind.check(args),
    await kind.apply(args, before, CTX),
    await kind.verify(args, CTX),
    await kind.undoable(args, before, CTX),
    await kind.undo(args, before, CTX),
    await kind.tidy(args),
    parsePlan(JSON.stringify(planWith(name, args)), REGISTRY),
  ];
  expect(kind.byHand(args, before, { id: 'x', journal: '/j', recordPath: () => '/r' })).toEqual([]);
  return results.map((result) =>
    result.match(
      () => 'ok',
      (error) => {
        expect(error.message).not.toContain('undefined');
        expect(error).toMatchObject({ kind: name, field: expect.stringMatching(/^args/) as string });
        return error.code;
      },
    ),
  );
}

function planWith(kind: string, args: Json): Plan {
  const body: Omit<Plan, 'digest'> = {
    formatVersion: PLAN_FORMAT_VERSION,
    recipe: 'r',
    toolVersion: '0',
    createdAt: '2026-01-02T03:04:05Z',
    host: { machineId: 'm', hostname: 'h' },
    facts: null,
    notices: [],
    steps: [{ id: 'x', kind, args, phase: 'before', title: 't', why: 'w', state: 'needed' }],
    changed: true,
  };
  return { ...body, digest: digestPlan(body) };
}

describe.each(KINDS)('$name', ({ name, kind, args, before }) => {
  it('takes arguments and a state of its own shape, and says what it does', () => {
    expect(kind.checkArgs(args).isOk()).toBe(true);
    expect(kind.checkBefore(before).isOk()).toBe(true);
    const described = kind.describe(args)._unsafeUnwrap();
    expect(described.title).toMatch(/^[A-Zt]/);
    expect(parsePlan(JSON.stringify(planWith(name, args)), REGISTRY).isOk()).toBe(true);
  });

  it.each([[{}], [null], [[]], ['x'], [7], [{ path: 7 }]] as readonly [Json][])(
    'refuses %j in every method and in a plan, naming kind and field',
    async (value) => {
      expect(new Set(await codesOf(name, value))).toEqual(new Set(['INVALID_STEP_DATA']));
    },
  );

  it('refuses arguments of which any field has another type, at any depth', async () => {
    const places = placesIn(args).filter((path) => !NULLABLE.has(String(path.at(-1))));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places).chain((path) => {
          const old = path.reduce<Json>((at, key) => (at as Record<string | number, Json>)[key] ?? null, args);
          return wrongFor(old).map((value) => changed(args, path, () => value));
        }),
        async (wrong) => {
          expect(new Set(await codesOf(name, wrong))).toEqual(new Set(['INVALID_STEP_DATA']));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('refuses arguments without a field that is required, or with one it does not know, at any depth', async () => {
    for (const path of placesIn(args)) {
      const field = path.at(-1);
      if (typeof field !== 'string') continue;
      const without = changed(args, path, () => undefined);
      if (!isOptional(name, field)) expect(await codesOf(name, without), path.join('.')).toContain('INVALID_STEP_DATA');
      else expect(kind.checkArgs(without).isOk(), path.join('.')).toBe(true);
      const above = path.slice(0, -1);
      for (const extra of ['extra', 'constructor', 'toString']) {
        const more = { [extra]: 1 };
        const wrong =
          above.length === 0
            ? { ...args, ...more }
            : changed(args, above, (old) => ({ ...(old as JsonObject), ...more }));
        expect(kind.checkArgs(wrong).isErr(), `${above.join('.')} with ${extra}`).toBe(true);
      }
    }
  });

  it('refuses a recorded state of any other shape', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 2 }), async (value) => {
        const found = JSON.parse(JSON.stringify(value)) as Json;
        if (kind.checkBefore(found).isOk()) return;
        const undone = await kind.undo(args, found, CTX);
        expect(undone.isErr() && undone.error.code).toBe('INVALID_STEP_DATA');
      }),
      { numRuns: 40 },
    );
    for (const wrong of [
      { entries: '1' },
      [],
      'x',
      { ...FILE, mode: -1 },
      { ...FILE, bytes: '?' },
      { ...FILE, extra: 1 },
    ])
      expect(kind.checkBefore(wrong).isErr(), JSON.stringify(wrong)).toBe(true);
  });
});

it('every kind that writes says where, and one that only looks or asks systemd does not', () => {
  const silent = KINDS.filter(({ kind, args }) => kind.writes(args).length === 0).map(({ name }) => name);
  expect(silent.sort()).toEqual([
    'kimaki.verifyRewrite',
    'posix.assertNoProcesses',
    'systemd.startUnits',
    'systemd.stopUnits',
  ]);
  for (const { kind, args } of KINDS) expect(kind.writes(args).filter((path) => !path.startsWith('/'))).toEqual([]);
});
