import { SECRET_NAME_PART } from './isSecretName.js';

/** Gives what stands in the place of a secret. */
export type Mask = (secret: string) => string;

/** Begins and ends a masked place until all passes are done, so that no pass takes a mask for a secret. */
export const MASK_OPEN = '\u{f0000}';
export const MASK_CLOSE = '\u{f0001}';

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
  String.raw`${NAME.replace('(?<name>', '(?<name>-')}(?<between>[ \t]+)(?!--[a-z])(?<value>${VALUE})`,
  'giu',
);
/** User and password of a URL. */
const USERINFO = /(?<![a-z0-9+.-])(?<name>[a-z][a-z0-9+.-]*)(?<between>:\/\/)(?<value>[^\s/@]+)(?=@)/giu;
/** What HTTP and Discord put before a credential. */
const BEARER = /\b(?<name>bearer|basic|bot)(?<between>[ \t]+)(?<value>[\w.~+/-]{16,}=*)/giu;
/** Credentials that say by their shape what they are: Discord, GitHub, Slack, JWT, and keys with a common prefix. */
const SHAPES = [
  /(?<![\w-])[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/gu,
  /\b(?:gh[pousr]_|github_pat_|glpat-|npm_|sk-|xox[abeprs]-)[\w-]{16,}/gu,
  /\beyJ[\w-]{10,}\.[\w-]{4,}\.[\w-]+/gu,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gu,
];

/**
 * Masks what free text gives away: values of secret names and options, passwords in URLs, and credentials that are
 * recognised by their shape. Rather hides too much than too little.
 */
export function maskText(text: string, mask: Mask): string {
  let masked = text;
  for (const pattern of [USERINFO, OPTION, QUOTED_PAIR, NAMED, BEARER]) {
    masked = masked.replace(pattern, (...found) => {
      const { name = '', between = '', value = '' } = groupsOf(found);
      const shown = value.startsWith(MASK_OPEN) || isProse(name, between, value);
      return shown ? `${name}${between}${value}` : `${name}${between}${mask(unquoted(value))}`;
    });
  }
  for (const pattern of SHAPES) masked = masked.replace(pattern, (secret) => mask(secret));
  return masked;
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
