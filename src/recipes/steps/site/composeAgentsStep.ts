import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { join } from 'node:path';
import * as v from 'valibot';
import { clearAbandoned, readRegularFile, replaceFile } from '../../../posix/files/index.js';
import { readableBy } from '../../../posix/access/index.js';
import { lookupIdentity } from '../../../posix/accounts/index.js';
import type { Identity } from '../../../posix/accounts/index.js';
import { octalMode } from '../../../posix/paths/index.js';
import { composeAgentsFile } from '../../../wordpress/wpcli/index.js';
import { findSite } from '../../../wordpress/site/index.js';
import { absolutePath, accountId, defineStep, record, sha256 } from '../../engine/index.js';
import { restoreCommands } from '../files/restoreCommands.js';
import type { Check, StepContext, StepFailure, UndoNotes } from '../../engine/index.js';
import { fileState, readFileState, replaceRecorded, restoreFile } from '../files/fileState.js';
import type { FileState } from '../files/fileState.js';

const args = record({
  site: absolutePath,
  user: v.string(),
  /** The group the file gets: WordPress and the agent both write it. */
  gid: accountId,
});

/** The site whose AGENTS.md is rendered, and who renders it. */
export type ComposeAgentsArgs = Readonly<v.InferOutput<typeof args>>;

/**
 * Takes `--allow-root` out of AGENTS.md, and gives the file to the service user alone to write.
 *
 * Data Machine renders it again as that user, where the site composes it (`DATAMACHINE_COMPOSE_AGENTS_MD`); whatever keeps it
 * from that, and whatever a plugin of the site puts into it, fails nothing: then the flag is taken out of the text. Satisfied
 * when the file does not contain the flag, is not owned by root, and can be written by its owner only. Undo restores the old
 * file; one that was changed afterwards is kept among the records of the run, with a note.
 *
 * Source: Extra-Chill/data-machine inc/setup/agents-md.php, inc/Engine/AI/ComposableFileGenerator.php (it makes the file
 * group-writable).
 */
export const composeAgentsStep = defineStep({
  kind: 'wordpress.composeAgents',
  args,
  before: fileState,
  volatile: true,
  describe: (args) => ({
    title: `Take --allow-root out of ${agentsFile(args.site)}, and give it to ${args.user}`,
    why: 'it tells the agent how to call wp, which an unprivileged user does without that flag',
    undo: `Restore ${agentsFile(args.site)} as it was`,
  }),
  writes: ({ site }) => [site],
  check: (args) => new ResultAsync(checkAgents(args)),
  apply: (args, before, ctx) => new ResultAsync(applyAgents(args, before, ctx)),
  verify: (args) => new ResultAsync(verifyAgents(args)),
  byHand: (args, before, where) => restoreCommands(agentsFile(args.site), before, where),
  tidy: (args) => clearAbandoned(agentsFile(args.site)),
  undo: (args, before, ctx) => new ResultAsync(undoAgents(args, before, ctx)),
});

function agentsFile(site: string): string {
  return join(site, 'AGENTS.md');
}

const MODE = 0o644;

function carriesFlag(file: FileState): boolean {
  return Buffer.from(file.bytes, 'base64').includes('--allow-root');
}

/** The same text without the flag; bytes that are not UTF-8 stay as they are. */
function withoutFlag(file: FileState): Buffer {
  return Buffer.from(
    Buffer.from(file.bytes, 'base64')
      .toString('latin1')
      .replaceAll(/[ \t]*--allow-root/g, ''),
    'latin1',
  );
}

async function checkAgents(args: ComposeAgentsArgs): Promise<Result<Check<FileState>, StepFailure>> {
  const file = await readFileState(agentsFile(args.site));
  if (file.isErr()) return err(file.error);
  if (file.value === null) return ok({ state: 'satisfied' });
  const isDone = !carriesFlag(file.value) && file.value.uid !== 0 && (file.value.mode & 0o022) === 0;
  return ok(isDone ? { state: 'satisfied' } : { state: 'needed', before: file.value });
}

async function applyAgents(
  args: ComposeAgentsArgs,
  before: FileState,
  ctx: StepContext,
): Promise<Result<void, StepFailure>> {
  const path = agentsFile(args.site);
  const identity = await lookupIdentity(args.user);
  if (identity.isErr()) return err(identity.error);
  const readable = refusePrivate(args, before, identity.value);
  if (readable.isErr()) return err(readable.error);
  // WP-CLI writes into the file that exists, and the agent could not write into root's.
  const owned = { uid: identity.value.user.uid, gid: args.gid, mode: MODE };
  const taken = await replaceRecorded(path, Buffer.from(before.bytes, 'base64'), before, ctx, owned);
  if (taken.isErr()) return err(taken.error);
  const composed = await findSite(args.site).andThen((site) =>
    composeAgentsFile(site, identity.value, { signal: ctx.signal }),
  );
  if (composed.isErr()) {
    ctx.progress(`${path} is not rendered again, only --allow-root is taken out: ${composed.error.message}`);
  }
  const rendered = await readFileState(path);
  if (rendered.isErr()) return err(rendered.error);
  if (rendered.value === null) return note(ctx, '');
  const content = withoutFlag(rendered.value);
  const { bytes, within, mode, uid, gid } = rendered.value;
  const isLeft = mode === MODE && uid === owned.uid && gid === owned.gid && content.toString('base64') === bytes;
  if (!isLeft) {
    // The site's account can put another file there at any time.
    const still = refusePrivate(args, rendered.value, identity.value);
    if (still.isErr()) return err(still.error);
    const closed = await replaceFile(path, content, { ...owned, expect: Buffer.from(bytes, 'base64'), within });
    if (closed.isErr()) return err(closed.error);
  }
  return note(ctx, sha256(content));
}

/** Notes what this run left in the file, by its digest. */
async function note(ctx: StepContext, digest: string): Promise<Result<void, StepFailure>> {
  const noted = await replaceFile(ctx.recordPath(RENDERED), digest, { mode: 0o600 });
  return noted.isErr() ? err(noted.error) : ok(undefined);
}

/** What the account could not read is not given to it, not even until it is rendered: the name is no proof of the content. */
function refusePrivate(args: ComposeAgentsArgs, file: FileState, reader: Identity): Result<void, StepFailure> {
  if (readableBy(reader)({ type: 'file', mode: file.mode, uid: file.uid, gid: file.gid })) return ok(undefined);
  const path = agentsFile(args.site);
  const message =
    `${path} (owner uid ${file.uid}, mode ${octalMode(file.mode)}) could not be read by ${args.user} until now, so it is not ` +
    `given away; look whether it is the file that it is called, then make it readable (chmod 0644) or move it away, and plan again`;
  return err({ code: 'PRIVATE_FILE', message });
}

/** The record that holds the digest of what was rendered. */
const RENDERED = 'rendered';

function digestOf(file: FileState): string {
  return sha256(Buffer.from(file.bytes, 'base64'));
}

async function verifyAgents(args: ComposeAgentsArgs): Promise<Result<void, StepFailure>> {
  const file = await readFileState(agentsFile(args.site));
  if (file.isErr()) return err(file.error);
  if (file.value === null || !carriesFlag(file.value)) return ok(undefined);
  const message = `${agentsFile(args.site)} tells the agent to use --allow-root again, after it was taken out; find out what writes that file`;
  return err({ code: 'FLAG_STILL_THERE', message });
}

async function undoAgents(
  args: ComposeAgentsArgs,
  before: FileState,
  ctx: StepContext,
): Promise<Result<UndoNotes, StepFailure>> {
  const now = await readFileState(agentsFile(args.site));
  if (now.isErr()) return err(now.error);
  const digest = await readRegularFile(ctx.recordPath(RENDERED));
  if (digest.isErr() && digest.error.code !== 'NOT_FOUND') return err(digest.error);
  const noted = digest.isOk() ? digest.value.bytes.toString() : null;
  const isOurs = now.value !== null && digestOf(now.value) === noted;
  // Data Machine renders it at any time, so another content is kept and is no reason to refuse.
  const ours = Buffer.from(isOurs ? now.value.bytes : before.bytes, 'base64');
  return restoreFile(agentsFile(args.site), before, ours, { ...ctx, force: true });
}
