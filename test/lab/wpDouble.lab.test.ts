import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SITE, bootHost, labAvailable } from './index.js';
import type { Host } from './index.js';

const FORMATTER = 'wp-cli/wp-cli php/WP_CLI/Formatter.php';
const CONFIGURATOR = 'wp-cli/wp-cli php/WP_CLI/Configurator.php';
const SUBCOMMAND = 'wp-cli/wp-cli php/WP_CLI/Dispatcher/Subcommand.php';
const QUIET = 'wp-cli/wp-cli php/WP_CLI/Loggers/Quiet.php';
const USER = 'wp-cli/wp-cli php/WP_CLI/Fetchers/User.php';
const RUNNER = 'wp-cli/wp-cli php/WP_CLI/Runner.php';
const ROOT = 'wp-cli/wp-cli php/WP_CLI/Bootstrap/CheckRoot.php';
const PLUGINS = 'wp-cli/extension-command src/Plugin_Command.php';
const USERS = 'wp-cli/entity-command src/User_Command.php';
const JOBS = 'Extra-Chill/data-machine inc/Cli/Commands/JobsCommand.php';
const SCOPE = 'Extra-Chill/data-machine inc/Abilities/Job/JobHelpers.php';
const GET_JOBS = 'Extra-Chill/data-machine inc/Abilities/Job/GetJobsAbility.php';
const FLOWS = 'Extra-Chill/data-machine inc/Cli/Commands/Flows/FlowsCommand.php';
const DRAIN = 'Extra-Chill/data-machine inc/Cli/Commands/DrainCommand.php';
const GATE = 'Extra-Chill/data-machine inc/setup/agents-md.php';
const GENERATOR = 'Extra-Chill/data-machine inc/Engine/AI/ComposableFileGenerator.php';
const GROUP_WRITE = 'Extra-Chill/data-machine inc/Core/FilesRepository/FilesystemHelper.php';

const lab = labAvailable();
let host: Host;

/** Ends of `wp` with these arguments in the site, as www-data. */
async function wp(args: string, user = 'www-data'): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await host.run(`wp ${args}`, { user, cwd: SITE });
  return { code, stdout, stderr };
}

/** Runs it with a wp-cli.yml of this text in the site. */
async function configured<T>(yml: string, run: () => Promise<T>): Promise<T> {
  await host.ok(`printf '${yml}' >${SITE}/wp-cli.yml; chmod 644 ${SITE}/wp-cli.yml`);
  try {
    return await run();
  } finally {
    await host.ok(`rm ${SITE}/wp-cli.yml`);
  }
}

const AGENTS = `${SITE}/AGENTS.md`;
const FIELDS = '--fields=id,source,flow,status,created,completed';

type Row = readonly [sentence: string, source: string, proof: () => Promise<void>];

const ROWS: readonly Row[] = [
  [
    'root is refused without --allow-root',
    ROOT,
    async () => {
      expect(await wp('plugin list', 'root')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('YIKES!') as string,
      });
      expect((await wp('plugin list --allow-root', 'root')).code).toBe(0);
    },
  ],
  [
    'a command that no plugin registers ends with 1',
    RUNNER,
    async () => {
      const { code, stderr } = await wp('datamachine nonsense');
      expect([code, stderr]).toEqual([1, expect.stringContaining('is not a registered wp command')]);
    },
  ],
  [
    'an option that the command does not have ends with 1 before anything is done',
    SUBCOMMAND,
    async () => {
      const { code, stderr } = await wp('datamachine flows run 1 --nonsense');
      expect([code, stderr]).toEqual([1, expect.stringContaining('unknown --nonsense parameter')]);
    },
  ],
  [
    'JSON of a list is one line without an end of line, and is printed when quiet',
    FORMATTER,
    async () => {
      const { stdout } = await wp('user list --role=administrator --fields=ID --format=json --quiet');
      expect(stdout).toBe('[{"ID":1}]');
    },
  ],
  [
    'what is said besides, success and warnings too, is not printed when quiet; errors are',
    QUIET,
    async () => {
      const said = await wp('datamachine flows run 2 --no-drain --quiet');
      expect(said).toMatchObject({ code: 0, stdout: '', stderr: '' });
      expect((await wp('datamachine flows run 4711 --quiet')).stderr).toContain('Error: ');
    },
  ],
  [
    'a wp-cli.yml of the site sets path, user, quiet and require; options come first, --no-quiet too',
    CONFIGURATOR,
    async () => {
      const jobs = `datamachine jobs list --format=json`;
      await configured('quiet: true\\nuser: admin\\n', async () => {
        expect(await wp(jobs)).toMatchObject({ code: 0, stdout: '' });
        expect((await wp(`${jobs} --no-quiet`)).stdout).toContain('[');
        expect((await wp(`${jobs} --user=nobody`)).code).toBe(1);
      });
      await configured('path: /nonexistent\\n', async () => {
        expect((await wp('user list')).code).toBe(1);
        expect((await wp(`--path=${SITE} user list`)).code).toBe(0);
      });
      await host.ok(`echo '<?php echo "Thanks for using me! [1] [] ";' >${SITE}/banner.php`);
      await configured('require: banner.php\\n', async () => {
        expect((await wp('user list --fields=ID --format=json')).stdout).toBe('Thanks for using me! [1] [] [{"ID":1}]');
      });
      await host.ok(`rm ${SITE}/banner.php`);
    },
  ],
  [
    '--user takes an id, a login or an e-mail address, and an unknown one ends with 1',
    USER,
    async () => {
      for (const user of ['1', 'admin', 'admin@lab.invalid']) {
        expect((await wp(`datamachine jobs list --user=${user}`)).code).toBe(0);
      }
      const { code, stderr } = await wp('plugin list --user=nobody');
      expect([code, stderr]).toEqual([1, expect.stringContaining("Invalid user ID, email or login: 'nobody'")]);
    },
  ],
  [
    'must-use plugins and drop-ins are listed, with the update false',
    PLUGINS,
    async () => {
      const { stdout } = await wp('plugin list --fields=name,status,update,version --format=json');
      const row = { name: 'lab-datamachine', status: 'must-use', update: false, version: '' };
      expect(JSON.parse(stdout)).toContainEqual(row);
    },
  ],
  [
    'users are listed by their role',
    USERS,
    async () => {
      const { stdout } = await wp('user list --role=editor --fields=ID --format=json');
      expect(stdout).toBe('[]');
    },
  ],
  [
    'jobs are listed to an acting user only',
    SCOPE,
    async () => {
      const { code, stderr } = await wp('datamachine jobs list --format=json');
      const said = 'An authenticated acting caller is required to list owned jobs.';
      expect([code, stderr]).toEqual([1, expect.stringContaining(said)]);
    },
  ],
  [
    'jobs without an owner are listed to administrators only; for an empty list with --fields nothing is printed but a warning',
    SCOPE,
    async () => {
      await host.ok(
        `cd ${SITE} && php -r 'require "wp-load.php"; wp_create_user("guest", "guest", "guest@lab.invalid");'`,
        {
          user: 'www-data',
        },
      );
      const listed = await wp(`datamachine jobs list ${FIELDS} --format=json --user=guest`);
      expect(listed).toEqual({ code: 0, stdout: '', stderr: 'Warning: No items found.\n' });
      expect((await wp('datamachine jobs list --format=json --user=guest')).stdout).toBe('[]\n');
    },
  ],
  [
    'JSON of jobs is printed over several lines, and on one with --fields',
    JOBS,
    async () => {
      await wp('datamachine flows run 2 --no-drain');
      expect((await wp('datamachine jobs list --format=json --user=1')).stdout).toMatch(
        /^\[\n {4}\{\n {8}"id": \d+,\n/,
      );
      const { stdout } = await wp(`datamachine jobs list ${FIELDS} --format=json --user=1`);
      expect(stdout).toMatch(
        /^\[\{"id":\d+,"source":"pipeline","flow":"[^"]+","status":"[^"]+","created":"[^"]+","completed":/,
      );
      expect(stdout).not.toContain('\n');
    },
  ],
  [
    'more than 100 jobs at a time are refused',
    GET_JOBS,
    async () => {
      expect((await wp('datamachine jobs list --user=1 --limit=100')).code).toBe(0);
      expect((await wp('datamachine jobs list --user=1 --limit=101')).code).toBe(1);
    },
  ],
  [
    'flows are listed without a user, with these fields',
    FLOWS,
    async () => {
      const [flow] = JSON.parse((await wp('datamachine flows list --format=json')).stdout) as readonly object[];
      const fields = ['id', 'name', 'pipeline_id', 'handlers', 'config', 'schedule', 'max_items', 'status', 'next_run'];
      expect(Object.keys(flow ?? {})).toEqual(fields);
    },
  ],
  [
    'flows run queues and carries out what is due as the caller; with --no-drain it queues only, and names the job',
    FLOWS,
    async () => {
      const queued = await wp('datamachine flows run 2 --no-drain');
      expect(queued.stdout).toMatch(/^Success: Flow 2 execution started\.\nJob ID: \d+\n$/);
      expect(await statusOf(jobOf(queued.stdout))).toBe('pending');
      const drained = await wp('datamachine flows run 2');
      expect(drained.stdout).toMatch(/\nJob ID: \d+\nDrained Data Machine actions: .* [2-9]\d* step executions/);
      expect(await statusOf(jobOf(queued.stdout))).not.toBe('pending');
    },
  ],
  [
    'drain --job-id carries out that job alone',
    DRAIN,
    async () => {
      const [one, other] = [
        await wp('datamachine flows run 2 --no-drain'),
        await wp('datamachine flows run 2 --no-drain'),
      ];
      expect((await wp(`datamachine drain --job-id=${jobOf(other.stdout)} --time-limit=60`)).code).toBe(0);
      expect(await statusOf(jobOf(one.stdout))).toBe('pending');
      expect(await statusOf(jobOf(other.stdout))).not.toBe('pending');
    },
  ],
  [
    'AGENTS.md is composed only where DATAMACHINE_COMPOSE_AGENTS_MD says so',
    GATE,
    async () => {
      const config = `${SITE}/wp-config.php`;
      await host.ok(`cp -p ${config} /root/config; sed -i /DATAMACHINE_COMPOSE_AGENTS_MD/d ${config}`);
      const { code, stderr } = await wp('datamachine memory compose AGENTS.md');
      await host.ok(`cp -p /root/config ${config}`);
      const said = 'Error: File "AGENTS.md" is not registered in the MemoryFileRegistry.';
      expect([code, stderr]).toEqual([1, expect.stringContaining(said)]);
    },
  ],
  [
    'it has --allow-root where root composes it, and nowhere else',
    GATE,
    async () => {
      await host.ok(`cd ${SITE} && wp --allow-root datamachine memory compose AGENTS.md`);
      expect(await host.ok(`cat ${AGENTS}`)).toContain('wp --allow-root');
      await host.ok(`chown www-data: ${AGENTS}`);
      expect((await wp('datamachine memory compose AGENTS.md')).code).toBe(0);
      expect(await host.ok(`cat ${AGENTS}`)).not.toContain('--allow-root');
    },
  ],
  [
    'a file that the caller cannot write ends with 1',
    GENERATOR,
    async () => {
      await host.ok(`chown root:root ${AGENTS}; chmod 644 ${AGENTS}`);
      const { code, stderr } = await wp('datamachine memory compose AGENTS.md');
      expect([code, stderr]).toEqual([1, expect.stringContaining('Failed to write AGENTS.md to disk.')]);
    },
  ],
  [
    'its owner leaves it group-writable',
    GROUP_WRITE,
    async () => {
      await host.ok(`chown www-data: ${AGENTS}; chmod 644 ${AGENTS}`);
      await wp('datamachine memory compose AGENTS.md');
      expect(await host.ok(`stat -c %a ${AGENTS}`)).toBe('664');
    },
  ],
];

function jobOf(said: string): string {
  return /^Job ID: (\d+)$/m.exec(said)?.[1] ?? '';
}

async function statusOf(job: string): Promise<string | undefined> {
  const listed = JSON.parse((await wp(`datamachine jobs list ${FIELDS} --format=json --user=1`)).stdout) as readonly {
    readonly id: number;
    readonly status: string;
  }[];
  return listed.find(({ id }) => id === Number(job))?.status;
}

describe.skipIf(!lab.ok)('the doubles of WP-CLI and Data Machine', () => {
  beforeAll(async () => {
    host = await bootHost();
    // Nobody else runs the queue meanwhile.
    await host.ok('systemctl stop lab-visitors.timer datamachine-worker.timer lab-visitors.service');
  });
  afterAll(() => host.down());

  it.each(ROWS)('%s (%s)', async (_sentence, _source, proof) => {
    await proof();
  });
});
