import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lookupIdentity, lookupUserById } from '../../posix/index.js';
import type { Identity, IdentityError } from '../../posix/index.js';
import { dispatchFindings } from './dispatchFindings.js';
import type { DiagnosisError, DiagnosisRequest, InstanceFinding } from './finding.js';
import { identityFindings } from './identityFindings.js';
import { stateFindings } from './stateFindings.js';
import { sharedFindings, surroundingFindings } from './surroundingFindings.js';
import { unitHostFindings, unitTextFindings } from './unitFindings.js';

/**
 * Names every state the field knows that an instance is in, each with what was found and what to do; reads only.
 *
 * Looked at are identity (as configured, loaded and running), unit and drop-ins, data directory and homes, program and
 * dispatch, and what shares the host with it. What is not named was looked at and not found, as far as these readers see:
 * files are judged by owner, mode and text, and nothing is started or sent; `probeDispatch` proves the chain. Of the site
 * only the channel is judged, not its files. Needs root.
 *
 * Errors: a part of the host could not be read.
 *
 * @example
 * ```ts
 * import { diagnoseInstance, findInstances } from '@wca/runtime-sdk/kimaki';
 *
 * const instances = await findInstances();
 * if (instances.isErr()) throw new Error(instances.error.message);
 * for (const instance of instances.value) {
 *   const findings = await diagnoseInstance({ instance, instances: instances.value, caller: null });
 *   if (findings.isErr()) console.error(findings.error.message);
 *   else for (const { id, weight, found, fix } of findings.value) console.log(weight, id, found, fix);
 * }
 * ```
 */
export function diagnoseInstance(request: DiagnosisRequest): ResultAsync<readonly InstanceFinding[], DiagnosisError> {
  return new ResultAsync(diagnose(request));
}

async function diagnose(request: DiagnosisRequest): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { instance, instances } = request;
  const service = await identityOf(instance.user);
  if (service.isErr()) return err(service.error);
  const found = [...identityFindings(instance, service.value), ...unitTextFindings(instance)];
  const looks = [
    () => unitHostFindings(instance, service.value),
    () => stateFindings(instance, service.value),
    () => dispatchFindings(request, service.value),
    () => surroundingFindings(instance),
  ];
  for (const look of looks) {
    const more = await look();
    if (more.isErr()) return err(more.error);
    found.push(...more.value);
  }
  return ok([...found, ...sharedFindings(instance, instances)]);
}

/** `User=` takes a number too; null when there is no such account. */
async function identityOf(user: string): Promise<Result<Identity | null, IdentityError>> {
  const identity = /^[0-9]+$/.test(user) ? await lookupUserById(Number(user)).andThen(({ name }) => lookupIdentity(name)) : await lookupIdentity(user);
  if (identity.isOk()) return ok(identity.value);
  return ['USER_NOT_FOUND', 'INVALID_USER_NAME'].includes(identity.error.code) ? ok(null) : err(identity.error);
}
