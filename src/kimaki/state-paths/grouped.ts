/** Puts what has the same key together, in the order in which keys come up. */
export function grouped<K, V>(items: readonly V[], key: (item: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
