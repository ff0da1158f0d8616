// @module-tag slow
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityAssignments } from '../../../src/kimaki/identity/identityAssignments.js';
import type { ServiceIdentity } from '../../../src/kimaki/identity/serviceIdentity.js';
import { cases } from '../../support/campaign.js';

/** Values that a shell would read otherwise if it were given half a chance. */
const NASTY = [
  "'",
  '"',
  '$(id)',
  '`id`',
  '\\',
  '\n',
  '\r',
  '\t',
  ';id',
  '&',
  '|',
  '$HOME',
  '~',
  '*',
  '#',
  ' ',
  '-x',
  "'\\''",
  '\u0001',
  'é',
  '\u202e',
  'a',
];
const value = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 12 })
  .map((parts) => parts.join('').replace(/\0|\p{Surrogate}/gu, ''));
const identity = fc.record({
  serviceUser: value,
  serviceHome: value,
  runAsRoot: fc.boolean(),
  dataDir: value,
  source: fc.constant('default' as const),
  warnings: fc.constant([]),
});

/** Each line of input is a program in base64; what it assigns comes back, NUL between. */
const EVALUATES = `while read -r text; do
  unset SERVICE_USER SERVICE_HOME RUN_AS_ROOT KIMAKI_DATA_DIR
  eval "$(printf %s "$text" | base64 -d)"
  printf '%s\\0' "$SERVICE_USER" "$SERVICE_HOME" "$RUN_AS_ROOT" "$KIMAKI_DATA_DIR"
done`;

function evaluated(shell: string, identities: readonly ServiceIdentity[]): readonly string[] {
  const input = identities.map((one) => `${Buffer.from(identityAssignments(one)).toString('base64')}\n`).join('');
  const ran = spawnSync(shell, ['-c', EVALUATES], {
    input,
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', HOME: '/decoy' },
    maxBuffer: 64 << 20,
  });
  expect(ran.stderr).toBe('');
  return ran.stdout.split('\0').slice(0, -1);
}

describe('the assignments of an identity', () => {
  it.each(['sh', 'bash'])('give %s back exactly what was put in, whatever it is', (shell) => {
    const identities = fc.sample(identity, { numRuns: cases(60, 500), seed: 7 });
    const wanted = identities.flatMap((one) => [one.serviceUser, one.serviceHome, String(one.runAsRoot), one.dataDir]);
    // Command substitution drops newlines at the end of the whole text, never of a quoted value.
    expect(evaluated(shell, identities)).toEqual(wanted);
  });

  it('are four lines for plain values, and nothing else', () => {
    const plain = {
      serviceUser: 'opencode',
      serviceHome: '/home/opencode',
      runAsRoot: false,
      dataDir: '/home/opencode/.kimaki',
      source: 'default',
      warnings: ['w'],
    } as const;
    expect(identityAssignments(plain)).toBe(
      "SERVICE_USER='opencode'\nSERVICE_HOME='/home/opencode'\nRUN_AS_ROOT='false'\nKIMAKI_DATA_DIR='/home/opencode/.kimaki'\n",
    );
  });
});
