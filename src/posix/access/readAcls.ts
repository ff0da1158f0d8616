import { printablePath, shownPath, toBytes, utf8Text } from '../paths/index.js';
import { batchesOf } from './readAttributes.js';
import { KnownVersions } from './knownVersions.js';
import type { Versioned } from './knownVersions.js';
import { runProgram } from '../programs/index.js';

/** What getfacl said, by path (a byte string). */
export interface AclsRead {
  readonly found: ReadonlyMap<string, Acl | null>;
  /** Why one was not read, in words. */
  readonly unread: ReadonlyMap<string, string>;
  /** Why none, or not all, were read. */
  readonly failures: readonly string[];
  /** getfacl is not installed, so that nothing more than mode bits can be known on this host. */
  readonly noTool: boolean;
}

/** What is known of inodes by their version; a change of an ACL changes it. */
const known = new KnownVersions<Acl | null>();

/**
 * Reads the ACLs of these inodes, with one getfacl for as many as fit a command line. Of one with a `version` that was
 * read before, the ACL is known.
 */
export async function readAcls(
  asked: readonly Versioned[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<AclsRead> {
  const found = new Map<string, Acl | null>();
  const unread = new Map<string, string>();
  const failures: string[] = [];
  const readable: string[] = [];
  const versions = new Map(asked.map(({ path, version }) => [path, version]));
  for (const [path, version] of versions) {
    const acl = known.get(version);
    if (acl !== undefined) found.set(path, acl);
    else if (utf8Text(path) !== null) readable.push(path);
    else unread.set(path, `the ACL of ${printablePath(toBytes(path))} was not read: its name is not UTF-8`);
  }
  let noTool = false;
  for (const batch of batchesOf(readable)) {
    const ran = await runProgram('getfacl', ['-n', '-p', '-E', '--', ...batch.map((path) => shownPath(path))], options);
    if (ran.isErr()) {
      failures.push(`POSIX ACLs were not read, only mode bits: ${ran.error.message}`);
      noTool = ran.error.code === 'PROGRAM_NOT_FOUND';
      if (noTool) break;
      continue;
    }
    const parsed = ran.value.exitCode === 0 ? parseAcls(ran.value.stdout, batch.length) : null;
    if (parsed === null) failures.push('POSIX ACLs were not read, only mode bits: getfacl failed');
    parsed?.forEach((acl, index) => {
      const path = batch[index] ?? '';
      found.set(path, acl);
      known.set(versions.get(path), acl);
    });
  }
  return { found, unread, failures, noTool };
}

/** One named entry of an ACL: permission bits 0–7 for a uid or gid. */
export interface AclEntry {
  readonly id: number;
  readonly bits: number;
}

/** An access ACL that says more than the mode does. The owner's entry is left out: it equals the mode. */
export interface Acl {
  readonly users: readonly AclEntry[];
  readonly owningGroup: number;
  readonly groups: readonly AclEntry[];
  readonly mask: number | null;
  readonly other: number;
}

/**
 * Reads the output of `getfacl -n -p -E` about several files: one ACL each, in the order asked, null for a file whose
 * ACL says no more than its mode. The whole is null when it does not describe exactly `count` files; pure.
 */
export function parseAcls(output: string, count: number): readonly (Acl | null)[] | null {
  // getfacl escapes newlines in names, so a line that starts with this is a header.
  const blocks = output.split(/^# file: .*$/m).slice(1);
  return blocks.length === count ? blocks.map(parseBlock) : null;
}

function parseBlock(block: string): Acl | null {
  const users: AclEntry[] = [];
  const groups: AclEntry[] = [];
  let owningGroup = 0;
  let mask: number | null = null;
  let other = 0;
  for (const line of block.split('\n')) {
    // `default:` lines, headers and `#effective` remarks do not match.
    const match = /^(user|group|mask|other):([0-9]*):([r-])([w-])([x-])/.exec(line);
    if (match === null) continue;
    const [, tag, id, r, w, x] = match;
    const bits = (r === 'r' ? 4 : 0) + (w === 'w' ? 2 : 0) + (x === 'x' ? 1 : 0);
    if (tag === 'mask') mask = bits;
    else if (tag === 'other') other = bits;
    else if (id !== '') (tag === 'user' ? users : groups).push({ id: Number(id), bits });
    else if (tag === 'group') owningGroup = bits;
  }
  // Without a mask there are no named entries, and the rest is what the mode says.
  return mask === null ? null : { users, owningGroup, groups, mask, other };
}
