/**
 * Takes the meaning from `%` and, for arguments of commands, from `$`: systemd gives the program this very text.
 *
 * In `Environment=` a `$` has no meaning and stays; in arguments of `Exec…=` it begins a variable and is doubled. With
 * the prefix `:` of a command systemd expands no variables: pass `environment` there. It does not quote, see
 * `quoteWord`.
 *
 * Source: systemd.exec(5), Environment=; systemd.service(5), "Command lines"; systemd.unit(5), "Specifiers".
 */
export function escapeExpansion(text: string, place: 'argument' | 'environment'): string {
  const plain = text.replaceAll('%', '%%');
  return place === 'argument' ? plain.replaceAll('$', '$$$$') : plain;
}
