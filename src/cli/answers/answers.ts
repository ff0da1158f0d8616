import * as v from 'valibot';
import { planSchema } from '../../recipes/engine/index.js';

/** Describes a field or an answer for people. */
const told = <const T extends v.GenericSchema>(schema: T, description: string): T =>
  v.pipe(schema, v.description(description)) as unknown as T;

const version = { formatVersion: v.literal(1) };
const absolute = v.pipe(v.string(), v.regex(/^\//));
const text = v.pipe(v.string(), v.minLength(1));
const milliseconds = v.pipe(v.number(), v.minValue(0));
const line = v.pipe(v.number(), v.integer(), v.minValue(1));

const failure = v.looseObject({ code: v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]*$/)), message: v.string() });

/** What a command prints that fails. */
const error = v.looseObject({ ...version, error: failure });

/** What a schema file holds: its title, and the answers by name. */
export interface Answers {
  readonly title: string;
  readonly answers: Readonly<Record<string, v.GenericSchema>>;
}

const stepReport = v.looseObject({
  id: v.string(),
  title: v.string(),
  undo: v.string(),
  phase: v.picklist(['before', 'window', 'after']),
  state: v.picklist(['pending', 'satisfied', 'intended', 'applied', 'done', 'failed', 'undone', 'undo-failed']),
  durationMs: milliseconds,
  error: v.optional(failure),
  notes: v.optional(v.array(v.string())),
});

const remaining = v.array(v.looseObject({ id: v.string(), title: v.string(), message: v.string() }));

const checks = {
  ok: told(v.boolean(), 'No check is false.'),
  checks: v.array(
    v.looseObject({
      id: v.string(),
      point: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(9)),
      ok: told(v.nullable(v.boolean()), 'null: not checked; detail says why, and how to have it checked.'),
      detail: v.string(),
      unit: v.optional(told(v.string(), 'Whose migration it is about; only where several are verified together.')),
    }),
  ),
};

const { formatVersion, toolVersion, createdAt, host, changed, digest, steps } = planSchema.entries;

/** What `wca migrate-off-root` prints. */
const migrateOffRoot: Answers = {
  title: 'What wca migrate-off-root prints with --json',
  answers: {
    plan: v.looseObject({
      formatVersion,
      toolVersion,
      createdAt,
      host,
      changed,
      digest,
      recipe: v.literal('migrate-off-root'),
      facts: v.looseObject({}),
      notices: v.array(
        v.looseObject({
          kind: v.picklist([
            'subject',
            'together',
            'downtime',
            'restart',
            'size',
            'lost-ability',
            'left-behind',
            'warning',
          ]),
          text: v.string(),
        }),
      ),
      steps,
    }),
    apply: told(
      v.looseObject({
        ...version,
        runId: v.nullable(v.string()),
        changed: v.boolean(),
        failed: v.boolean(),
        rolledBack: v.boolean(),
        interrupted: v.boolean(),
        steps: v.array(stepReport),
        error: v.optional(v.looseObject({ error: failure })),
        remaining,
        verification: v.optional(v.looseObject(checks)),
        durationMs: milliseconds,
        downtimeMs: v.optional(v.nullable(milliseconds)),
      }),
      'apply and resume; resume has no downtimeMs.',
    ),
    verify: v.looseObject({ ...version, ...checks, runId: v.optional(v.never()) }),
    rollback: v.looseObject({
      ...version,
      runId: v.string(),
      dryRun: v.boolean(),
      changed: v.boolean(),
      outcome: v.picklist(['rolled-back', 'incomplete', 'interrupted', 'planned']),
      steps: v.array(stepReport),
      toUndo: v.array(v.string()),
      refusals: v.array(v.looseObject({ stepId: v.string(), title: v.string(), error: failure })),
      notes: v.array(v.string()),
      remaining,
      agents: told(
        v.array(v.looseObject({ unit: v.string(), ok: v.boolean(), detail: v.string() })),
        'Of what ran before the migration: whether it runs again as it did.',
      ),
      downtimeMs: v.nullable(milliseconds),
    }),
    status: v.looseObject({
      ...version,
      state: v.picklist(['none', 'interrupted', 'applied', 'rolled-back']),
      runId: v.optional(v.string()),
      startedAt: v.optional(v.string()),
      lastAt: v.optional(v.string()),
      steps: v.optional(v.array(stepReport)),
      journal: v.optional(v.string()),
      standing: v.optional(v.nullable(v.looseObject({ runId: v.string(), startedAt: v.string() }))),
      unit: told(v.nullable(v.string()), 'The system unit that carries a run out right now.'),
    }),
    error: v.looseObject({ ...error.entries, runId: v.optional(v.never()) }),
  },
};

/** What `wca detect` prints. */
const detect: Answers = {
  title: 'What wca detect prints with --json',
  answers: {
    identity: v.looseObject({
      ...version,
      serviceUser: text,
      serviceHome: absolute,
      runAsRoot: v.boolean(),
      dataDir: absolute,
      source: v.picklist(['local-mode', 'run-as-root', 'unit', 'default']),
      warnings: v.array(text),
    }),
    error,
  },
};

const label = v.pipe(v.string(), v.regex(/^(bridge|runtime):[a-z0-9][a-z0-9_.-]{0,63}$/));

/** What `wca block` prints. */
const block: Answers = {
  title: 'What wca block prints with --json',
  answers: {
    list: v.looseObject({
      ...version,
      blocks: told(
        v.array(
          v.looseObject({
            name: label,
            line: told(line, 'Of the BEGIN fence.'),
            endLine: told(line, 'Of the END fence.'),
          }),
        ),
        'In the order of the file.',
      ),
    }),
    get: v.looseObject({
      ...version,
      name: label,
      line,
      endLine: line,
      body: v.string(),
      bodyBase64: v.optional(told(v.string(), 'The exact bytes, where they are not UTF-8.')),
    }),
    change: told(
      v.looseObject({
        ...version,
        changed: told(v.boolean(), 'The bytes of the file have changed.'),
        created: v.boolean(),
        modeHealed: told(v.boolean(), 'The bytes were right already, and only the mode was changed.'),
      }),
      'put and remove.',
    ),
    error: v.looseObject({
      ...version,
      error: v.looseObject({
        ...failure.entries,
        line: v.optional(told(line, 'Of the file, or of the body that was refused.')),
      }),
    }),
  },
};

const strings = v.record(v.string(), v.string());

/** Its own members are not described further: a remedy may hold others. */
const remedy = v.looseObject({
  kind: v.picklist(['option', 'command', 'recipe', 'call', 'text', 'when', 'in-order', 'any-of']),
  option: v.optional(told(v.string(), "option: a member of the recipe's options.")),
  value: v.optional(told(v.union([v.string(), v.number()]), 'option: what to set it to.')),
  argv: v.optional(told(v.pipe(v.array(v.string()), v.minLength(1)), 'command')),
  recipe: v.optional(told(v.string(), 'recipe')),
  action: v.optional(told(v.string(), 'recipe')),
  options: v.optional(told(strings, 'recipe')),
  call: v.optional(told(v.string(), 'call: a function of this package.')),
  subject: v.optional(told(v.string(), 'call: a path, or the name of a unit.')),
  args: v.optional(told(strings, 'call')),
  text: v.optional(told(v.string(), 'text')),
  condition: v.optional(told(v.string(), 'when')),
  remedy: v.optional(told(v.looseObject({ kind: v.string() }), 'when')),
  remedies: v.optional(told(v.array(v.looseObject({ kind: v.string() })), 'in-order, any-of')),
});

/** What `wca doctor` prints. */
const doctor: Answers = {
  title: 'What wca doctor prints with --json',
  answers: {
    diagnosis: v.looseObject({
      ...version,
      ok: told(v.boolean(), 'No finding is broken. What was not checked does not count.'),
      subjects: v.pipe(
        v.array(
          v.looseObject({
            kind: v.picklist(['host', 'instance', 'site']),
            name: told(text, "The host's name, the instance's unit, or the root of the site."),
            path: told(v.nullable(absolute), 'The unit file, or the root of the site.'),
            lookedAt: told(v.pipe(v.array(text), v.minLength(1)), 'For people.'),
            findings: told(
              v.array(
                v.looseObject({
                  id: told(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/)), 'Stable; new ones may be added.'),
                  severity: told(
                    v.picklist(['broken', 'risk', 'note']),
                    'broken: something does not work today. risk: it will fail, or somebody can make it fail. note: worth knowing.',
                  ),
                  subject: told(text, 'The name of a unit or an account, or a path.'),
                  what: told(text, 'What was found; secrets redacted.'),
                  evidence: told(v.array(text), 'Where it can be seen: paths, and lines of files as path:line.'),
                  remedy,
                  fix: told(text, 'The remedy in words, as a person types or does it.'),
                }),
              ),
              'The most severe first.',
            ),
            notChecked: told(v.array(text), 'What could not be checked, or not completely, and why; for people.'),
          }),
        ),
        v.minLength(1),
      ),
    }),
    error,
  },
};

/** The answers of the commands, by the name of the file in `schema/` that describes them. */
export const ANSWERS: Readonly<Record<string, Answers>> = {
  'migrate-off-root': migrateOffRoot,
  detect,
  block,
  doctor,
};
