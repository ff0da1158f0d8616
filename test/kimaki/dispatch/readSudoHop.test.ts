import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSudoHop } from '../../../src/kimaki/dispatch/readSudoHop.js';
import type { InstalledHop } from '../../../src/kimaki/dispatch/readSudoHop.js';
import { renderSudoHop } from '../../../src/kimaki/dispatch/renderSudoHop.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hop-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

async function read(wrapper: string, target?: string): Promise<InstalledHop | null> {
  await writeFile(join(dir, 'wrapper'), wrapper.replaceAll('TARGET', join(dir, 'target')));
  if (target !== undefined) await writeFile(join(dir, 'target'), target);
  return (await readSudoHop(join(dir, 'wrapper')))._unsafeUnwrap();
}

it.each(['/usr/bin/kimaki', "/opt/it's/ki maki", '/opt/a=b/kimaki'])(
  'reads back what was rendered for %s',
  async (binary) => {
    const hop = renderSudoHop({
      callers: ['www-data'],
      serviceUser: 'opencode',
      home: '/home/opencode',
      dataDir: "/srv/it's",
      binary,
      path: '/opt/my node/bin:/usr/bin',
    })._unsafeUnwrap();
    expect(await read(hop.wrapper.content.replace(hop.target.path, 'TARGET'), hop.target.content)).toMatchObject({
      runAs: 'opencode',
      target: join(dir, 'target'),
      program: binary,
      searchPath: '/opt/my node/bin:/usr/bin',
      environment: { HOME: '/home/opencode', KIMAKI_DATA_DIR: "/srv/it's" },
      passesAll: false,
    });
  },
);

it('reads a helper written by others', async () => {
  const target =
    '#!/bin/bash\n# exec /nothing\nexport HOME="/home/opencode"\nexport PATH="/usr/local/bin:/usr/bin"\nexec "/usr/bin/kimaki" "$@"\n';
  expect(await read('#!/bin/sh\nexec sudo -n -H --user=opencode TARGET "$@"\n', target)).toMatchObject({
    runAs: 'opencode',
    program: '/usr/bin/kimaki',
    searchPath: '/usr/local/bin:/usr/bin',
  });
});

it("tells of the installer's target what it sets, and that it hands every argument on", async () => {
  const wrapper = "#!/bin/sh\nset -eu\nexec sudo -n -H -u 'opencode' 'TARGET' \"$@\"\n";
  const target = (last: string): string =>
    `#!/bin/sh\nset -eu\nexport HOME='/home/opencode'\nexport KIMAKI_DATA_DIR='/home/opencode/.kimaki'\nexport PATH='/usr/bin:/bin'\n${last}\n`;
  expect(await read(wrapper, target(`exec '/usr/bin/kimaki' "$@"`))).toMatchObject({
    runAs: 'opencode',
    program: '/usr/bin/kimaki',
    environment: { HOME: '/home/opencode', KIMAKI_DATA_DIR: '/home/opencode/.kimaki', PATH: '/usr/bin:/bin' },
    passesAll: true,
  });
  for (const last of [`exec /usr/bin/kimaki send "$@"`, `[ "$1" = send ] || exit 64\nexec /usr/bin/kimaki "$@"`])
    expect(await read(wrapper, target(last))).toMatchObject({ program: '/usr/bin/kimaki', passesAll: false });
});

it('tells what it can of a target that is missing, no script, or put together from variables', async () => {
  const wrapper = '#!/bin/sh\nexec sudo -u opencode TARGET "$@"\n';
  expect(await read(wrapper)).toMatchObject({ runAs: 'opencode', program: null, searchPath: null });
  expect(await read(wrapper, '\x7fELF\0')).toMatchObject({ program: null });
  expect(await read(wrapper, '#!/bin/sh\nPATH="$X:/bin"\nexec "$BINARY" "$@"\n')).toMatchObject({
    program: null,
    searchPath: null,
  });
});

it('takes no other program for a hop', async () => {
  expect(await read('#!/bin/sh\nexec /usr/bin/kimaki "$@"\n')).toBeNull();
  expect(await read('#!/bin/sh\n# sudo -u opencode /x\n')).toBeNull();
  expect((await readSudoHop(join(dir, 'absent')))._unsafeUnwrap()).toBeNull();
  expect((await readSudoHop(dir))._unsafeUnwrap()).toBeNull();
});
