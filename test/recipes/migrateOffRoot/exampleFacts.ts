import type { MigrationFacts } from '../../../src/recipes/host/facts.js';

/** The facts of a host in the usual broken state: HOME at the new home already, data and command below /root. */
export function exampleFacts(changes: Partial<MigrationFacts> = {}): MigrationFacts {
  return {
    options: {},
    unit: {
      name: 'kimaki.service',
      bridge: 'kimaki',
      instance: '',
      files: [
        {
          path: '/etc/systemd/system/kimaki.service',
          sha256: 'a'.repeat(64),
          needsRewrite: true,
          diff: '-User=root\n+User=opencode\n',
        },
        {
          path: '/etc/systemd/system/kimaki.service.d/10-user.conf',
          sha256: 'b'.repeat(64),
          needsRewrite: true,
          diff: '',
        },
      ],
      loadedUser: 'root',
      active: true,
      runningUid: 0,
      home: '/home/opencode',
      dataDir: '/root/.kimaki',
      dataDirSource: 'argument',
      binary: '/root/.kimaki/bin/kimaki',
      restartSeconds: 10,
      listeningPorts: [29988],
      holdsState: true,
      lockPort: 29988,
    },
    companions: [
      {
        name: 'datamachine-worker.service',
        kind: 'service',
        files: [
          {
            path: '/etc/systemd/system/datamachine-worker.service',
            sha256: 'c'.repeat(64),
            needsRewrite: true,
            diff: '',
          },
        ],
        active: false,
      },
      { name: 'datamachine-worker.timer', kind: 'activator', files: [], active: true },
    ],
    dependents: [],
    oldHomes: ['/root'],
    targetGroup: 'opencode',
    target: {
      name: 'opencode',
      uid: 1000,
      gid: 1000,
      home: '/home/opencode',
      homeMode: '0750',
      shell: '/bin/bash',
      groups: ['opencode', 'www-data'],
      keptEntries: ['.ssh'],
    },
    site: {
      root: '/var/www/site',
      contentDir: '/var/www/site/wp-content',
      muPluginsDir: '/var/www/site/wp-content/mu-plugins',
      uploadsDir: '/var/www/site/wp-content/uploads',
      writable: ['/var/www/site/wp-content/plugins', '/var/www/site/wp-content/mu-plugins'],
      user: 'www-data',
      uid: 33,
      group: 'www-data',
      gid: 33,
    },
    state: {
      oldHome: '/home/opencode',
      newHome: '/home/opencode',
      newDataDir: '/home/opencode/.kimaki',
      moves: [
        {
          from: '/root/.kimaki',
          to: '/home/opencode/.kimaki',
          atTarget: 'skeleton',
          asidePath: '/home/opencode/.kimaki.before-migration',
          parents: [],
        },
      ],
      left: [],
      stale: null,
    },
    dispatch: {
      file: { path: '/var/www/site/wp-content/mu-plugins/wp-coding-agents-channels.php', sha256: 'd'.repeat(64) },
      label: 'bridge:kimaki',
      currentCommand: '/root/.kimaki/bin/kimaki',
      args: ['send', '--channel', '{recipient}', '--prompt', '{message}'],
      strategy: 'sudo-hop',
      command: '/usr/local/bin/wp-coding-agents-kimaki-dispatch',
      binary: '/usr/bin/kimaki',
      environment: null,
      why: 'www-data cannot enter /home/opencode',
    },
    binary: { name: 'kimaki', path: '/usr/bin/kimaki' },
    fpm: { unit: 'php8.2-fpm.service', pool: 'www', otherPools: [] },
    agentsFile: '/var/www/site/AGENTS.md',
    agentPlaces: [{ path: '/var/lib/datamachine/workspace', user: 'opencode', group: 'opencode' }],
    recovery: { node: '/usr/bin/node', program: `/var/lib/wca/runner/${'0'.repeat(64)}/wca.js` },
    secrets: [],
    leftovers: ['/tmp/opencode-cache'],
    ...changes,
  };
}

/** A host on which nothing is left to do. */
export function migratedFacts(): MigrationFacts {
  const broken = exampleFacts();
  const settled = <T extends { readonly needsRewrite: boolean }>(files: readonly T[]): T[] =>
    files.map((file) => ({ ...file, needsRewrite: false }));
  return exampleFacts({
    unit: { ...broken.unit, runningUid: 1000, dataDir: '/home/opencode/.kimaki', files: settled(broken.unit.files) },
    companions: broken.companions.map((one) => ({ ...one, files: settled(one.files) })),
    state: { ...broken.state, moves: [] },
  });
}

/** Two instances of one home and one site, as they are observed to be moved together: each has all that moves. */
export function togetherFacts(): readonly [MigrationFacts, MigrationFacts] {
  const first = exampleFacts({ options: { unit: 'kimaki.service' } });
  const moves = [
    ...first.state.moves,
    {
      from: '/root/.local/share/opencode',
      to: '/home/opencode/.local/share/opencode',
      atTarget: 'nothing' as const,
      asidePath: null,
      parents: ['/home/opencode/.local', '/home/opencode/.local/share'],
    },
    {
      from: '/root/.kimaki-b',
      to: '/home/opencode/.kimaki-b',
      atTarget: 'nothing' as const,
      asidePath: null,
      parents: [],
    },
  ];
  const { unit, state, dispatch } = first;
  const second: MigrationFacts = {
    ...first,
    options: { unit: 'kimaki-b.service' },
    unit: {
      ...unit,
      name: 'kimaki-b.service',
      instance: 'b',
      files: [
        {
          path: '/etc/systemd/system/kimaki-b.service',
          sha256: 'e'.repeat(64),
          needsRewrite: true,
          diff: '-User=root\n+User=opencode\n',
        },
      ],
      dataDir: '/root/.kimaki-b',
      listeningPorts: [31234],
      lockPort: 31234,
    },
    state: { ...state, newDataDir: '/home/opencode/.kimaki-b', moves },
    dispatch: {
      ...dispatch,
      label: 'bridge:kimaki-b',
      currentCommand: '/root/.kimaki-b/bin/kimaki',
      command: '/usr/local/bin/wp-coding-agents-kimaki-b-dispatch',
    },
  };
  return [{ ...first, state: { ...state, moves } }, second];
}
