import { shellWord } from '../../posix/paths/index.js';
import { DEFAULT_SERVICE_ACCOUNT } from './serviceIdentity.js';

/**
 * The command line with which an operator moves an instance off root, or has put right again what a migration of it did;
 * pure.
 *
 * It shows the plan, and then asks before it acts. Names are quoted for a shell where they need it.
 *
 * @example
 * ```ts
 * import { migrateCommand } from '@wca/runtime-sdk/kimaki';
 *
 * console.log(migrateCommand({ unit: 'kimaki-shop.service', user: 'root' }));
 * // wca migrate-off-root plan --unit kimaki-shop.service && wca migrate-off-root apply --unit kimaki-shop.service
 * ```
 */
export function migrateCommand({ unit, user }: { readonly unit: string; readonly user: string }): string {
  const named = unit === 'kimaki.service' ? '' : ` --unit ${shellWord(unit)}`;
  const to = ['root', DEFAULT_SERVICE_ACCOUNT].includes(user) ? '' : ` --user ${shellWord(user)}`;
  return ['plan', 'apply'].map((what) => `wca migrate-off-root ${what}${named}${to}`).join(' && ');
}
