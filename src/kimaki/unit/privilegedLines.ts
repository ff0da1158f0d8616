import { parseExec } from '../../systemd/values/index.js';
import { effectiveAssignments, effectiveValue } from '../instance/index.js';
import type { UnitFile } from '../instance/index.js';

/** One command that goes on running as root after `User=` has changed. */
export interface PrivilegedLine {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly key: string;
  /** The program, as written. */
  readonly path: string;
  readonly why: '+' | '!' | '!!' | 'PermissionsStartOnly';
}

/**
 * Finds the commands of a unit that `User=` does not reach; pure.
 *
 * `+` runs with full privileges, `!` and `!!` without the change of user, and `PermissionsStartOnly=yes` frees every
 * command but `ExecStart=` (systemd.service(5)). Commands that a later empty assignment takes away do not count.
 * Whether such a program is safe from the agent is another question: `checkTrustedPath` answers it.
 *
 * @param files - the fragment first, then the drop-ins as systemd applies them
 *
 * @example
 * ```ts
 * import { parseUnit } from '@wca/runtime-sdk/systemd';
 * import { privilegedLines } from '@wca/runtime-sdk/kimaki';
 *
 * const document = parseUnit('[Service]\nExecStartPre=+/opt/kimaki-config/post-upgrade.sh\n');
 * const files = [{ path: 'post-upgrade.conf', document }];
 * for (const { line, why, path } of privilegedLines(files)) console.log(line, why, path);
 * ```
 */
export function privilegedLines(files: readonly UnitFile[]): readonly PrivilegedLine[] {
  const startOnly = isTrue(effectiveValue(files, 'Service', 'PermissionsStartOnly'));
  return effectiveAssignments(files, 'Service', (key) => key.startsWith('Exec')).flatMap(({ file, assignment }) => {
    const { key, line, value } = assignment;
    const first = parseExec(value);
    return [first, ...first.following].flatMap(({ prefixes, path }): PrivilegedLine[] => {
      const why = prefixes.includes('+') ? '+' : prefixes.includes('!!') ? '!!' : prefixes.includes('!') ? '!' : null;
      if (why !== null) return [{ file, line, key, path, why }];
      return startOnly && key !== 'ExecStart' && path !== ''
        ? [{ file, line, key, path, why: 'PermissionsStartOnly' }]
        : [];
    });
  });
}

/** systemd.syntax(7), boolean values. */
export function isTrue(value: string | null): boolean {
  return value !== null && /^(1|yes|y|true|t|on)$/i.test(value);
}
