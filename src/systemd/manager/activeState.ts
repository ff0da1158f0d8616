/**
 * What a unit is doing, in systemd's words: `systemctl --state=help`, and `refreshing` of newer versions. `other` is a
 * word that this library does not know.
 */
export type ActiveState =
  | 'active'
  | 'reloading'
  | 'inactive'
  | 'failed'
  | 'activating'
  | 'deactivating'
  | 'maintenance'
  | 'refreshing'
  | 'other';

const KNOWN: ReadonlySet<string> = new Set<ActiveState>([
  'active',
  'reloading',
  'inactive',
  'failed',
  'activating',
  'deactivating',
  'maintenance',
  'refreshing',
]);

/** The word as one of the known ones. */
export function activeState(word: string): ActiveState {
  return isKnown(word) ? word : 'other';
}

function isKnown(word: string): word is ActiveState {
  return KNOWN.has(word);
}
