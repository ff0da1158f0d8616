import { shownPath, utf8Text } from '../paths/index.js';
import { parseAcls } from './parseAcl.js';
import type { Acl } from './parseAcl.js';
import { batchesOf } from './readAttributes.js';
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

/** Reads the ACLs of these inodes, with one getfacl for as many as fit a command line. */
export async function readAcls(asked: readonly { readonly path: string }[]): Promise<AclsRead> {
  const found = new Map<string, Acl | null>();
  const unread = new Map<string, string>();
  const failures: string[] = [];
  const readable: string[] = [];
  for (const path of new Set(asked.map((node) => node.path))) {
    if (utf8Text(path) !== null) readable.push(path);
    else unread.set(path, `the ACL of ${shownPath(path)} was not read: its name is not UTF-8`);
  }
  let noTool = false;
  for (const batch of batchesOf(readable)) {
    const ran = await runProgram('getfacl', ['-n', '-p', '-E', '--', ...batch.map((path) => shownPath(path))]);
    if (ran.isErr()) {
      failures.push(`POSIX ACLs were not read, only mode bits: ${ran.error.message}`);
      noTool = ran.error.code === 'PROGRAM_NOT_FOUND';
      if (noTool) break;
      continue;
    }
    const parsed = ran.value.exitCode === 0 ? parseAcls(ran.value.stdout, batch.length) : null;
    if (parsed === null) failures.push('POSIX ACLs were not read, only mode bits: getfacl failed');
    parsed?.forEach((acl, index) => found.set(batch[index] ?? '', acl));
  }
  return { found, unread, failures, noTool };
}
