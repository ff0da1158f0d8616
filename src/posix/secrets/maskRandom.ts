import { MASK_CLOSE, MASK_OPEN } from './masks.js';
import type { Mask } from './masks.js';

/** What stands between blanks, quotes and the marks of lists, assignments and JSON. Masks stay out of it. */
const CHUNK = new RegExp(`[^\\s"'\`=,;|<>()[\\]{}${MASK_OPEN}${MASK_CLOSE}]+`, 'gu');
/** A path, its home or prefix marks included: `/x`, `./x`, `~/x`, `%h/x`, `-/x`, `-L/x`, `a:/x`. */
const PATH = /^(?:[-+!@:]{0,5}|-[A-Za-z]|[\w.-]{1,32}:|\.{1,2}|~\w{0,32}|%\w|\$\w{1,64})\//u;
const UNIT_NAME = /\.(?:service|socket|timer|target|mount|automount|path|slice|swap|scope|device)$/u;
/** `sha256:…`, and the `sha512-…` of npm: the digest of something public. */
const DIGEST = /(?:^|[@:])(?:md5|sha\d{1,3})[:-]/u;
/** Names disks, machines and boots. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;
/** What a token consists of; in URLs a slash divides, elsewhere it may be one of base64. */
const RUN = /[\w+-]{20,}/gu;
const BASE64_RUN = /[\w+/-]{20,}/gu;

/**
 * Masks runs of 20 and more letters and digits that look drawn by lot: their kind (small, capital, digit) changes at
 * least at every fifth place, or every third where there are no digits. Paths, names of units, UUIDs and digests
 * (`sha256:…`) stay, and so does what consists of words, written together too (`KeepAliveIntervalSec`), of one kind of
 * letters, or of digits alone.
 */
export function maskRandom(text: string, mask: Mask): string {
  return text.replace(CHUNK, (chunk) => {
    const url = chunk.includes('://');
    if (chunk.length < 20 || (!url && PATH.test(chunk)) || UNIT_NAME.test(chunk) || DIGEST.test(chunk)) return chunk;
    return chunk.replace(url ? RUN : BASE64_RUN, (run) => (looksRandom(run) ? mask(run, true) : run));
  });
}

function looksRandom(run: string): boolean {
  if (UUID.test(run) || isOfWords(run)) return false;
  const letters = run.replace(/[^A-Za-z0-9]/g, '').length;
  if (letters < 20) return false;
  const changes = run.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])/g)?.length ?? 0;
  return changes >= letters / (/[0-9]/.test(run) ? 5 : 3);
}

/** Letters drawn by lot have two capitals in a row somewhere, and less than three letters between capitals on average. */
function isOfWords(run: string): boolean {
  if (/[0-9]|[A-Z]{2}/.test(run)) return false;
  const words = run.match(/[A-Z]?[a-z]+|[A-Z]/g) ?? [];
  return run.replace(/[^A-Za-z]/g, '').length >= 3 * words.length;
}
