import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { bridgeOfProgram } from '../bridges/index.js';
import { credentialName } from './credentialName.js';
import { entryType, walkState } from './walkState.js';
import type { EntryType } from './walkState.js';

/** What stands under one path of the state. */
export interface StateSurvey {
  readonly type: EntryType | 'missing';
  /** `skeleton`: nothing worth keeping; `state`: something is. */
  readonly holds: 'nothing' | 'skeleton' | 'state';
  /** The first paths that make it state, relative and printable. */
  readonly evidence: readonly string[];
  /** Paths below it whose name looks like a credential, relative and printable; packages are not searched. */
  readonly credentials: readonly string[];
}

const EVIDENCE = 5;
const MAX_ENTRIES = 20_000;
/** Third-party code: a file called `token.js` in it is no credential. */
const PACKAGES = new Set([
  'node_modules',
  '.git',
  'registry',
  'toolchains',
  '_cacache',
  'cache',
  'install',
  'mod',
  'pkg',
  'lib',
]);

/**
 * Tells whether a path holds state that the agent needs; links are not followed, no file is opened.
 *
 * A skeleton is what an installer or a wrapper makes before the agent ever ran: empty directories, `bin/` with a
 * shim of the bridge, `heap-snapshots/`. Everything else is state. A link counts as state, since somebody made it.
 */
export function surveyState(path: string): ResultAsync<StateSurvey, IoError> {
  return new ResultAsync(survey(path));
}

async function survey(path: string): Promise<Result<StateSurvey, IoError>> {
  const type = await entryType(path);
  if (type.isErr()) return err(type.error);
  if (type.value === null) return ok({ type: 'missing', holds: 'nothing', evidence: [], credentials: [] });
  if (type.value !== 'directory') return ok({ type: type.value, holds: 'state', evidence: [], credentials: [] });

  const evidence: string[] = [];
  const credentials: string[] = [];
  const walked = await walkState(path, MAX_ENTRIES, (entry) => {
    const relative = printablePath(entry.relative.join('/'));
    const name = entry.relative.at(-1) ?? '';
    if (credentialName(name)) credentials.push(relative);
    if (entry.type !== 'directory' && !scaffolding(entry.relative) && evidence.length < EVIDENCE)
      evidence.push(relative);
    const settled = evidence.length > 0 && (entry.relative.length >= 3 || PACKAGES.has(name));
    return settled ? 'skip' : 'go';
  });
  if (walked.isErr()) return err(walked.error);
  if (!walked.value && evidence.length === 0) evidence.push(`more than ${MAX_ENTRIES} entries`);
  const holds = evidence.length > 0 ? 'state' : 'skeleton';
  return ok({ type: 'directory', holds, evidence, credentials: credentials.slice(0, 100) });
}

function scaffolding(relative: readonly string[]): boolean {
  const [first, second] = relative;
  if (first === 'heap-snapshots') return true;
  return first === 'bin' && relative.length === 2 && second !== undefined && bridgeOfProgram(second) !== null;
}
