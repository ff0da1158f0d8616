import { shownPath, utf8Text } from './bytePath.js';
import { parseAcls } from './parseAcl.js';
import type { Acl } from './parseAcl.js';
import { runProgram } from './runProgram.js';
import type { AccessNode } from './walkPath.js';

/** Bytes of paths handed to one getfacl: well below ARG_MAX. */
const BATCH_BYTES = 64 * 1024;

/**
 * Adds the ACLs to the nodes where they can decide for this uid, with one getfacl for all. What could not be read is
 * added to `notSeen`.
 */
export async function withAcls(
  nodes: readonly AccessNode[],
  uid: number,
  notSeen: string[],
): Promise<readonly AccessNode[]> {
  const acls = new Map<string, Acl | null>();
  const asked = nodes.filter(
    (node) => uid !== 0 && node.role !== 'link' && node.uid !== uid && (node.mode & 0o070) !== 0,
  );
  for (const batch of batches(asked.map((node) => node.path), notSeen)) {
    const ran = await runProgram('getfacl', ['-n', '-p', '-E', '--', ...batch.map((path) => shownPath(path))]);
    if (ran.isErr()) {
      notSeen.push(`POSIX ACLs were not read, only mode bits: ${ran.error.message}`);
      break;
    }
    const parsed = ran.value.exitCode === 0 ? parseAcls(ran.value.stdout, batch.length) : null;
    if (parsed === null) notSeen.push(`POSIX ACLs were not read, only mode bits: getfacl failed`);
    parsed?.forEach((acl, index) => acls.set(batch[index] ?? '', acl));
  }
  return nodes.map((node) => ({ ...node, acl: acls.get(node.path) ?? null }));
}

function batches(paths: readonly string[], notSeen: string[]): string[][] {
  const out: string[][] = [];
  let size = BATCH_BYTES;
  for (const path of new Set(paths)) {
    if (utf8Text(path) === null) {
      notSeen.push(`the ACL of ${shownPath(path)} was not read: its name is not UTF-8`);
      continue;
    }
    if (size + path.length > BATCH_BYTES) {
      out.push([]);
      size = 0;
    }
    out.at(-1)?.push(path);
    size += path.length;
  }
  return out;
}
