import { printableText } from '../paths/index.js';
import { redactSecrets } from './redactSecrets.js';

/**
 * A sentence as people may read it, whatever from elsewhere stands in it: on one line, with what steers a terminal or hides
 * text escaped ({@link printableText}) and secrets hidden ({@link redactSecrets}). Told twice it stays the same.
 */
export function toldText(text: string): string {
  return printableText(redactSecrets(text));
}
