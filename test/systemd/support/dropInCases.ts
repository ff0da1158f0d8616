import type { Random } from '../../posix/support/random.js';

/** A unit with drop-ins made to show one fact of their order: files, and links by where they lead. */
export interface DropInCase {
  /** DP1 to DP9. */
  readonly fact: string;
  readonly name: string;
  readonly files: ReadonlyMap<string, string | { readonly target: string }>;
}

/** Load directories in the order of their priority; those of generators are emptied at each reload. */
const DIRECTORIES = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
];
const CONF = ['10.conf', '9.conf', 'A.conf', '_.conf', 'a.conf', '~.conf', '20-a.conf', 'zz.conf'];
const UNIT = '[Service]\nExecStart=/bin/true\nUser=unit\nEnvironment=FROM=unit\n';

type Files = Record<string, string | { readonly target: string }>;

/** As many cases of each fact, every one another. */
export function dropInCases(random: Random, perFact: number): readonly DropInCase[] {
  return Object.entries(FACTS).flatMap(([fact, make]) =>
    Array.from({ length: perFact }, (_, i) => {
      const id = `${fact.toLowerCase()}x${i}`;
      const { name, files } = make(random, id);
      return { fact, name, files: new Map(Object.entries(files)) };
    }),
  );
}

/** A drop-in that tells where it lies, in a value that the last one wins and in one that they all add to. */
function dropIn(path: string): string {
  const word = path.replace(/[^A-Za-z0-9/.]/g, '_').slice(1);
  return `[Service]\nUser=${word.replaceAll('/', '.')}\nEnvironment=FROM=${word} V${Buffer.from(path).toString('hex').slice(-40)}=1\nExecStartPre=/bin/${word}\n`;
}

/** The unit in a random directory, and drop-ins at the paths. */
function unitWith({ pick }: Random, name: string, paths: readonly string[]): Files {
  const files: Files = {
    [`${pick(['/etc/systemd/system', '/usr/lib/systemd/system', '/run/systemd/system'])}/${name}`]: UNIT,
  };
  for (const path of paths) files[path] = dropIn(path);
  return files;
}

function some<T>({ below }: Random, make: () => T): readonly T[] {
  return Array.from({ length: 2 + below(4) }, make);
}

const MASKS = ['', { target: '/dev/null' }] as const;

const FACTS: Readonly<
  Record<string, (random: Random, id: string) => { readonly name: string; readonly files: Files }>
> = {
  DP1: (random, id) => {
    const name = `${id}.service`;
    const conf = [random.pick(CONF), random.pick(CONF)];
    return {
      name,
      files: unitWith(
        random,
        name,
        some(random, () => `${random.pick(DIRECTORIES)}/${name}.d/${random.pick(conf)}`),
      ),
    };
  },
  DP2: (random, id) => {
    const name = `${id}.service`;
    return { name, files: unitWith(random, name, [`${random.pick(DIRECTORIES)}/${name}.d/${random.pick(CONF)}`]) };
  },
  DP3: (random, id) => {
    const name = `${id}-b-c.service`;
    const place = (): string =>
      random.pick([
        `${id}-b-c.service.d`,
        `${id}-b-.service.d`,
        `${id}-.service.d`,
        `${id}.service.d`,
        `${id}-b.service.d`,
      ]);
    return {
      name,
      files: unitWith(
        random,
        name,
        some(random, () => `${random.pick(DIRECTORIES)}/${place()}/${random.pick(CONF)}`),
      ),
    };
  },
  DP4: (random, id) => {
    // What lies in service.d is every service's: it says nothing that would keep one from starting.
    const name = `${id}.service`;
    const conf = `${random.pick(['05', '50', 'z'])}-${id}.conf`;
    const files = unitWith(
      random,
      name,
      some(random, () => `${random.pick(DIRECTORIES)}/${name}.d/${random.pick([conf, random.pick(CONF)])}`),
    );
    files[`${random.pick(DIRECTORIES)}/service.d/${conf}`] = `[Service]\nEnvironment=${id}=all FROM=all\n`;
    return { name, files };
  },
  DP5: (random, id) => {
    const name = `${id}.service`;
    const conf = [random.pick(CONF), random.pick(CONF)];
    const files = unitWith(
      random,
      name,
      some(random, () => `${random.pick(DIRECTORIES)}/${name}.d/${random.pick(conf)}`),
    );
    files[`${random.pick(DIRECTORIES)}/${name}.d/${random.pick(conf)}`] = random.pick(MASKS);
    return { name, files };
  },
  DP6: (random, id) => {
    const name = `${id}.service`;
    const conf = random.pick(CONF);
    const odd = random.pick(['x', '.hidden.conf', 'y.conf~', 'z.conf.bak', 'q.CONF', '.conf']);
    const files = unitWith(
      random,
      name,
      [conf, odd, odd].map((file) => `${random.pick(DIRECTORIES)}/${name}.d/${file}`),
    );
    // A directory of this name takes it away from those behind it.
    if (random.next() < 0.5) files[`/etc/systemd/system.control/${name}.d/${conf}/inside`] = 'x';
    return { name, files };
  },
  DP7: (random, id) => {
    const name = `${id}.service`;
    const target = `/opt/${id}`;
    const files = unitWith(random, name, [
      `/etc/systemd/system/${name}.d/${random.pick(CONF)}`,
      `${target}/${random.pick(CONF)}`,
    ]);
    files[`${random.pick(DIRECTORIES.filter((path) => path !== '/etc/systemd/system'))}/${name}.d`] = {
      target: random.pick([target, `opt/${id}`, `../${id}`, '/nowhere']),
    };
    return { name, files };
  },
  DP8: (random, id) => {
    if (random.next() < 0.5) {
      const name = `${id}@i.service`;
      const template = `${id}@.service`;
      const files = unitWith(
        random,
        template,
        some(random, () => `${random.pick(DIRECTORIES)}/${random.pick([name, template])}.d/${random.pick(CONF)}`),
      );
      return { name, files };
    }
    const name = `${id}.service`;
    // Names that differ: which of two with one name counts, systemd leaves open.
    const files: Files = {
      [`/etc/systemd/system/${name}`]: UNIT,
      [`/etc/systemd/system/${id}alias.service`]: { target: name },
    };
    for (const path of [`${name}.d/1${random.pick(CONF)}`, `${id}alias.service.d/2${random.pick(CONF)}`]) {
      const whole = `${random.pick(DIRECTORIES)}/${path}`;
      files[whole] = dropIn(whole);
    }
    return { name: random.pick([name, `${id}alias.service`]), files };
  },
  DP9: (random, id) => {
    const name = `${id}.service`;
    const late = [
      `/etc/systemd/system/${name}.d/zz-ours.conf`,
      `${random.pick(DIRECTORIES)}/${name}.d/${random.pick(['zz-p.conf', 'zzz.conf', '~.conf', 'é.conf', 'zz-ours.conf'])}`,
    ];
    return { name, files: unitWith(random, name, late) };
  },
};
