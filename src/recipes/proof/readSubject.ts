import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lookupIdentity } from '../../posix/accounts/index.js';
import { isInUse } from '../../kimaki/instance/index.js';
import { remedy } from '../../posix/findings/index.js';
import { findSite } from '../../wordpress/site/index.js';
import {
  DEFAULT_SERVICE_USER,
  agentPlacesOf,
  cannotObserve,
  observeInstance,
  readChannel,
  refusal,
  refuseHost,
  readOptions,
  migrationOptions,
  verificationOptions,
} from '../host/index.js';
import type { MigrationOptions, MigrationRefusal, VerificationOptions } from '../host/index.js';
import type { Subject } from './subject.js';

/** Reads what the checks look at. A broken host is no reason to refuse, since the checks are there to find that. */
export async function readSubject(
  givenOptions: MigrationOptions,
  givenVerification: VerificationOptions,
): Promise<Result<Subject, MigrationRefusal>> {
  const read = readOptions(migrationOptions, givenOptions);
  if (read.isErr()) return err(read.error);
  const options = read.value;
  const verification = readOptions(verificationOptions, givenVerification);
  if (verification.isErr()) return err(verification.error);
  const host = await refuseHost();
  if (host.isErr()) return err(host.error);
  const found = await observeInstance(options);
  if (found.isErr()) return err(found.error);
  const { instance, neighbours } = found.value;
  const name = options.user ?? DEFAULT_SERVICE_USER;
  const service = await lookupIdentity(name);
  if (service.isErr()) {
    const { code, message } = service.error;
    return err(
      code === 'USER_NOT_FOUND'
        ? refusal('TARGET_MISSING', name, message, remedy.option('user'))
        : cannotObserve(service.error),
    );
  }
  const path = options.site ?? instance.site;
  if (path === null) {
    return err(refusal('SITE_NOT_FOUND', instance.unit, `${instance.unit} names no site`, remedy.option('site')));
  }
  const site = await findSite(path);
  if (site.isErr()) {
    return err(
      site.error.code === 'NOT_A_SITE'
        ? refusal('SITE_NOT_FOUND', path, site.error.message, remedy.option('site'))
        : cannotObserve(site.error),
    );
  }
  const web = await lookupIdentity(site.value.owner.user);
  if (web.isErr()) return err(cannotObserve(web.error));
  const channel = await readChannel(site.value.muPluginsDir, instance, neighbours.filter(isInUse));
  if (channel.isErr()) return err(cannotObserve(channel.error));
  const { owner } = site.value;
  const agentPlaces = await agentPlacesOf(
    instance,
    { root: site.value.path, group: owner.group, workspace: site.value.workspace },
    { name, home: service.value.user.home },
    service.value.group.name,
    null,
  );
  return ok({
    instance,
    neighbours,
    service: service.value,
    web: web.value,
    site: site.value,
    channel: channel.value,
    agentPlaces,
    options: verification.value,
    accepted: options,
  });
}
