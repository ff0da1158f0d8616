/**
 * Whether what carries this name is a secret.
 *
 * It is one when the name holds TOKEN, SECRET, PASSWORD, PASSWD, PASSPHRASE, KEY, CREDENTIAL, AUTHORIZATION, SSHPASS or
 * SMTPPASS and its kin, in any case; when its last word is PASS, AUTH, JWT, COOKIE, PAT, WEBHOOK, OTP or BEARER; and when it
 * ends in `_PWD` or `_PW`. Words are divided by `_`, `-`, `.` and by capitals (`dbPass`), and a number may follow: `GITHUB_PAT`
 * is a secret, `PATH`, `COMPASS`, `AUTHOR`, `SSH_AUTH_SOCK`, `PassEnvironment` and sudo's `NOPASSWD` are none.
 *
 * It judges the name alone and rather says yes too often: `KEYBOARD` is one. A secret under another name is not found.
 */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

const STEMS = ['token', 'secret', 'password', 'passphrase', 'key', 'credential', 'authorization'];
/** What PASS is written together with. */
const OWNERS = ['ssh', 'smtp', 'imap', 'mail', 'mysql', 'maria', 'pg', 'db', 'redis', 'ftp', 'ldap', 'http', 'proxy'];
const PASSES = [...OWNERS, 'bot', 'user', 'root', 'admin', 'sudo', 'wp', 'store'].map((owner) => `${owner}pass`);
const LAST_WORDS = [
  'pass',
  'auth',
  'oauth',
  'jwt',
  'cookie',
  'cookies',
  'pat',
  'webhook',
  'otp',
  'totp',
  'bearer',
  'creds',
];
const LAST_OF_SEVERAL = ['pwd', 'pswd', 'pw'];
/** Nothing of the name follows but a number, or what says that the secret is an address: `WEBHOOK_URL`. */
const END = String.raw`(?=(?:\d{1,3}|[_-][uU][rR][lL])?(?![\w.-]))`;

/**
 * The parts of a name that make it a secret's, for use inside other patterns. It tells words by their capitals, so it
 * works without the flag `i` only.
 */
export const SECRET_NAME_PART = [
  ...[...STEMS, ...PASSES].map(inAnyCase),
  // In a sudo rule, a command follows.
  String.raw`(?<!\bNO)${inAnyCase('passwd')}`,
  `(?:${LAST_WORDS.map(asWord).join('|')})${END}`,
  `(?<=[_.-])(?:${LAST_OF_SEVERAL.map(inAnyCase).join('|')})${END}`,
].join('|');

const SECRET_NAME = new RegExp(SECRET_NAME_PART, 'u');

function inAnyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

/** `pass`, `PASS` behind no other letter, and `Pass` anywhere. */
function asWord(word: string): string {
  return String.raw`(?<![A-Za-z])(?:${word}|${word.toUpperCase()})|${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
