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

/** A line that assigns a secret, as configuration and environment files do: without quotes its value ends with the line. */
const LINE = new RegExp(
  String.raw`^(?<lead>[ \t#;>+-]{0,16}(?:export[ \t]+)?)${NAME}(?<between>[ \t]*[=:][ \t]*)(?<value>(?!=)[^\s"'{[][^\n]*)`,
  'gmu',
);
/** `NAME=value`, `name: value`, `"name": "value"`. */
const NAMED = new RegExp(String.raw`${NAME}(?<between>\\?["']?[ \t]*(?:=>|[=:])[ \t]*)(?<value>${VALUE})`, 'gu');
/** `"NAME=value with blanks"`. */
const QUOTED_PAIR = new RegExp(
  String.raw`(?<=(?<quote>["']))${NAME}(?<between>=)(?<value>(?:(?!\k<quote>)[^\\\n]|\\.)+)(?=\k<quote>)`,
  'gu',
);
/** `--name value`, `--name=value`; a further option is no value. */
const OPTION = new RegExp(
  String.raw`${NAME.replace('(?<name>', '(?<name>-')}(?<between>["']?[ \t]+)(?!--[a-z])(?<value>${VALUE})`,
  'gu',
);
/** User and password of a URL. */
const USERINFO = /(?<![A-Za-z0-9+.-])(?<name>[A-Za-z][A-Za-z0-9+.-]*)(?<between>:\/\/)(?<value>[^\s/?#"'<>]+)(?=@)/gu;
/** User and password before a host without a scheme: `user:password@tcp(db)`. */
const DSN =
  /(?<![\w.%+~:/@-])(?!npm:|file:|git:|github:|workspace:)(?<name>(?=[\w.-]*[A-Za-z])[\w.-]+)(?<between>:)(?<value>[^\s:/@"'<>]{3,})(?=@(?!sha\d)[A-Za-z0-9([])/gu;
/** What HTTP and Discord put before a credential. */
const BEARER = /\b(?<name>bearer|basic|bot)(?<between>[ \t]+)(?<value>[\w.~+/-]{16,}=*)/giu;
/** A credential that a unit carries, encrypted or not, up to the end of its line. */
const CREDENTIAL =
  /\b(?<name>SetCredential(?:Encrypted)?[ \t]*=[ \t]*[\w.-]+|StandardInput(?:Text|Data))(?<between>[ \t]*[:=])(?<value>[^\n]+)/gu;
/** The whole of an HTTP header that carries credentials, whatever their scheme. */
const HEADER = /\b(?<name>(?:proxy-)?authorization|(?:set-)?cookie)(?<between>:[ \t]*)(?<value>[^\s"'][^"'\n]*)/giu;
/** What a program says of a secret in a sentence: `password X for bot`, `token "X"`. */
const SENTENCE =
  /(?<!unexpected )\b(?<name>password|passphrase|passwd|token|secret|api key)(?<between>[ \t]+(?:is[ \t]+|was[ \t]+)?)(?<value>"[^"\n]{3,}"|'[^'\n]{3,}'|[^\s"'=:,;]{3,})(?<next>[ \t]+for\b)?/giu;
/** Words that follow the name of a secret in a sentence. */
const PROSE =
  /^(?:\w+ed|\w+ing|is|was|has|not|and|or|in|to|at|from|with|that|must|can|cannot|missing|wrong|invalid|incorrect|prompt|check|hash|file|store|manager|policy|login|entry|field|set|reset|required|given|for|of|on|as|by)$/iu;
/** Options of programs which take a password and do not say so: the program, its option, and the value behind it. */
const COMMANDS = [
  [String.raw`(?:mysql\w*|mariadb[\w-]*|7za?|7zr)`, '-p'],
  ['sshpass', String.raw`-p[ \t]*`],
  [String.raw`(?:redis-cli|redis-benchmark)`, String.raw`-a[ \t]+`],
  ['curl', String.raw`(?:-u|--user)(?:[ \t]*|=)`],
  ['curl', String.raw`(?:-U|--proxy-user)(?:[ \t]*|=)`],
  ['curl', String.raw`-b[ \t]*`],
  [String.raw`(?:(?:docker|podman|helm)(?:[ \t]+registry)?[ \t]+login|mongo\w*|rabbitmqadmin)`, String.raw`-p[ \t]+`],
  [String.raw`ldap\w+`, String.raw`-w[ \t]*`],
  [String.raw`(?:zip|unzip|sqlcmd)`, String.raw`-P[ \t]*`],
  [String.raw`(?:lftp|smbclient)`, String.raw`-[uU][ \t]*`],
].map(
  ([program = '', option = '']) =>
    new RegExp(
      String.raw`(?<![\w.-])(?<name>${program}(?:[ \t][^\n|;&]{0,300}?)?[ \t]["']?${option})(?<between>)(?<value>${VALUE})`,
      'gu',
    ),
);
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
  for (const pattern of [
    CREDENTIAL,
    HEADER,
    USERINFO,
    DSN,
    ...COMMANDS,
    OPTION,
    QUOTED_PAIR,
    LINE,
    NAMED,
    BEARER,
    SENTENCE,
  ]) {
    masked = masked.replace(pattern, (...found) => {
      const { lead = '', name = '', between = '', value = '', next = '' } = groupsOf(found);
      // `with --set-credential= or …` names a setting, and assigns nothing.
      const isShown =
        unquoted(value).startsWith(MASK_OPEN) ||
        unquoted(value).startsWith('[secret') ||
        (pattern !== LINE && /^=[ \t]+$/.test(between)) ||
        isProse(name, between, value) ||
        (pattern === SENTENCE && !isTold(value, next));
      return `${lead}${name}${between}${isShown ? value : mask(unquoted(value))}${next}`;
    });
  }
  // The lines behind a secret keep their numbers.
  for (const pattern of SHAPES)
    masked = masked.replace(pattern, (secret) => mask(secret) + secret.replace(/[^\n]+/g, ''));
  return maskRandom(masked, mask);
}

/** `Failed to determine user credentials: No such process` says why a service failed, and gives nothing away. */
function isProse(name: string, between: string, value: string): boolean {
  return /^[a-z]+s$/i.test(name) && /:[ \t]+$/.test(between) && /^[a-z' ,.;-]+$/i.test(value);
}

/** Whether the word behind `password` in a sentence is one: quoted, no word of English, or in `password X for bot`. */
function isTold(value: string, next: string): boolean {
  if (/^["']/.test(value)) return true;
  if (PROSE.test(value)) return false;
  return next !== '' || /[a-z][A-Z0-9]|[0-9][A-Za-z]|[A-Za-z0-9][^\w.)\]][A-Za-z0-9]|[0-9]{4}/.test(value);
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
