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
