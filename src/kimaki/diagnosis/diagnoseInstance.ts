import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lookupIdentity } from '../../posix/accounts/index.js';
import type { Identity, IdentityError } from '../../posix/accounts/index.js';
import { bridgeNamed } from '../bridges/index.js';
import { bridgeLooks } from './bridgeLooks.js';
import { dispatchLooks } from './dispatchLooks.js';
import { identityFindings } from './identityFindings.js';
import type { DiagnosisRequest, InstanceDiagnosis, InstanceFinding, Look, NotChecked } from './instanceFinding.js';
import { stateLooks } from './stateLooks.js';
import { sharedFindings, surroundingLooks } from './surroundingFindings.js';
import { unitHostFindings, unitTextFindings } from './unitFindings.js';

/**
 * Names every known state that an instance is in, each with what was found and what to do; reads only.
 *
 * It looks at the identity (as configured, loaded and running), the unit and its drop-ins, the data directory and the
 * homes, the program and the dispatch, and at what else on the host uses the same site, port or directory. Each part is
 * read by itself: a part that cannot be read, by an ordinary user for example, is in `notChecked` and hides no other.
 * What is in neither list was looked at and not found. Files are judged by owner, mode and text; nothing is started or
 * sent (`probeDispatch` proves the dispatch). Of the site only the channel is judged (`diagnoseSite` judges its files).
 * Needs root to see all of it.
 *
 * Errors: none.
 *
 * @example
 * ```ts
 * import { diagnoseInstance, findInstances } from '@wca/runtime-sdk/kimaki';
 *
 * const instances = await findInstances();
 * if (instances.isErr()) throw new Error(instances.error.message);
 * for (const instance of instances.value) {
 *   const diagnosis = await diagnoseInstance({ instance, instances: instances.value, caller: null });
 *   if (diagnosis.isErr()) continue;
 *   for (const { severity, id, what, remedy } of diagnosis.value.findings) console.log(severity, id, what, remedy);
 *   for (const { what, why } of diagnosis.value.notChecked) console.log('not checked:', what, why);
 * }
 * ```
 */
export function diagnoseInstance(request: DiagnosisRequest): ResultAsync<InstanceDiagnosis, never> {
  return ResultAsync.fromSafePromise(diagnose(request));
}

const UNIT_LOOK: Look = {
  what: 'its unit on this host',
  look: ({ instance }, service) => unitHostFindings(instance, service),
};
/** What an instance of a bridge that is not known whole can be judged by. */
const PLAIN_LOOKS: readonly Look[] = [UNIT_LOOK, ...surroundingLooks()];
const LOOKS: readonly Look[] = [
  UNIT_LOOK,
  ...stateLooks(),
  ...bridgeLooks(),
  ...dispatchLooks(),
  ...surroundingLooks(),
];

async function diagnose(request: DiagnosisRequest): Promise<InstanceDiagnosis> {
  const { instance, instances } = request;
  const findings: InstanceFinding[] = [];
  const notChecked: NotChecked[] = [];
  const account = await identityOf(instance.user);
  if (account.isErr()) notChecked.push({ what: 'its account', why: account.error.message, error: account.error });
  else findings.push(...identityFindings(instance, account.value));
  const service = account.unwrapOr(null);
  findings.push(...unitTextFindings(instance), ...sharedFindings(instance, instances));
  const { title, unknown } = bridgeNamed(instance.bridge);
  if (unknown !== null) {
    notChecked.push({ what: 'its state and its dispatch', why: `of ${title} it is not known ${unknown}`, error: null });
  }
  for (const { what, look } of unknown === null ? LOOKS : PLAIN_LOOKS) {
    const seen = await look(request, service);
    if (seen.isErr()) {
      notChecked.push({ what, why: seen.error.message, error: seen.error });
      continue;
    }
    const { found, leftOut } = 'found' in seen.value ? seen.value : { found: seen.value, leftOut: [] };
    findings.push(...found);
    notChecked.push(...leftOut.map((why) => ({ what, why, error: null })));
  }
  // A program of its own the agent may upgrade, whatever the unit says.
  const upgrades = findings.some(({ id }) => id === 'own-prefix');
  return { findings: findings.filter(({ id }) => !upgrades || id !== 'self-upgrade'), notChecked };
}

/** `User=` takes a number too; null when there is no such account. */
async function identityOf(user: string): Promise<Result<Identity | null, IdentityError>> {
  const identity = /^[0-9]+$/.test(user) ? await lookupIdentity(Number(user)) : await lookupIdentity(user);
  if (identity.isOk()) return ok(identity.value);
  return ['USER_NOT_FOUND', 'INVALID_USER_NAME'].includes(identity.error.code) ? ok(null) : err(identity.error);
}
