import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commandTable.js';
import { runLine } from '../harness.js';

const schema = JSON.parse(
  readFileSync(new URL('../../../schema/detect.schema.json', import.meta.url), 'utf8'),
) as object;
const valid = new Ajv2020({ strict: false }).compile(schema);

const run = (args: readonly string[], env: Record<string, string>) => runLine(['detect', ...args], COMMANDS, { env });

describe('wca detect', () => {
  it('warns of root on stderr even with -q, and keeps the answer clean', async () => {
    const said = await run(['--sh', '-q'], { RUN_AS_ROOT: 'true', KIMAKI_DATA_DIR: "/srv/it's" });
    expect(said).toMatchObject({ exitCode: 0 });
    expect(said.stdout).toBe(
      "SERVICE_USER='root'\nSERVICE_HOME='/root'\nRUN_AS_ROOT='true'\nKIMAKI_DATA_DIR='/srv/it'\\''s'\n",
    );
    expect(said.stderr).toContain('warning: RUN_AS_ROOT=true');
  });

  it('gives the same as one JSON document', async () => {
    const said = await run(['--json'], { RUN_AS_ROOT: 'true' });
    expect(JSON.parse(said.stdout)).toEqual({
      formatVersion: 1,
      serviceUser: 'root',
      serviceHome: '/root',
      runAsRoot: true,
      dataDir: '/root/.kimaki',
      source: 'run-as-root',
      warnings: [expect.stringContaining('RUN_AS_ROOT=true')],
    });
    expect(valid(JSON.parse(said.stdout))).toBe(true);
    expect(valid(JSON.parse((await run(['--json', '--sh'], {})).stdout))).toBe(true);
    expect(valid({ formatVersion: 1, serviceUser: 'x' })).toBe(false);
  });

  it('says it to people as well', async () => {
    expect((await run([], { RUN_AS_ROOT: 'true' })).stdout).toBe(
      'service user: root (root)\nhome: /root\ndata directory: /root/.kimaki\ndecided by: run-as-root\n',
    );
  });

  it.each([
    [['--sh', '--json'], {}],
    [['kimaki'], {}],
    [['--sh', '--sh'], {}],
    [['--sh'], { KIMAKI_DATA_DIR: 'relative', RUN_AS_ROOT: 'true' }],
  ])('refuses %j with 64 and nothing to evaluate', async (args, env) => {
    const said = await run(args, env);
    expect(said.exitCode).toBe(64);
    expect(said.stdout.startsWith('{') || said.stdout === '').toBe(true);
  });
});
