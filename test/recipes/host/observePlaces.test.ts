// @module-tag root
import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KIMAKI } from '../../../src/kimaki/bridges/index.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { agentPlacesOf, leftoversOf, workspacesOf } from '../../../src/recipes/host/observePlaces.js';
import { tempDir } from '../tempDir.js';

/** A site, a home and a workspace, with the places the agent keeps for itself. */
function arrange() {
  const dir = tempDir();
  const [site, home, workspace] = ['site', 'home', 'data/workspace'].map((name) => join(dir, name));
  if (site === undefined || home === undefined || workspace === undefined) throw new Error('three places');
  for (const path of [join(site, '.opencode'), home, workspace]) mkdirSync(path, { recursive: true });
  writeFileSync(join(site, 'AGENTS.md'), '');
  writeFileSync(join(site, 'opencode.json'), '');
  symlinkSync(home, join(site, '.claude'));
  const places = async (named: string | undefined, agentsFile: string | null = null): Promise<readonly string[]> => {
    const environment = named === undefined ? {} : { DATAMACHINE_WORKSPACE_PATH: named };
    const found = await agentPlacesOf(
      { environment },
      { root: site, group: 'www-data', workspace: null },
      { name: 'opencode', home },
      'agents',
      agentsFile,
    );
    return found.map(({ path, user, group }) => `${path} ${user}:${group}`);
  };
  return { dir, site, home, workspace, places };
}

describe('workspacesOf', () => {
  const HOME = '/home/opencode';
  const DEFAULT = '/var/lib/datamachine';
  test.each([
    ['by default the program asks whether it can write the directory above', undefined, null, [DEFAULT], null],
    ['the constant is used as it is', undefined, `${DEFAULT}/workspace/`, [`${DEFAULT}/workspace`], null],
    ['it may lie in the home', undefined, `${HOME}/ws`, [`${HOME}/ws`], null],
    ['elsewhere it is a claim', undefined, '/opt/backup/db', [], '/opt/backup/db'],
    ['unless the unit says the same', '/srv/agent/ws', '/srv/agent/ws', ['/srv/agent/ws'], null],
    ['the program does not know what the unit says', '/srv/agent/ws', null, [DEFAULT, '/srv/agent/ws'], null],
    ['a claim does not take the place of the unit', '/srv/agent/ws', '/etc/cron.d', ['/srv/agent/ws'], '/etc/cron.d'],
    ['a place of its own in the default is not listed twice', `${DEFAULT}/workspace`, null, [DEFAULT], null],
    ['a directory of the system is no workspace', '/etc', null, [DEFAULT], null],
  ])('%s', (_what, unit, constant, paths, claim) => {
    expect(workspacesOf(unit, constant, HOME, ['/var/www/site', HOME])).toEqual({ paths, claim });
  });
});

describe('agentPlacesOf', () => {
  test('lists what is there below the site for the site’s group, and the workspace for the agent’s own', async () => {
    const { site, workspace, places } = arrange();
    expect(await places(`${workspace}/`)).toEqual([
      `${site}/.opencode opencode:www-data`,
      `${site}/opencode.json opencode:www-data`,
      `${site}/AGENTS.md opencode:www-data`,
      `${workspace} opencode:agents`,
    ]);
  });

  test('leaves AGENTS.md to the step that renders it again', async () => {
    const { site, workspace, places } = arrange();
    expect(await places(workspace, join(site, 'AGENTS.md'))).not.toContain(`${site}/AGENTS.md opencode:www-data`);
  });

  test('follows no link', async () => {
    const { dir, home, workspace, places } = arrange();
    symlinkSync(home, join(dir, 'link'));
    expect((await places(workspace)).join('\n')).not.toContain('.claude');
    expect((await places(join(dir, 'link'))).join('\n')).not.toContain(`${dir}/link`);
  });

  test('takes no directory of the system for a workspace, nor one that holds the site or the home', async () => {
    const { dir, site, home, workspace, places } = arrange();
    const wrong = [
      '/',
      '/etc',
      '/root',
      '/var/lib',
      '',
      'workspace',
      '../..',
      dir,
      dirname(dir),
      site,
      home,
      `${workspace}/../..`,
    ];
    for (const named of wrong) {
      const found = (await places(named)).filter((place) => place.endsWith(':agents'));
      expect(found, named).toEqual([]);
    }
    expect(await places(join(dir, 'missing'))).not.toContain(`${join(dir, 'missing')} opencode:agents`);
  });
});

describe('leftoversOf', () => {
  test('are root’s and the agent’s own, by name, and never what another account put there', async () => {
    const made = (prefix: string, uid: number): string => {
      const path = mkdtempSync(join('/tmp', prefix));
      onTestFinished(() => rmSync(path, { recursive: true }));
      chownSync(path, uid, uid);
      return path;
    };
    const roots = made('opencode-', 0);
    const agents = made('kimaki.', 1000);
    const strangers = [made('opencode-', 33), made('opencodex-', 0), made('other-', 0)];
    const link = `${roots}-link`;
    symlinkSync('/etc', link);
    onTestFinished(() => rmSync(link));

    const found = await leftoversOf(KIMAKI, 1000);
    expect(found).toEqual(expect.arrayContaining([roots, agents]));
    for (const path of [...strangers, link]) expect(found).not.toContain(path);
    expect(await leftoversOf(KIMAKI, null)).not.toContain(agents);
    expect(found).toEqual([...found].sort());
  });
});
