import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lookupIdentity, lookupUserById } from '../../posix/accounts/index.js';
import type { Identity, IdentityError } from '../../posix/accounts/index.js';
import { dispatchLooks } from './dispatchLooks.js';
import type { DiagnosisRequest, InstanceFinding, Look, NotChecked } from './finding.js';
import { identityFindings } from './identityFindings.js';
import { stateLooks } from './stateLooks.js';
import { sharedFindings, surroundingLooks } from './surroundingFindings.js';
import { unitHostFindings, unitTextFindings } from './unitFindings.js';

/** What an instance was found to be, and what of it could not be looked at. */
export interface InstanceExamination {
  readonly findings: readonly InstanceFinding[];
  readonly notChecked: readonly NotChecked[];
}

/**
 * Names every state the field knows that an instance is in, as `diagnoseInstance` does, and goes on where a part cannot be
 * looked at; reads only.
 *
 * Each part is looked at by itself: what cannot be read of one, by an ordinary user say, is in `notChecked` and hides no
 * other. What is in neither list was looked at and not found, as far as `diagnoseInstance` promises. Never an error.
 *
 * @example
 * ```ts
 * import { examineInstance, findInstances } from '@wca/runtime-sdk/kimaki';
 *
 * const instances = await findInstances();
 * if (instances.isErr()) throw new Error(instances.error.message);
 * for (const instance of instances.value) {
 *   const { findings, notChecked } = await examineInstance({ instance, instances: instances.value, caller: null });
 *   for (const { id, weight, found, fix } of findings) console.log(weight, id, found, fix);
 *   for (const { what, why } of notChecked) console.log('not checked:', what, why);
 * }
 * ```
 */
export async function examineInstance(request: DiagnosisRequest): Promise<InstanceExamination> {
  const { instance, instances } = request;
  const findings: InstanceFinding[] = [];
  const notChecked: NotChecked[] = [];
  const account = await identityOf(instance.user);
  if (account.isErr()) notChecked.push({ what: 'its account', why: account.error.message, error: account.error });
  else findings.push(...identityFindings(instance, account.value));
  const service = account.unwrapOr(null);
  findings.push(...unitTextFindings(instance), ...sharedFindings(instance, instances));
  for (const { what, look } of LOOKS) {
    const seen = await look(request, service);
    if (seen.isErr()) {
      notChecked.push({ what, why: seen.error.message, error: seen.error });
      continue;
    }
    const { found, leftOut } = 'found' in seen.value ? seen.value : { found: seen.value, leftOut: [] };
    findings.push(...found);
    notChecked.push(...leftOut.map((why) => ({ what, why, error: null })));
  }
  return { findings, notChecked };
}

const LOOKS: readonly Look[] = [
  { what: 'its unit on this host', look: ({ instance }, service) => unitHostFindings(instance, service) },
  ...stateLooks(),
  ...dispatchLooks(),
  ...surroundingLooks(),
];

/** `User=` takes a number too; null when there is no such account. */
async function identityOf(user: string): Promise<Result<Identity | null, IdentityError>> {
  const identity = /^[0-9]+$/.test(user)
    ? await lookupUserById(Number(user)).andThen(({ name }) => lookupIdentity(name))
    : await lookupIdentity(user);
  if (identity.isOk()) return ok(identity.value);
  return ['USER_NOT_FOUND', 'INVALID_USER_NAME'].includes(identity.error.code) ? ok(null) : err(identity.error);
}
