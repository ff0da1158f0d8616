// @module-tag linux
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultAsync } from 'neverthrow';
import { expect, it } from 'vitest';
import {
  checkServiceUser,
  countOwned,
  createServiceUser,
  explainAccess,
  explainExecution,
  findHolders,
  listProcesses,
  lookupGroup,
  lookupIdentity,
  lookupUser,
  probeAccess,
  probeExecution,
  queryOwnership,
  removeServiceUser,
  resolveExecutable,
  runAs,
  runProgram,
} from '../../src/posix/index.js';
import { estimateMove } from '../../src/posix/moves/index.js';
import { identityOf } from './support/identities.js';
import { freshPlace } from './support/place.js';

const SELF = identityOf('self', process.geteuid?.() ?? 0, [process.getegid?.() ?? 0]);
const SPEC = { name: 'wca-never-made', home: '/home/wca-never-made', shell: '/bin/sh', groups: [] };

type Options = { readonly signal: AbortSignal };
type Stopped = (options: Options, path: string) => ResultAsync<unknown, { readonly code: string }>;

const FUNCTIONS: Readonly<Record<string, Stopped>> = {
  checkServiceUser: (options) => checkServiceUser(SPEC, options),
  countOwned: (options, path) => countOwned(path, {}, options),
  createServiceUser: (options) => createServiceUser(SPEC, options),
  estimateMove: (options, path) => estimateMove(path, `${path}-moved`, options),
  explainAccess: (options) => explainAccess('/usr/bin/env', SELF, 'read', options),
  explainExecution: (options) => explainExecution('/usr/bin/env', SELF, options),
  findHolders: (options, path) => findHolders([path], options),
  listProcesses: (options) => listProcesses(options),
  lookupGroup: (options) => lookupGroup('daemon', options),
  lookupIdentity: (options) => lookupIdentity('daemon', options),
  lookupUser: (options) => lookupUser('daemon', options),
  probeAccess: (options) => probeAccess('/usr/bin/env', SELF, 'read', options),
  probeExecution: (options) => probeExecution('/usr/bin/env', SELF, options),
  queryOwnership: (options, path) => queryOwnership(path, {}, { ...options, onEntry: () => undefined }),
  removeServiceUser: (options) => removeServiceUser(SPEC.name, options),
  resolveExecutable: (options) => resolveExecutable('env', [SELF], options),
  runAs: (options) => runAs(SELF, '/bin/true', [], options),
  runProgram: (options) => runProgram('true', [], options),
};

it.each(Object.entries(FUNCTIONS))('%s answers ABORTED to a signal that is aborted', async (_name, call) => {
  const place = freshPlace();
  writeFileSync(join(place, 'file'), 'x');
  const answer = await call({ signal: AbortSignal.abort() }, place);
  expect(answer._unsafeUnwrapErr().code).toBe('ABORTED');
});
