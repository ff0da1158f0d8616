import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkAccountName, escapeSudoersPath, plainName } from './sudoHop.js';
import type { ManagedFile, SudoHopError } from './sudoHop.js';

const SYSTEMCTL = '/usr/bin/systemctl';

/**
 * Renders the sudo rule by which the agent may restart its own unit: exactly `systemctl restart UNIT`, as root, without a
 * password, and nothing else. Pure.
 *
 * sudo compares the whole list of arguments, so no other verb, option or unit gets through, nor a second unit behind the
 * first (sudoers(5), Command arguments). systemctl asks for nothing and starts no pager for `restart`. Whether a restart
 * leads to root is not judged here: what the unit starts as root, its `+` lines, must be root's to change
 * (`unsafePrivilegedLines`).
 *
 * Errors: `INVALID_ACCOUNT_NAME`; `INVALID_HOP_VALUE` for root, which needs no rule.
 *
 * @param unit - with its suffix, such as `kimaki.service`
 */
export function renderRestartRule(unit: string, user: string): Result<ManagedFile, SudoHopError> {
  const name = checkAccountName(user);
  if (name.isErr()) return err(name.error);
  if (user === 'root') {
    const message = 'root needs no rule to restart a unit; name the account of the service';
    return err({ code: 'INVALID_HOP_VALUE', message, field: 'service user', value: user });
  }
  return ok({
    path: restartRulePath(unit),
    mode: 0o440,
    content: `# Written by wca (@wca/runtime-sdk), which replaces it as a whole.
# Lets the agent restart its own service. sudo compares all arguments: nothing else is let through.
${user} ALL=(root) NOPASSWD: ${SYSTEMCTL} restart ${escapeSudoersPath(unit)}
`,
  });
}

/** The command that the rule of {@link renderRestartRule} lets through. */
export function restartCommand(unit: string): readonly string[] {
  return [SYSTEMCTL, 'restart', unit];
}

/** Where the rule of a unit stands; never two units in one file, nor a name that sudo ignores. */
export function restartRulePath(unit: string): string {
  return `/etc/sudoers.d/wp-coding-agents-${plainName(unit.replace(/\.service$/, ''), unit)}-restart`;
}

/** The rule in the file of {@link renderRestartRule}, and whether a text of that file has this one and no other. Pure. */
export function compareRestartRule(
  text: string,
  unit: string,
  user: string,
): Result<{ readonly wanted: string; readonly isSame: boolean }, SudoHopError> {
  return renderRestartRule(unit, user).map(({ content }) => {
    const wanted = rulesOf(content).join('\n');
    return { wanted, isSame: rulesOf(text).join('\n') === wanted };
  });
}

/** The rules in a file of sudoers(5): without comments and empty lines. */
export function rulesOf(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}
