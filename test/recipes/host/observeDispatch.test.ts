// @module-tag root
// @module-tag sudo
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lookupIdentity } from '../../../src/posix/accounts/index.js';
import { bridgeNamed } from '../../../src/kimaki/bridges/index.js';
import { observeBinary, observeDispatch, tokenEnvironment } from '../../../src/recipes/host/observeDispatch.js';
import type { MigrationOptions } from '../../../src/recipes/host/options.js';
import type { Target } from '../../../src/recipes/host/observeTarget.js';
import type { Site } from '../../../src/wordpress/site/index.js';
import { AGENT, exampleInstance } from '../../kimaki/support/exampleInstance.js';
import { exampleFacts } from '../migrateOffRoot/exampleFacts.js';
import { tempDir } from '../tempDir.js';

const FACTS = exampleFacts();
const HOP = '/usr/local/bin/wp-coding-agents-kimaki-dispatch';
const CHANNELS = `<?php
add_filter( 'datamachine_code_cli_channels', function ( $channels ) {
    // BEGIN bridges
    // BEGIN bridge:kimaki
    $channels['kimaki'] = [ 'command' => '/root/.kimaki/bin/kimaki', 'args' => [ 'send' ] ];
    // END bridge:kimaki
    // END bridges
    return $channels;
} );
`;

interface Given {
  /** Modes of the home and of the data directory in it; no home where it is null. */
  readonly home: number | null;
  readonly data?: number;
  readonly channels?: string;
}

/** What is decided on a host like this. */
async function decided({ home, data = 0o700, channels }: Given, options: MigrationOptions = {}) {
  const dir = tempDir();
  chmodSync(dir, 0o755);
  const homeDir = join(dir, 'home');
  const dataDir = join(homeDir, '.kimaki');
  const muPluginsDir = join(dir, 'mu-plugins');
  mkdirSync(muPluginsDir);
  if (channels !== undefined) writeFileSync(join(muPluginsDir, 'wp-coding-agents-channels.php'), channels);
  if (home !== null) {
    mkdirSync(dataDir, { recursive: true });
    chmodSync(dataDir, data);
    chmodSync(homeDir, home);
  }
  const homeMode = home === null ? null : home.toString(8).padStart(4, '0');
  const facts = { ...FACTS.target, home: homeDir, homeMode };
  return observeDispatch(options, exampleInstance('', { dataDir }), {
    site: { muPluginsDir } as Site,
    web: (await lookupIdentity('www-data'))._unsafeUnwrap(),
    target: { facts, identity: null, likely: AGENT, group: 'opencode', warnings: [] } satisfies Target,
    state: { ...FACTS.state, newDataDir: dataDir },
    binary: FACTS.binary,
    neighbours: [],
  });
}

describe('observeDispatch', () => {
  test('takes the binary itself where WordPress can work in the data directory', async () => {
    const { facts, warnings } = (await decided({ home: 0o755, data: 0o777, channels: CHANNELS }))._unsafeUnwrap();
    expect(facts).toMatchObject({
      strategy: 'system-binary',
      command: '/usr/bin/kimaki',
      currentCommand: '/root/.kimaki/bin/kimaki',
      label: 'bridge:kimaki',
    });
    expect(facts.file?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(warnings).toEqual([]);
  });

  test.each<[string, Given, string]>([
    ['the home is closed to it', { home: 0o750, data: 0o777 }, '/home'],
    [
      'it may enter the data directory and not write there',
      { home: 0o755, data: 0o755 },
      'only opencode may write there',
    ],
    ['the home is still to be created', { home: null }, 'a new home is 0750'],
  ])('takes the sudo hop where %s, and warns who controls the agent then', async (_, given, why) => {
    const { facts, warnings } = (await decided({ ...given, channels: CHANNELS }))._unsafeUnwrap();
    expect(facts).toMatchObject({ strategy: 'sudo-hop', command: HOP, binary: '/usr/bin/kimaki' });
    expect(facts.why).toContain(why);
    expect(warnings.join()).toContain('whoever controls PHP controls the agent');
  });

  test('refuses the binary itself where WordPress cannot work in the data directory', async () => {
    expect(await decided({ home: 0o750 }, { dispatch: 'system-binary' })).toBeErr({
      code: 'DISPATCH_IMPOSSIBLE',
      subject: 'kimaki.service',
    });
  });

  test('warns where no mu-plugin registers the instance', async () => {
    const { facts, warnings } = (await decided({ home: 0o755, data: 0o777 }))._unsafeUnwrap();
    expect(facts).toMatchObject({ file: null, currentCommand: null });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('register /usr/bin/kimaki by hand');
  });

  test('refuses a mu-plugin that cannot be read for certain', async () => {
    const channels = CHANNELS.replace('    // END bridge:kimaki\n', '');
    expect(await decided({ home: 0o755, channels })).toBeErr({ code: 'DISPATCH_IMPOSSIBLE' });
  });
});

describe('observeBinary', () => {
  test.each([
    ['kimaki', '/usr', 'kimaki'],
    ['roadie', '/usr/local/lib/wp-coding-agents/roadie', '@extrachill/roadie'],
  ] as const)(
    'refuses where no %s can be executed by both, with the command that installs it in %s',
    async (name, prefix, pkg) => {
      const web = (await lookupIdentity('www-data'))._unsafeUnwrap();
      const error = (await observeBinary(bridgeNamed(name), AGENT, web))._unsafeUnwrapErr();
      expect(error.code).toBe('BINARY_UNREACHABLE');
      expect(error.message).toContain('can be executed by opencode and www-data');
      expect(error.remedy).toMatchObject({ argv: ['npm', 'install', '--global', '--prefix', prefix, pkg] });
    },
  );
});

describe('tokenEnvironment', () => {
  const TOKEN = '/etc/wp-coding-agents/roadie/send-token';
  const after = { dataDir: '/home/opencode/.roadie', lockPort: 29988 };
  const roadie = (environment: Readonly<Record<string, string>>) =>
    ({ bridge: 'roadie', unit: 'roadie.service', environment }) as const;

  test('names token, data and port, and a HOME only where the channel gives none', () => {
    const wanted = {
      ROADIE_SERVICE_TOKEN_FILE: TOKEN,
      ROADIE_DATA_DIR: '/home/opencode/.roadie',
      ROADIE_LOCK_PORT: '29988',
    };
    const instance = roadie({ ROADIE_SERVICE_TOKEN_FILE: TOKEN });
    expect(tokenEnvironment(instance, { HOME: '/tmp/x', OTHER: 'secret' }, after)).toBeOk(wanted);
    expect(tokenEnvironment(instance, {}, after)).toBeOk({ HOME: '/tmp', ...wanted });
  });

  test("takes the channel's token where the unit names none, and refuses where neither does", () => {
    const given = { HOME: '/tmp', ROADIE_SERVICE_TOKEN_FILE: '/etc/other' };
    expect(tokenEnvironment(roadie({}), given, after)._unsafeUnwrap()).toMatchObject({
      ROADIE_SERVICE_TOKEN_FILE: '/etc/other',
    });
    expect(tokenEnvironment(roadie({}), {}, after)).toBeErr({ code: 'DISPATCH_IMPOSSIBLE' });
  });

  test('is none for a bridge that sends into its data directory', () => {
    expect(tokenEnvironment({ bridge: 'kimaki', unit: 'kimaki.service', environment: {} }, {}, after)).toBeOk(null);
  });
});
