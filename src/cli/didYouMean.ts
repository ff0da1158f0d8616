import { closestMatch } from 'leven';
import { printableText } from '../posix/paths/index.js';

/** What follows an unknown word: the known one that it is nearly, as a question, or nothing. */
export function didYouMean(word: string, known: readonly string[], prefix = ''): string {
  // A word of two letters is near to many others, and nobody mistypes one of hundreds.
  const isWord = word.length > 2 && word.length <= 40;
  const nearest = isWord ? closestMatch(word, known, { maxDistance: 2 }) : undefined;
  return nearest === undefined ? '' : `; did you mean ${prefix}${printableText(nearest)}?`;
}
