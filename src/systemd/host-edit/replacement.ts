import { findDirective } from '../load/index.js';

/**
 * How a later file takes back what earlier ones say of a key: its `last` assignment is the only one that counts; an
 * empty one has to `reset` the list first; or `none`, whatever it says is added, or what it takes back is more than the
 * key. A key that is not known counts as one with a single value.
 */
export function replacement(section: string, key: string): 'last' | 'reset' | 'none' {
  const directive = findDirective(section, key);
  if (directive === undefined || directive.merge === 'last') return section === 'Install' ? 'none' : 'last';
  return section !== 'Install' && directive.emptyResets && directive.clears === null ? 'reset' : 'none';
}
