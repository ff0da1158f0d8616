// @module-tag root
// @module-tag slow
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  askChanged,
  keepProgramsStep,
  keepUnits,
  putBack,
} from '../../../../src/recipes/steps/programs/keepProgramsStep.js';
import type { StepContext } from '../../../../src/recipes/engine/plan/step.js';
import { serviceOf } from '../../../systemd/support/effectiveOf.js';
import { tempDir } from '../../tempDir.js';

/** A service of root whose programs lie in its state, which moves from `root/.kimaki` to `home/.kimaki`. */
let dir = '';
let ctx: StepContext;
const from = (name = ''): string => join(dir, 'root/.kimaki', name);
const to = (name = ''): string => join(dir, 'home/.kimaki', name);
const moves = (): { from: string; to: string }[] => [{ from: from(), to: to() }];

function put(path: string, text: string, mode = 0o755): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

const unit = (): ReturnType<typeof serviceOf> =>
  serviceOf(
    [
      `WorkingDirectory=${dir}/site`,
      `Environment=HOME=${dir}/root`,
      `ExecStartPre=-/bin/sh ${from('hooks/pre.sh')} --log ${from('log')}`,
      `ExecStartPre=${from('bin/py')}`,
      `ExecStart=${from('bin/kimaki')} --data-dir ${from()} --config ${from('config.json')}`,
      `ExecStartPost=/usr/bin/env node ${from('lib/app/main.js')}`,
      `ExecStop=${from('bin/current')}`,
    ].join('\n'),
  );

beforeEach(async () => {
  dir = tempDir();
  const records = join(dir, 'records');
  for (const path of [from(), join(dir, 'home'), join(dir, 'site'), records]) mkdirSync(path, { recursive: true });
  ctx = {
    runDir: dir,
    recordPath: (name) => join(records, `programs_${name}`),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
  put(from('bin/kimaki'), `#!/bin/sh\nexec ${from('lib/real')} "$@"\n`);
  put(from('lib/real'), '\x7fELF\0real');
  put(from('bin/py'), `#!${from('venv/python')}\nprint(1)\n`);
  put(from('venv/python'), '\x7fELF\0python');
  put(from('hooks/pre.sh'), 'echo pre\n', 0o644);
  put(from('lib/app/main.js'), "require('left')\n", 0o644);
  put(from('lib/node_modules/left/index.js'), 'left\n', 0o644);
  put(from('versions/1'), '\x7fELF\x001');
  put(from('versions/2'), '\x7fELF\x002');
  symlinkSync('../versions/1', from('bin/current'));
  put(from('config.json'), '{}\n', 0o644);
  put(from('discord-sessions.db'), 'rows\n', 0o600);
  put(join(dir, 'site/.opencode/plugin/a.js'), 'a\n', 0o644);
  put(join(dir, 'site/opencode.json'), '{"theme":"x"}\n', 0o644);
  expect(await keepUnits([unit()], { moves: moves(), open: [join(dir, 'home'), join(dir, 'site')] }, ctx)).toBeOk();
  renameSync(from(), to());
});

interface Planted {
  readonly what: string;
  readonly plant: () => void;
  /** The paths that are refused, below the new state. */
  readonly refused: readonly string[];
  /** What a forced look at the old state shows after an automatic way back. */
  readonly restored: () => unknown;
  readonly was: unknown;
  readonly aside: string;
}

const text = (name: string) => (): string => readFileSync(from(name), 'latin1');

const PLANTED: readonly Planted[] = [
  {
    what: 'the program of ExecStart replaced',
    plant: () => put(to('bin/kimaki'), 'evil'),
    refused: ['bin/kimaki'],
    restored: () => readFileSync(from('bin/kimaki'), 'utf8').startsWith('#!/bin/sh\nexec '),
    was: true,
    aside: 'bin/kimaki.changed-since',
  },
  {
    what: 'the target of its shim replaced',
    plant: () => put(to('lib/real'), 'evil'),
    refused: ['lib/real'],
    restored: text('lib/real'),
    was: '\x7fELF\0real',
    aside: 'lib/real.changed-since',
  },
  {
    what: 'the interpreter of a shebang replaced',
    plant: () => put(to('venv/python'), 'evil'),
    refused: ['venv/python'],
    restored: text('venv/python'),
    was: '\x7fELF\0python',
    aside: 'venv/python.changed-since',
  },
  {
    what: 'a file among the arguments of ExecStartPre changed',
    plant: () => put(to('hooks/pre.sh'), 'evil', 0o644),
    refused: ['hooks/pre.sh'],
    restored: text('hooks/pre.sh'),
    was: 'echo pre\n',
    aside: 'hooks/pre.sh.changed-since',
  },
  {
    what: 'a library in node_modules changed',
    plant: () => put(to('lib/node_modules/left/index.js'), 'evil', 0o644),
    refused: ['lib/node_modules'],
    restored: text('lib/node_modules/left/index.js'),
    was: 'left\n',
    aside: 'lib/node_modules.changed-since/left/index.js',
  },
  {
    what: 'a nearer node_modules made',
    plant: () => put(to('lib/app/node_modules/left/index.js'), 'evil', 0o644),
    refused: ['lib/app/node_modules'],
    restored: () => existsSync(from('lib/app/node_modules')),
    was: false,
    aside: 'lib/app/node_modules.changed-since/left/index.js',
  },
  {
    what: 'a link exchanged',
    plant: () => {
      rmSync(to('bin/current'));
      symlinkSync('../versions/2', to('bin/current'));
    },
    refused: ['bin/current'],
    restored: () => readlinkSync(from('bin/current')),
    was: '../versions/1',
    aside: 'bin/current.changed-since',
  },
  {
    what: 'a directory above exchanged for a link',
    plant: () => {
      renameSync(to('bin'), to('old-bin'));
      put(join(dir, 'home/evil/kimaki'), 'evil');
      symlinkSync(join(dir, 'home/evil'), to('bin'));
    },
    refused: ['bin', 'bin/current', 'bin/kimaki', 'bin/py'],
    restored: () => readFileSync(from('bin/kimaki'), 'utf8').startsWith('#!/bin/sh\nexec '),
    was: true,
    aside: 'bin.changed-since',
  },
  {
    what: 'the program removed',
    plant: () => rmSync(to('bin/kimaki')),
    refused: ['bin/kimaki'],
    restored: () => readFileSync(from('bin/kimaki'), 'utf8').startsWith('#!/bin/sh\nexec '),
    was: true,
    aside: '',
  },
];

describe('programs that were changed since', () => {
  it.each(PLANTED)('$what: the rollback is refused, and names it; accepted, it stays', async ({ plant, refused }) => {
    plant();
    const asked = (await askChanged({ moves: moves() }, ctx))._unsafeUnwrapErr();
    expect(asked).toMatchObject({ code: 'PROGRAMS_CHANGED', paths: refused.map((name) => to(name)) });
    const agreed = { ...ctx, acceptChangedPrograms: true };
    expect((await askChanged({ moves: moves() }, agreed))._unsafeUnwrap().notes).toHaveLength(refused.length);
    renameSync(to(), from());
    const { notes } = (await putBack(agreed))._unsafeUnwrap();
    expect(notes).toEqual(
      refused.map((name) => `${from(name)} was changed since, and root runs it as it is, as accepted`),
    );
    expect((await askChanged({ moves: moves() }, ctx)).isErr()).toBe(true);
  });

  it.each(PLANTED)(
    '$what: an automatic way back restores it and keeps the new one',
    async ({ plant, restored, was, aside }) => {
      plant();
      renameSync(to(), from());
      const { notes } = (await putBack(ctx))._unsafeUnwrap();
      expect(restored()).toEqual(was);
      if (aside !== '') expect(notes.join('\n')).toContain(from(aside.split('/left/')[0]));
      expect(aside === '' || existsSync(from(aside)) || readlinkSync(from(aside)) !== '').toBe(true);
      expect((await askChanged({ moves: moves() }, ctx))._unsafeUnwrap()).toEqual({ notes: [] });
      expect((await putBack(ctx))._unsafeUnwrap()).toEqual({ notes: [] });
    },
  );
});

it('minds neither data, nor files that are no programs, nor what is new elsewhere', async () => {
  put(to('discord-sessions.db'), 'more rows\n', 0o600);
  put(to('config.json'), '{"a":1}\n', 0o644);
  put(to('log'), 'lines\n', 0o644);
  put(to('versions/2'), 'other');
  expect((await askChanged({ moves: moves() }, ctx))._unsafeUnwrap()).toEqual({ notes: [] });
  renameSync(to(), from());
  expect((await putBack(ctx))._unsafeUnwrap()).toEqual({ notes: [] });
});

it.each([
  ['a plugin of opencode', () => put(join(dir, 'site/.opencode/plugin/b.js'), 'evil', 0o644), 'site/.opencode/plugin'],
  [
    'a hook in opencode.json',
    () => put(join(dir, 'site/opencode.json'), '{"experimental":{"hook":1}}', 0o644),
    'site/opencode.json',
  ],
  ['a hook of git', () => put(join(dir, 'site/.git/hooks/post-checkout'), 'evil'), 'site/.git/hooks'],
  [
    'settings of claude',
    () => put(join(dir, 'root/.claude/settings.json'), '{"hooks":{}}', 0o644),
    'root/.claude/settings.json',
  ],
])('names %s that changed, and lets the rollback through', async (_, plant, path) => {
  plant();
  const notes = [`${join(dir, path)} was changed since; it can make a program of root run others`];
  expect((await askChanged({ moves: moves() }, ctx))._unsafeUnwrap()).toEqual({ notes });
  renameSync(to(), from());
  expect((await putBack(ctx))._unsafeUnwrap()).toEqual({ notes });
});

it('does not mind what opencode itself rewrites in opencode.json', async () => {
  put(join(dir, 'site/opencode.json'), '{\n  "theme": "y",\n  "$schema": "z"\n}\n', 0o644);
  expect((await askChanged({ moves: moves() }, ctx))._unsafeUnwrap()).toEqual({ notes: [] });
});

it('asks and does nothing where nothing had been kept yet', async () => {
  rmSync(ctx.recordPath('programs.json'));
  put(to('bin/kimaki'), 'evil');
  expect((await askChanged({ moves: moves() }, ctx))._unsafeUnwrap()).toEqual({ notes: [] });
  expect((await putBack(ctx))._unsafeUnwrap()).toEqual({ notes: [] });
});

it('refuses a record that is damaged', async () => {
  writeFileSync(ctx.recordPath('programs.json'), '{"entries":[{"path":"x"}]}');
  expect((await askChanged({ moves: moves() }, ctx))._unsafeUnwrapErr()).toMatchObject({ code: 'RECORD_DAMAGED' });
});

it('reads units from their files, in which a drop-in counts', async () => {
  const [fragment, dropIn] = [join(dir, 'a.service'), join(dir, 'a.conf')];
  put(fragment, `[Service]\nExecStart=${from('bin/kimaki')}\n`, 0o644);
  put(dropIn, `[Service]\nExecStart=\nExecStart=${from('lib/real')}\n`, 0o644);
  renameSync(to(), from());
  const args = { units: [{ name: 'a.service', files: [fragment, dropIn] }], moves: moves(), open: [] };
  expect(await keepProgramsStep.apply(args, null, ctx)).toBeOk();
  renameSync(from(), to());
  put(to('bin/kimaki'), 'evil');
  expect(await keepProgramsStep.undoable(args, null, ctx)).toBeOk({ notes: [] });
  put(to('lib/real'), 'evil');
  expect((await keepProgramsStep.undoable(args, null, ctx))._unsafeUnwrapErr()).toMatchObject({
    paths: [to('lib/real')],
  });
});
