import { countOwned, printablePath, runAs } from '../../../posix/index.js';
import type { Identity } from '../../../posix/index.js';
import { widenable } from '../../steps/widenable.js';
import { writableDirectories } from '../writableDirectories.js';
import { failed, passed } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** A tree of a million files takes a while to ask about, twice. */
const FIND_DEADLINE_MS = 600_000;

/**
 * Point 4: nothing new is root's, and both sides can write every file and directory they share, by trying as
 * each of them. Every shared directory hands its group on (setgid).
 */
export async function checkSharedWriting(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  const { service, web } = subject;
  return [
    await checkNewFiles(subject),
    await checkWritableBy(subject, web, 'writable-by-wordpress'),
    await checkWritableBy(subject, service, 'writable-by-agent'),
    await checkSetgid(subject),
  ];
}

async function checkNewFiles({ instance, agentPlaces }: Subject): Promise<AcceptanceCheck> {
  const id = 'no-new-root-files';
  for (const path of [instance.dataDir, ...agentPlaces.map((place) => place.path)]) {
    const count = await countOwned(path, { by: 0 });
    if (count.isErr()) return failed(id, 4, count.error.message);
    if (count.value > 0) return failed(id, 4, `${count.value} entries below ${path} belong to root; the agent cannot replace them`);
  }
  return passed(id, 4, `nothing of root's below ${[instance.dataDir, ...agentPlaces.map((place) => place.path)].join(', ')}`);
}

async function checkWritableBy({ site }: Subject, identity: Identity, id: string): Promise<AcceptanceCheck> {
  const roots = await writableDirectories(site);
  // find -writable is access(2), asked by the user itself: groups, ACLs and mounts all count.
  const asked = await runAs(
    identity,
    'find',
    [...roots, '(', '-type', 'f', '-o', '-type', 'd', ')', '!', '-writable', '-printf', '%m %p\\0'],
    { timeoutMs: FIND_DEADLINE_MS },
  );
  if (asked.isErr()) return failed(id, 4, asked.error.message);
  if (asked.value.exitCode !== 0) return failed(id, 4, `${identity.user.name} cannot look at all of it: ${asked.value.stderr.trim().split('\n')[0] ?? ''}`);
  const refused = asked.value.stdout.split('\0').filter((line) => {
    const [mode = '', ...path] = line.split(' ');
    // What is private or steers the server stays closed on purpose.
    return line !== '' && widenable(Buffer.from(path.join(' '))) && (Number.parseInt(mode, 8) & 0o004) !== 0;
  });
  const shown = refused.slice(0, 3).map((line) => printablePath(line.slice(line.indexOf(' ') + 1)));
  return refused.length === 0
    ? passed(id, 4, `${identity.user.name} can write every file and directory of ${roots.join(', ')}`)
    : failed(id, 4, `${identity.user.name} cannot write ${refused.length} entries, such as ${shown.join(', ')}`);
}

async function checkSetgid({ site, web }: Subject): Promise<AcceptanceCheck> {
  const id = 'shared-group';
  const roots = await writableDirectories(site);
  const asked = await runAs(web, 'find', [...roots, '-type', 'd', '!', '-perm', '-2000', '-print0'], { timeoutMs: FIND_DEADLINE_MS });
  if (asked.isErr()) return failed(id, 4, asked.error.message);
  const without = asked.value.stdout.split('\0').filter((path) => path !== '' && widenable(Buffer.from(path)));
  return without.length === 0
    ? passed(id, 4, 'every shared directory is setgid, so new files get its group')
    : failed(id, 4, `${without.length} shared directories are not setgid, such as ${printablePath(without[0] ?? '')}; what is written there is closed to the other side`);
}
