import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { toldText } from '../../../posix/secrets/index.js';
import type { JournalError } from '../journal/journalError.js';
import { Journal } from '../journal/journal.js';
import { JOURNAL_FORMAT_VERSION } from '../journal/journalRecord.js';
import type { RecordBody, StartRecord } from '../journal/journalRecord.js';
import type { Json } from '../plan/json.js';
import type { Plan, PlannedStep } from '../plan/plan.js';
import type { OnRunEvent, RunEvent } from './runEvent.js';
import { runFilesIn } from '../journal/runFiles.js';
import type { RunFiles } from '../journal/runFiles.js';
import { advance, beginState } from '../journal/journalState.js';
import type { JournalState, StepState } from '../journal/journalState.js';
import { createRun } from '../journal/runStore.js';
import type { StoredRun } from '../journal/runStore.js';
import type { StepContext } from '../plan/step.js';
import { stepContext } from './stepContext.js';
import type { StepContextOptions } from './stepContext.js';
import type { BoundStep } from '../plan/validateSteps.js';

/** What a session needs besides the run itself. */
export interface SessionOptions {
  readonly stateDir: string;
  /** The plan's steps with what carries them out. */
  readonly steps: readonly BoundStep<PlannedStep>[];
  readonly onEvent?: OnRunEvent | undefined;
  readonly now?: (() => Date) | undefined;
  /** Directories in which undo may have to write. */
  readonly reserveIn?: readonly string[] | undefined;
}

/**
 * One run while this process carries it on: its state, and the journal that state is read from.
 *
 * State changes only by records, so that what is in memory is what a later process would read. A new run gets its
 * directory with its first intent: a run that finds everything satisfied leaves none, and the run before stays the latest.
 */
export class RunSession {
  readonly steps: readonly BoundStep<PlannedStep>[];
  readonly #options: SessionOptions;
  readonly #waiting: (readonly [RecordBody, Date])[] = [];
  /** Records that could not be written yet: what the state already says. */
  readonly #unwritten: (readonly [RecordBody, Date])[] = [];
  readonly #startedAt = performance.now();
  #state: JournalState;
  #files: RunFiles | null;
  #journal: Journal | null;

  private constructor(
    options: SessionOptions,
    state: JournalState,
    stored: { files: RunFiles; journal: Journal } | null,
  ) {
    this.steps = options.steps;
    this.#options = options;
    this.#state = state;
    this.#files = stored?.files ?? null;
    this.#journal = stored?.journal ?? null;
  }

  /** A run that has not begun: nothing is written yet, and its id is free for it. */
  static begin(runId: string, plan: Plan, runOptions: Json, options: SessionOptions): RunSession {
    const start: StartRecord = {
      type: 'run-started',
      formatVersion: JOURNAL_FORMAT_VERSION,
      runId,
      plan,
      options: runOptions,
    };
    const session = new RunSession(options, beginState({ n: 1, at: nowOf(options).toISOString(), ...start }), null);
    session.#waiting.push([start, new Date(session.#state.startedAt)]);
    return session;
  }

  /** A run that an earlier process left. */
  static async reopen(stored: StoredRun, options: SessionOptions): Promise<Result<RunSession, JournalError>> {
    const opened = await Journal.open(stored.files);
    return opened.map(({ journal }) => new RunSession(options, stored.state, { files: stored.files, journal }));
  }

  get state(): JournalState {
    return this.#state;
  }

  /** Null before the first intent. */
  get files(): RunFiles | null {
    return this.#files;
  }

  /** Whether anything on the host may be other than before the run. */
  get hasChanges(): boolean {
    return [...this.#state.steps.values()].some(({ intent }) => intent !== null);
  }

  /** Milliseconds since this process took the run up. */
  get elapsedMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  stepState(id: string): StepState {
    const found = this.#state.steps.get(id);
    if (found === undefined) throw new Error(`no step ${id} in its own plan`);
    return found;
  }

  /** Makes one record durable and the state what it says; neither happens when it cannot be written. */
  async record(body: RecordBody): Promise<Result<void, JournalError>> {
    const at = nowOf(this.#options);
    if (this.#journal === null) {
      if (body.type !== 'step-intended') {
        this.#waiting.push([body, at]);
        this.#advance(body, at);
        return ok(undefined);
      }
      const created = await this.#create(body, at);
      return created.map(() => this.#advance(body, at));
    }
    const written = await this.#writeAll(this.#journal, [...this.#unwritten, [body, at]]);
    return written.map(() => this.#advance(body, at));
  }

  /**
   * The same, but continues without this record where it cannot be written: a failure stays one, and undo is idempotent.
   * Writing it is tried again before the next record. Returns what went wrong.
   */
  async recordAnyway(body: RecordBody): Promise<JournalError | null> {
    const at = nowOf(this.#options);
    const written = await this.record(body);
    if (written.isOk()) return null;
    this.#unwritten.push([body, at]);
    this.#advance(body, at);
    return written.error;
  }

  emit(event: RunEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch {
      // A handler must not end a run: the reader of a pipe may be gone.
    }
  }

  /** What the step `id` is given while it acts. Called once the run has its directory. */
  context(id: string, options: Omit<StepContextOptions, 'onProgress'> = {}): StepContext {
    const startedAt = performance.now();
    const elapsed = (): number => Math.round(performance.now() - startedAt);
    return stepContext(this.#files ?? runFilesIn(this.#options.stateDir), id, {
      ...options,
      onProgress: (message) =>
        this.emit({ type: 'step-progress', id, message: toldText(message), elapsedMs: elapsed() }),
    });
  }

  async close(): Promise<void> {
    await this.#journal?.close();
  }

  async #writeAll(
    journal: Journal,
    records: readonly (readonly [RecordBody, Date])[],
  ): Promise<Result<void, JournalError>> {
    for (const [body, at] of records) {
      const written = await journal.append(body, at);
      if (written.isErr()) return err(written.error);
      if (this.#unwritten[0]?.[0] === body) this.#unwritten.shift();
    }
    return ok(undefined);
  }

  #advance(body: RecordBody, at: Date): void {
    const next = advance(this.#state, { n: 0, at: at.toISOString(), ...body });
    // The engine writes only what it can read again; anything else is a bug and must not go unnoticed.
    if (next.isErr()) throw new Error(`record ${body.type}: ${next.error}`);
    this.#state = next.value;
  }

  async #create(intent: RecordBody, at: Date): Promise<Result<void, JournalError>> {
    const { stateDir, reserveIn } = this.#options;
    const created = await createRun(stateDir, this.#state.runId, [...this.#waiting, [intent, at]], reserveIn);
    return created.map(({ files, journal }) => {
      this.#files = files;
      this.#journal = journal;
    });
  }
}

function nowOf(options: SessionOptions): Date {
  return options.now?.() ?? new Date();
}
