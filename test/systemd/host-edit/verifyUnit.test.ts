// @module-tag systemd
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { verifyUnit } from '../../../src/systemd/host-edit/verifyUnit.js';

async function complaints(unit: string, baseline?: string): Promise<readonly string[]> {
  const options = baseline === undefined ? {} : { baseline: Buffer.from(baseline) };
  return (await verifyUnit('wca-test.service', Buffer.from(unit), options))._unsafeUnwrap().complaints;
}

const GOOD = '[Service]\nExecStart=/bin/true\n';

describe('verifyUnit', () => {
  it('has nothing to say about a good unit', async () => {
    expect(await complaints(GOOD)).toEqual([]);
  });

  it('finds what systemd only warns about, with an exit status of 0', async () => {
    expect(await complaints(`${GOOD}Foo=1\n`)).toEqual([
      "wca-test.service:3: Unknown key 'Foo' in section [Service], ignoring.",
    ]);
  });

  it('finds what makes systemd refuse the unit', async () => {
    expect((await complaints('[Service\nExecStart=/bin/true\n')).join('\n')).toContain('failed to load properly');
    expect((await complaints('[Service]\nExecStart=/no/such/program\n')).join('\n')).toContain('/no/such/program');
  });

  it('does not hold against the new unit what was wrong with the old one, on whatever line', async () => {
    const old = '[Service]\nFoo=1\nFoo=1\nExecStart=/no/such/program\n';
    expect(await complaints(`# moved\n${old}UMask=0002\n`, old)).toEqual([]);
    expect(await complaints(`${old}Foo=1\n`, old)).toEqual([
      "wca-test.service:5: Unknown key 'Foo' in section [Service], ignoring.",
    ]);
    expect(await complaints(`${old}UMask=zz\n`, old)).toEqual([
      'wca-test.service:5: Failed to parse mode value, ignoring: zz',
    ]);
  });

  it('hides the secrets that systemd repeats', async () => {
    const said = await complaints(
      '[Service]\nEnvironment=A_TOKEN=canary-abc "junk canary-abc"\nExecStart=/bin/true --key "canary-def\n',
    );
    expect(said.length).toBeGreaterThan(1);
    expect(said.join('\n')).not.toContain('canary');
  });

  it('refuses a name that is none before anything is written', async () => {
    expect((await verifyUnit('../x.service', Buffer.from(GOOD)))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
  });

  it('leaves nothing behind, and does not change the bytes', async () => {
    const left = (): string[] =>
      ['/run', tmpdir()].flatMap((place) => readdirSync(place)).filter((name) => name.startsWith('wca-verify-'));
    const bytes = readFileSync(new URL('../../corpus/units/kimaki.service', import.meta.url));
    const copy = Buffer.from(bytes);
    const verdict = await verifyUnit('kimaki.service', bytes);
    expect(verdict._unsafeUnwrap().complaints.join('\n')).not.toContain('canary');
    expect(bytes.equals(copy)).toBe(true);
    expect(left()).toEqual([]);
  });
});
