import { SECRET_NAME_PART } from './isSecretName.js';
import { maskRandom } from './maskRandom.js';
import { MASK_OPEN } from './masks.js';
import type { Mask } from './masks.js';

const QUOTED = String.raw`"(?:[^"\\\n]|\\.)*"(?=[\s,;:)}\]]|$)|'(?:[^'\\\n]|\\.)*'(?=[\s,;:)}\]]|$)`;
/** A word as a shell would see it: quoted parts in the middle belong to it, so no blank inside them ends it. */
const WORD = String.raw`(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\\.|[^\s"'\\]+)+["'\\]*`;
const VALUE = `${QUOTED}|${WORD}`;
/** Tried only where a run of such characters begins, and looked through once: the time stays in proportion. */
const NAME = String.raw`(?<![\w.-])(?=[\w.-]*(?:${SECRET_NAME_PART}))(?<name>[\w.-]+)`;

/** `NAME=value`, `name: value`, `"name": "value"`, `--name=value`. */
const NAMED = new RegExp(String.raw`${NAME}(?<between>\\?["']?[ \t]*(?:=>|[=:])[ \t]*)(?<value>${VALUE})`, 'giu');
/** `"NAME=value with blanks"`. */
const QUOTED_PAIR = new RegExp(
  String.raw`(?<=(?<quote>["']))${NAME}(?<between>=)(?<value>(?:(?!\k<quote>)[^\\\n]|\\.)+)(?=\k<quote>)`,
  'giu',
);
/** `--name value`; a further option is no value. */
const OPTION = new RegExp(
  String.raw`${NAME.replace('(?<name>', '(?<name>-')}(?<between>["']?[ \t]+)(?!--[a-z])(?<value>${VALUE})`,
  'giu',
);
/** User and password of a URL. */
const USERINFO = /(?<![a-z0-9+.-])(?<name>[a-z][a-z0-9+.-]*)(?<between>:\/\/)(?<value>[^\s/@]+)(?=@)/giu;
/** What HTTP and Discord put before a credential. */
const BEARER = /\b(?<name>bearer|basic|bot)(?<between>[ \t]+)(?<value>[\w.~+/-]{16,}=*)/giu;
/** A credential that a unit carries, encrypted or not, up to the end of its line. */
const CREDENTIAL = /\b(?<name>SetCredential(?:Encrypted)?)(?<between>[ \t]*=[ \t]*)(?<value>[^\n]+)/gu;
/** The whole of an HTTP header that carries credentials, whatever their scheme. */
const HEADER = /\b(?<name>(?:proxy-)?authorization|(?:set-)?cookie)(?<between>:[ \t]*)(?<value>[^\s"'][^"'\n]*)/giu;
/**
 * Credentials that say by their shape what they are: Discord, GitHub, Slack, JWT, and keys with a common prefix; what is
 * escaped byte for byte over a length at which it is hardly a name; private keys.
 */
const SHAPES = [
  /(?<![\w-])[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/gu,
  /\b(?:gh[pousr]_|github_pat_|glpat-|npm_|sk-|xox[abeprs]-)[\w-]{16,}/gu,
  /\beyJ[\w-]{10,}\.[\w-]{4,}\.[\w-]+/gu,
  /(?:\\(?:x[0-9a-f]{2}|[0-7]{3}|u00[0-9a-f]{2})){8,}/giu,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gu,
];

/**
 * Masks what free text gives away: values of secret names and options, passwords in URLs, credentials that are
 * recognised by their shape, and what looks drawn by lot. Rather hides too much than too little.
 */
export function maskText(text: string, mask: Mask): string {
  let masked = text;
  for (const pattern of [CREDENTIAL, HEADER, USERINFO, OPTION, QUOTED_PAIR, NAMED, BEARER]) {
    masked = masked.replace(pattern, (...found) => {
      const { name = '', between = '', value = '' } = groupsOf(found);
      const shown = unquoted(value).startsWith(MASK_OPEN) || isProse(name, between, value);
      return shown ? `${name}${between}${value}` : `${name}${between}${mask(unquoted(value))}`;
    });
  }
  for (const pattern of SHAPES) masked = masked.replace(pattern, (secret) => mask(secret));
  return maskRandom(masked, mask);
}

/** `Failed to determine user credentials: No such process` says why a service failed, and gives nothing away. */
function isProse(name: string, between: string, value: string): boolean {
  return /^[a-z]+s$/i.test(name) && /:[ \t]+$/.test(between) && /^[a-z]+[,.;]?$/i.test(value);
}

/** The named groups come last of what `replace` hands over. */
function groupsOf(found: readonly unknown[]): Readonly<Record<string, string | undefined>> {
  const groups = found.at(-1);
  return typeof groups === 'object' && groups !== null ? { ...groups } : {};
}

function unquoted(value: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(value);
  return quoted?.[2] ?? value;
}
