/**
 * Whether what carries this name is a secret: the name holds TOKEN, SECRET, PASSWORD, PASSWD, PASSPHRASE, KEY,
 * CREDENTIAL or AUTHORIZATION in any case, or ends in `_PASS` or `_PWD`.
 *
 * It judges the name alone and rather says yes too often: `KEYBOARD` is one. A secret under another name is not found.
 */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The parts of a name that make it a secret's, for use inside other patterns. */
export const SECRET_NAME_PART =
  'token|secret|passw(?:or)?d|passphrase|key|credential|authorization|[_-](?:pass|pwd)(?![a-z0-9])';

const SECRET_NAME = new RegExp(SECRET_NAME_PART, 'i');
