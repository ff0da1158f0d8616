import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { examineInstance } from './examineInstance.js';
import type { DiagnosisError, DiagnosisRequest, InstanceFinding } from './finding.js';

/**
 * Names every state the field knows that an instance is in, each with what was found and what to do; reads only.
 *
 * Looked at are identity (as configured, loaded and running), unit and drop-ins, data directory and homes, program and
 * dispatch, and what shares the host with it. What is not named was looked at and not found, as far as these readers see:
 * files are judged by owner, mode and text, and nothing is started or sent; `probeDispatch` proves the chain. Of the site
 * only the channel is judged, not its files. Needs root.
 *
 * Errors: a part of the host could not be read; `examineInstance` goes on then, and says so.
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
  const { findings, notChecked } = await examineInstance(request);
  const failed = notChecked.find(({ error }) => error !== null)?.error ?? null;
  return failed === null ? ok(findings) : err(failed);
}
