// @module-tag root
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootHost, installPackage, labAvailable } from '../lab/index.js';
import type { Host } from '../lab/index.js';

const schema: object = JSON.parse(
  readFileSync(new URL('../../schema/migrate-off-root.schema.json', import.meta.url), 'utf8'),
) as object;
const ajv = new Ajv2020({ allErrors: true, strict: false });
ajv.addSchema(schema, 'wca');

function validatorOf(name: string): ValidateFunction {
  const validate = ajv.getSchema(`wca#/$defs/${name}`);
  if (validate === undefined) throw new Error(`the schema has no ${name}`);
  return validate;
}

describe.skipIf(!labAvailable().ok)('the shipped JSON schema', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
    await installPackage(host);
  });
  afterAll(() => host.down());

  const printed = async (command: string, code: number): Promise<unknown> => {
    const ran = await host.run(`wca migrate-off-root ${command} --json`, { timeoutMs: 480_000 });
    expect(ran, ran.stderr).toMatchObject({ code });
    return JSON.parse(ran.stdout);
  };
  const expectValid = (name: string, document: unknown): void => {
    const validate = validatorOf(name);
    expect(validate(document), ajv.errorsText(validate.errors)).toBe(true);
  };

  it('describes what every command prints, in the order of a migration and its way back', async () => {
    expectValid('status', await printed('status', 0));
    expectValid('error', await printed('plan --user nobody-of-that-name', 65));
    expectValid('plan', await printed('plan', 0));
    expectValid('apply', await printed('apply --yes --hold 1', 0));
    expectValid('verify', await printed('verify', 0));
    expectValid('status', await printed('status', 0));
    expectValid('rollback', await printed('rollback --dry-run', 0));
    expectValid('rollback', await printed('rollback --yes', 0));
    expectValid('status', await printed('status', 0));
  });

  it('refuses what is no such document', () => {
    expect(validatorOf('plan')({ formatVersion: 1, steps: [] })).toBe(false);
    expect(
      validatorOf('verify')({ formatVersion: 1, ok: true, checks: [{ id: 'x', point: 10, ok: true, detail: '' }] }),
    ).toBe(false);
  });
});
