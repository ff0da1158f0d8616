import { expect, it } from 'vitest';
import { scriptWrites } from '../../../src/kimaki/unit/scriptWrites.js';

const writes = (text: string): string[] => scriptWrites(text).map(({ line, by, path }) => `${line} ${by} ${path}`);

it.each([
  ['rm -rf /usr/lib/node_modules/kimaki/skills/x', ['1 rm /usr/lib/node_modules/kimaki/skills/x']],
  ['cp /opt/a.ts "/usr/lib/b.ts"', ['1 cp /usr/lib/b.ts']],
  ['mv /a/b /c/d', ['1 mv /a/b', '1 mv /c/d']],
  ['echo x > /etc/motd 2>/dev/null', ['1 > /etc/motd']],
  ['date >>/var/log/x.log', ['1 > /var/log/x.log']],
  ["sed -i 's/a/b/' /etc/x", ['1 sed /etc/x']],
  ["sed 's/a/b/' /etc/x", []],
  ['cat /etc/passwd', []],
  ['# rm -rf /', []],
  ['if [ -d /x ]; then mkdir -p /x/y && touch /x/y/z; fi', ['1 mkdir /x/y', '1 touch /x/y/z']],
  ['npm install -g kimaki', ['1 npm /usr/lib/node_modules']],
  ['npm i kimaki', []],
  ['D=/usr/lib/k\nrm "$D/a" \\\n  "${D}/b"', ['2 rm /usr/lib/k/a', '2 rm /usr/lib/k/b']],
  ['rm -rf "${DIR:-/opt/x}"', ['1 rm /opt/x']],
  ['rm "$UNKNOWN/x"', []],
  [
    'ROOT="$(npm root -g 2>/dev/null || true)"\nS="$ROOT/kimaki/skills"\nfor d in "$S"/*/; do\n  rm -rf "$d"\ndone',
    ['4 rm /usr/lib/node_modules/kimaki/skills/*/'],
  ],
])('%j gives %j', (text, expected) => {
  expect(writes(text)).toEqual(expected);
});

it('takes every value a variable is given', () => {
  const text = 'if [ -n "$A" ]; then\n  D="/opt/a"\nelse\n  D=/usr/lib/b\nfi\nrm -rf "$D"\n';
  expect(writes(text)).toEqual(['6 rm /opt/a', '6 rm /usr/lib/b']);
});

it('reads the installer’s post-upgrade script: variables, a loop over a glob, and what may fail', async () => {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(new URL('../../lab/files/post-upgrade.sh', import.meta.url), 'utf8');
  expect(scriptWrites(text).map(({ path, by }) => `${by} ${path}`)).toEqual([
    'rm /usr/lib/node_modules/kimaki/skills/*/',
  ]);
});

it.each([
  ['cp /opt/a.txt "/srv/b"', ['/srv/b']],
  ['cp -r /opt/a /opt/b /srv/c/', ['/srv/c/']],
  ['mkdir -p /srv/x 2>/dev/null || true', []],
  ['rm -rf /srv/x || :', []],
  ['for f in /srv/x/*; do rm "$f" || continue; done', []],
  ['for f in /srv/x/*; do rm "$f"; done', ['/srv/x/*']],
  ['rm /srv/x || exit 1', ['/srv/x']],
  ['rm /srv/y; rm /srv/x || true', ['/srv/y']],
])('%j changes %j', (text, paths) => {
  expect(scriptWrites(text).map(({ path }) => path)).toEqual(paths);
});
