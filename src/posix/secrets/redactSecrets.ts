import { maskText } from './maskText.js';
import { createRedactor } from './redactor.js';

/**
 * Hides the secrets in any text, a log or the output of a program: each becomes `[secret]`.
 *
 * Hidden are the values that go with a secret's name (see `isSecretName`) as `NAME=value`, `name: value`,
 * `--name value` or in JSON, to the end of a line that begins so; user and password of URLs and of `user:password@host`;
 * passwords among the arguments of programs that have a short option for them (`mysql -pX`, `redis-cli -a X`,
 * `sshpass -p X`, `curl -u a:b`); `Authorization` and cookie headers, and what follows `Bearer`; `password X for bot` in a
 * sentence; `SetCredential=`, `StandardInputText=` and `StandardInputData=`; Discord, GitHub, Slack and similar tokens by
 * their shape; private keys; runs of 20 and more letters and digits that look drawn by lot, their kind changing at every
 * fifth place at least (at every third, without digits); and every occurrence of the values in `known`, also in base64,
 * hexadecimal, URLs and escaped. No line moves.
 *
 * Paths, unit names, UUIDs and digests (`sha256:…`) do not count as drawn by lot. Rather too much is hidden than too
 * little, so harmless text may go. A secret that none of this fits is **not** recognised: a password of words or of
 * small letters alone that has no name beside it.
 *
 * @param known - values that are secret wherever they stand; those under 8 characters or beginning with `/` are not
 * searched for, since they would hide text at random
 *
 * @example
 * ```ts
 * import { redactSecrets } from '@wca/runtime-sdk/systemd';
 *
 * console.log(redactSecrets('login with --token abc at https://u:p@example.org'));
 * // login with --token [secret] at https://[secret]@example.org
 * ```
 */
export function redactSecrets(text: string, known: readonly string[] = []): string {
  const redactor = createRedactor(() => '[secret]');
  for (const secret of known) redactor.mask(secret);
  return redactor.finish(maskText(redactor.clean(text), redactor.mask));
}
