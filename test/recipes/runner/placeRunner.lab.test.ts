import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { QUICK_APPLY, brokenHost, endedWith, migrate, told } from '../migrateOffRoot/support.js';

const lab = labAvailable();
const PACKAGE = '/opt/wca/node_modules/@wca/runtime-sdk';
const RUNNERS = '/var/lib/wca/runner';
const OLD = 'a'.repeat(64);
const NEW = 'b'.repeat(64);

describe.skipIf(!lab.ok)('what root executes later', () => {
  let host: Host;
  /** What the plan's safety unit executes. */
  let program = '';

  beforeAll(async () => {
    host = await brokenHost();
  });
  afterAll(() => host.down());

  describe('is refused in a plan', () => {
    const refusalOf = async (): Promise<string | undefined> => {
      const result = endedWith(await migrate(host, ['plan', '--json']), 65);
      expect(await host.ok('ls -A /var/lib | grep -cx wca || true')).toBe('0');
      return told(result).error?.code;
    };

    it.each([
      [
        'a file of the package belongs to another account',
        `chown www-data $(ls ${PACKAGE}/dist/cli/chunk-*.js | head -1)`,
        `chown -R root ${PACKAGE}`,
      ],
      ['a directory above Node may be written to by everyone', 'chmod 777 /opt/wca', 'chmod 755 /opt/wca'],
    ])('when %s', async (_, breakIt, mend) => {
      await host.ok(breakIt);
      expect(await refusalOf()).toBe('RUNNER_UNTRUSTED');
      await host.ok(mend);
    });

    it('when the package has lost its command line', async () => {
      await host.ok(`mv ${PACKAGE}/dist/runner /opt/runner`);
      expect(await refusalOf()).toBe('RUNNER_MISSING');
      await host.ok(`mv /opt/runner ${PACKAGE}/dist/runner`);
    });
  });

  it('is a copy whose path names the digest of its content', async () => {
    const plan = endedWith(await migrate(host, ['plan', '--json']), 0);
    const { steps } = JSON.parse(plan.stdout) as { steps: { id: string; args: { content?: string } }[] };
    const content = steps.find(({ id }) => id === 'recovery')?.args.content ?? '';
    const [, node, path] = /^ExecStart=(\S+) (\S+) migrate-off-root recover$/m.exec(content) ?? [];
    program = path ?? '';
    expect(node).toBe('/opt/wca/node');
    expect(program).toMatch(new RegExp(`^${RUNNERS}/[0-9a-f]{64}/wca\\.js$`));
  });

  it('is made anew where what stands there has other content, and is there for root alone', async () => {
    const directory = program.slice(0, -'/wca.js'.length);
    await host.ok(`install -d -m 700 /var/lib/wca ${RUNNERS} ${directory} ${RUNNERS}/${OLD} ${RUNNERS}/${NEW}`);
    await host.ok(
      `echo 'process.exit(0)' > ${program}; cp ${program} ${directory}/more.js; touch -d '2 hours ago' ${RUNNERS}/${OLD}`,
    );
    expect(told(endedWith(await migrate(host, QUICK_APPLY), 0)).failed).toBe(false);

    const names = await host.ok(['ls', '-A', directory]);
    expect(names.split('\n')).toEqual(['node-sqlite3-wasm.cjs', 'node-sqlite3-wasm.wasm', 'package.json', 'wca.js']);
    const hash = createHash('sha256');
    for (const name of names.split('\n')) {
      const bytes = Buffer.from(await host.ok(['base64', '-w0', `${directory}/${name}`]), 'base64');
      hash.update(`${name}\0${bytes.length}\0`).update(bytes);
    }
    expect(directory).toBe(`${RUNNERS}/${hash.digest('hex')}`);
    expect(await host.ok(`find ${RUNNERS} \\( -not -user root -o -perm /077 \\)`)).toBe('');
    // The old copy that nothing names is gone; a new one may be about to be named.
    expect(await host.ok(['ls', '-A', RUNNERS])).toBe([directory.slice(RUNNERS.length + 1), NEW].sort().join('\n'));
  });

  it('runs with nothing but its own files and Node', async () => {
    await host.ok(`rm -rf /opt/wca/node_modules`);
    expect(await host.ok(['/opt/wca/node', program, '--version'])).toMatch(/^\d+\.\d+\.\d+$/);
    const status = endedWith(await host.run(['/opt/wca/node', program, 'migrate-off-root', 'status', '--json']), 0);
    expect(told(status).state).toBe('applied');
    // Reads databases with SQLite, shows differences of units, and plans with itself as what root executes.
    const plan = endedWith(await host.run(['/opt/wca/node', program, 'migrate-off-root', 'plan', '--json']), 0);
    expect(told(plan).changed).toBe(false);
  });

  it('takes a run back when the package it was made of is gone', async () => {
    const back = await host.run(['/opt/wca/node', program, 'migrate-off-root', 'rollback', '--yes', '--json'], {
      timeoutMs: 480_000,
    });
    expect(told(endedWith(back, 0)).outcome).toBe('rolled-back');
    const plan = endedWith(await host.run(['/opt/wca/node', program, 'migrate-off-root', 'plan', '--json']), 0);
    expect(plan.stdout).toContain(`ExecStart=/opt/wca/node ${program} migrate-off-root recover`);
  });
});
