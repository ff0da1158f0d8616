import { basename } from 'node:path';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import type { UnitSource } from '../../../src/systemd/document/unitSource.js';
import type { Random } from '../../posix/support/random.js';
import { SETTING_VALUES } from './settingValues.js';

/** A unit made to show one fact of the grammar: its files below `/etc/systemd/system`, or elsewhere by a whole path. */
export interface GrammarCase {
  /** L1 to L12 for lines, S1 to S18 for sections and assignments, DP1 to DP9 for drop-ins. */
  readonly fact: string;
  readonly name: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** As many cases of each fact, every one another. */
export function grammarCases(random: Random, perFact: number): readonly GrammarCase[] {
  return Object.entries(FACTS).flatMap(([fact, make]) =>
    Array.from({ length: perFact }, (_, i) => {
      const name = `${fact.toLowerCase()}-${i}.service`;
      const files = [...Object.entries(make(random, name))].map(([path, text]): [string, Buffer] => [
        path.startsWith('/') ? path : `/etc/systemd/system/${path}`,
        Buffer.from(text, 'latin1'),
      ]);
      return { fact, name, files: new Map(files) };
    }),
  );
}

/** The files of a case in the order in which systemd reads them. */
export function sourcesOf({ files }: GrammarCase): readonly UnitSource[] {
  const all = [...files].map(([path, bytes]): UnitSource => {
    return { path, role: path.endsWith('.conf') ? 'drop-in' : 'fragment', document: parseUnit(bytes) };
  });
  return all.sort((one, other) => (basename(one.path) < basename(other.path) ? -1 : 1));
}

type Files = Readonly<Record<string, string>>;

/** One line that systemd does not heed, so that its complaint shows how it read it. */
function probe({ pick }: Random): string {
  return pick(['UMask=zz', 'UMask=yy', 'UMask = zq', 'User=probe', 'Environment=PROBE=1', 'Foo=1', 'Nice=x']);
}

/** A text of UTF-8 as one character a byte. */
function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A random assignment with its section in front. */
function assignment({ pick, next }: Random, only?: RegExp): string {
  const [setting, values] = pick(Object.entries(SETTING_VALUES).filter(([name]) => only?.test(name) ?? true));
  const [section = '', key = ''] = setting.split('.');
  const twice = next() < 0.2 ? ` ${pick(values)}` : '';
  return `[${section}]\n${key}=${bytes(pick(values) + twice)}\n`;
}

const SERVICE = '[Service]\nExecStart=/bin/true\n';

/** The text as the unit file, or as one drop-in of some. */
function placed(random: Random, name: string, text: string): Files {
  const { next, pick } = random;
  if (next() < 0.5) return { [name]: `${SERVICE}${text}` };
  const other = next() < 0.5 ? { [`${name}.d/20-other.conf`]: assignment(random) } : {};
  return {
    [name]: `${SERVICE}${next() < 0.5 ? '' : assignment(random)}`,
    [`${name}.d/${pick(['10', '30'])}.conf`]: `[Service]\n${text}`,
    ...other,
  };
}

const EOLS = ['\n', '\r\n', '\n\r', '\r', '\0', '\n\0', '\r\0', '\r\n\0', '\n\r\0', '\n\n', '\r\r'];
const CONTINUED = [
  'UMask=a\\',
  'UMask=\\',
  'User=a\\',
  'Environment=A=1\\',
  'Environment=A=1 \\',
  'ExecStartPre=/bin/a \\',
];
const ENDS = ['b', ' b', 'B=2', '  c d', 'x\\\\', '', ' ', 'User=root', '[Install]', '# c', '; c', 'UMask=q'];

/** What makes a case of each fact. */
const FACTS: Readonly<Record<string, (random: Random, name: string) => Files>> = {
  L1: (random, name) => {
    const lines = Array.from({ length: 2 + random.below(4) }, () => probe(random) + random.pick(EOLS));
    return placed(random, name, lines.join(''));
  },
  L2: (random, name) =>
    placed(
      random,
      name,
      `${random.pick(['#', ';', ' #', '\t;'])} a comment${random.pick(['\0', '\r', '\n', '\n\r'])}${probe(random)}\n`,
    ),
  L3: (random, name) => {
    // Few are as long as that: each takes a megabyte.
    const size = random.next() < 0.1 ? 1024 * 1024 - random.pick([0, 1, 2, 20]) : 1 + random.below(3000);
    const start = random.pick(['Description=', '# ', 'Environment=A=']);
    const joined = random.pick(['', '', '\\\n']);
    const half = 'x'.repeat(Math.max(0, size - start.length) >> 1);
    return { [name]: `[Unit]\n${start}${half}${joined}${half}\n${SERVICE}UMask=zz\n` };
  },
  L4: (random, name) =>
    placed(
      random,
      name,
      `UMask=a${'\\'.repeat(random.below(5))}${random.pick(['', ' ', '\t'])}\n${probe(random)}\n${probe(random)}\n`,
    ),
  L5: (random, name) => {
    const between = Array.from({ length: 1 + random.below(3) }, () =>
      random.pick(['# c', '; c', '  # c', '# c \\', '#', 'x\\', '\t;']),
    );
    return placed(
      random,
      name,
      [random.pick(CONTINUED), ...between, random.pick(ENDS), probe(random)].join('\n') + '\n',
    );
  },
  L6: (random, name) =>
    placed(
      random,
      name,
      `${random.pick(CONTINUED)}\n${random.pick(['', ' ', '\t', '\n'])}\n${random.pick(ENDS)}\n${probe(random)}\n`,
    ),
  L7: (random, name) =>
    placed(
      random,
      name,
      `${random.pick(CONTINUED)}\n${random.pick(['[Install]', '[Service]', ' [Unit]', '[Bad'])}\n${probe(random)}\n`,
    ),
  L8: (random, name) =>
    placed(
      random,
      name,
      `${probe(random)}\n${random.pick([...CONTINUED, 'UMask=q', 'UMask=q\\\\'])}${random.pick(['', '\n', '\r\n', '\n# c', '\n# c\n', '\nb'])}`,
    ),
  L9: (random, name) =>
    placed(
      random,
      name,
      `${random.pick(['UM\\\nask=zz', 'Us\\\n  er=root', 'User\\\n=root', '\\\nUser=root', 'Use\\\nr\\\n=x', 'User \\\n = \\\n x'])}\n${probe(random)}\n`,
    ),
  L10: (random, name) => {
    const bom = bytes('\ufeff');
    const piece = (): string => random.pick([bom, '', '', bom + bom, ` ${bom}`]);
    const text = `${piece()}${random.pick(['[Service]', '# c', 'UMask=q'])}\n${piece()}${probe(random)}\n${random.pick(CONTINUED)}\n${piece()}b\n${piece()}${probe(random)}\n`;
    return random.next() < 0.5
      ? { [name]: `${piece()}${SERVICE}${text}` }
      : { [name]: SERVICE, [`${name}.d/a.conf`]: `${piece()}[Service]\n${text}` };
  },
  L11: (random, name) => {
    const blank = (): string => random.pick([' ', '\t', '\f', '\v', bytes('\u00a0'), '', ' \t ']);
    return placed(
      random,
      name,
      `${blank()}UMask${blank()}=${blank()}zz${blank()}\n${blank()}User${blank()}=${blank()}root${blank()}\n${blank()}# c\n`,
    );
  },
  L12: (random, name) => {
    const odd = random.pick([
      '\xff',
      '\xc3\x28',
      '\xed\xa0\x80',
      '\xef\xbf\xbe',
      '\xf4\x90\x80\x80',
      bytes('é'),
      bytes('\u{1f600}'),
    ]);
    const line = random.pick([
      `# ${odd}`,
      `Environment=A=${odd}`,
      `[X-${odd}]`,
      `X-a=${odd}`,
      `; ${odd}\\`,
      `Us${odd}er=x`,
      `UMask=\\\n# ${odd}\n2`,
    ]);
    return placed(random, name, `${probe(random)}\n${line}\n${random.pick(['', '[Service]\n'])}${probe(random)}\n`);
  },
  S1: (random, name) => {
    const blank = (): string => random.pick(['', ' ', '\t', '  ']);
    const lines = Array.from(
      { length: 3 },
      () => `${blank()}${random.pick(['# c', '; c', '', 'UMask=zz', 'Environment=A=1'])}${blank()}`,
    );
    return placed(random, name, `${lines.join('\n')}\n${blank()}User${blank()}=${blank()}a${blank()}\n`);
  },
  S2: (random, name) =>
    placed(
      random,
      name,
      `${random.pick(['UMask=zz', 'User=opencode', 'UMask=2', 'Environment=A=1', 'Type=simple'])} ${random.pick(['#', ';', '# c ; d', '"#"'])} c\n`,
    ),
  S3: (random, name) => {
    const header = random.pick([
      '  [Service]  ',
      '[Service] # c',
      '[Service',
      '[ Service ]',
      '[service]',
      '[]',
      '[a\tb]',
      '[a"b]',
      "[a'b]",
      '[a\\b]',
      '[[Service]]',
      'Service]',
      '[Service]x',
      '[a\x7fb]',
      '[Unit]',
    ]);
    return placed(
      random,
      name,
      `${probe(random)}\n${header}\n${probe(random)}\n${random.pick(['', '[Service]\n'])}${probe(random)}\n`,
    );
  },
  S4: (random, name) =>
    placed(
      random,
      name,
      `[Unit]\nDescription=a\n[Service]\n${probe(random)}\n[Install]\nWantedBy=x.target\n[Service]\n${probe(random)}\n[Unit]\n${random.pick(['Description=b', 'Wants=a.service'])}\n`,
    ),
  S5: (random, name) => {
    const text = `${random.pick(['UMask=q', '', '# c', 'foo'])}\n[${random.pick(['Service', 'X-Mine', 'Unknown', 'Socket', 'X-'])}]\n${random.pick(['UMask=zz', 'X-Foo=1', 'x-foo=1', 'Unknown=1', 'Listen=1'])}\n`;
    return random.next() < 0.5 ? { [name]: text + SERVICE } : { [name]: SERVICE, [`${name}.d/a.conf`]: text };
  },
  S6: (random, name) =>
    placed(
      random,
      name,
      `${random.pick(['foo', '=foo', ' = foo', '.include /x', 'umask=zz', 'USER=x', '"User"=x', 'User==x', 'User', 'User =', '==', 'User=a=b'])}\n${probe(random)}\n`,
    ),
  S7: (random, name) => {
    const keys = /\.(?:UMask|User|Group|WorkingDirectory|ExecStart|Type|Restart|NoNewPrivileges|KillMode|RestartSec)$/;
    return placed(random, name, Array.from({ length: 2 + random.below(3) }, () => assignment(random, keys)).join(''));
  },
  S8: (random, name) =>
    placed(
      random,
      name,
      Array.from({ length: 1 + random.below(2) }, () =>
        assignment(random, /\.(?:User|Group|SupplementaryGroups)$/),
      ).join(''),
    ),
  S9: (random, name) => {
    const keys = Object.keys(SETTING_VALUES).filter((key) => !key.endsWith('.ExecStart'));
    const [section = '', key = ''] = random.pick(keys).split('.');
    const value = (): string => bytes(random.pick(SETTING_VALUES[`${section}.${key}`] ?? []));
    return placed(
      random,
      name,
      `[${section}]\n${key}=${value()}\n${key}=${random.pick(['', ' ', '\t'])}\n${random.next() < 0.5 ? `${key}=${value()}\n` : ''}`,
    );
  },
  S10: (random, name) =>
    placed(
      random,
      name,
      Array.from({ length: 1 + random.below(4) }, () => assignment(random, /\.Environment$/)).join(''),
    ),
  S11: (random, name) =>
    placed(
      random,
      name,
      Array.from({ length: 1 + random.below(3) }, () => assignment(random, /\.EnvironmentFile$/)).join(''),
    ),
  S12: (random, name) => {
    const piece = (): string =>
      bytes(
        random.pick([
          'a',
          '"',
          "'",
          '\\',
          '\\n',
          '\\x41',
          '\\s',
          '\\101',
          '\\u00e9',
          '\\q',
          ' ',
          'b',
          '\\"',
          '\\\\',
          '=',
          'A=',
          '\\U0001f600',
          '\\x',
          '\\0',
        ]),
      );
    const word = Array.from({ length: 1 + random.below(7) }, piece).join('');
    return placed(
      random,
      name,
      `${random.pick(['Environment=A=', 'Environment="A=', 'ExecStartPre=/bin/echo ', 'PassEnvironment=A ', 'UnsetEnvironment=B '])}${word}\n`,
    );
  },
  S13: (random, name) => {
    const prefix = Array.from({ length: random.below(4) }, () =>
      random.pick(['@', '-', ':', '+', '!', '!!', '|']),
    ).join('');
    return placed(
      random,
      name,
      `[Service]\n${random.pick(['ExecStart=\n', ''])}ExecStart${random.pick(['', 'Pre', 'Post'])}=${prefix}/bin/a ${random.pick(['b', 'b c', '', '; /bin/d', '\\; e', ';'])}\n${random.pick(['Type=oneshot\n', '', ''])}`,
    );
  },
  S14: (random, name) =>
    placed(random, name, Array.from({ length: 1 + random.below(2) }, () => assignment(random, /\.Exec\w+$/)).join('')),
  S15: (random, name) =>
    placed(
      random,
      name,
      `[${random.pick(['Unit', 'Service'])}]\n${random.pick(['Description', 'ExecStart', 'ExecStop', 'User', 'Environment', 'WorkingDirectory', 'ReadWritePaths', 'SyslogIdentifier'])}=${random.pick(['', '/', '/bin/a ', 'A='])}${random.pick(['%Q', '%', '%%', '%n', '%i', '%I', '%p', '%h', '%u', '%-', 'a%', '%f', '%j', '%J', '%N', '%P', '%t', '%z'])}\n`,
    ),
  S16: (random, name) =>
    placed(
      random,
      name,
      `[Service]\n${random.pick(['ExecStartPre', 'ExecStart', 'Environment', 'ReadWritePaths', 'PassEnvironment'])}=${random.pick(['/bin/a "b', '-/bin/a "b', "/bin/a 'b", '"/bin/a', 'A=1 "B=2', '/a "/b', '"/a', "'"])}\n${probe(random)}\n`,
    ),
  S17: (random, name) => ({
    [name]: random.pick(['', '', '\n', '# only a comment\n', '[Service]\n', SERVICE, '[Unit]\n', ' ']),
  }),
  S18: (random, name) => ({
    [name]: `${SERVICE}${assignment(random)}`,
    [`${name}.d/10.conf`]: `${random.pick(['[Service]\n', '[Service]\n', ''])}${probe(random)}\n${random.pick(['[Bad', 'User=a:b', 'Environment=A=\xff', 'WorkingDirectory=x', 'ExecStart=x/y', '[Service] x', 'DynamicUser=x', 'PIDFile=../x'])}\n[Service]\n${probe(random)}\n`,
    [`${name}.d/20.conf`]: assignment(random),
  }),
};
