import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nginxBackends, parseNginx, plainListen } from '../../../src/wordpress/site/nginxBackends.js';

let place = '';
beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'wca-nginx-')));
  await mkdir(join(place, 'www/site/wp'), { recursive: true });
  await mkdir(join(place, 'www/other'), { recursive: true });
  await symlink(join(place, 'www/site'), join(place, 'current'));
});
afterEach(() => rm(place, { recursive: true }));

/** Writes nginx.conf and more, `@` standing for the place, and asks about `www/site/wp`. */
async function backends(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(place, path)), { recursive: true });
    await writeFile(join(place, path), text.replaceAll('@', place));
  }
  return [...(await nginxBackends(join(place, 'www/site/wp'), join(place, 'nginx.conf')))];
}

const php = (socket: string): string =>
  `location ~ \\.php$ { include snippets/php.conf; fastcgi_pass unix:${socket}; }`;

test('the server whose root is nearest to the site says where its PHP goes, includes and links followed', async () => {
  const files = {
    'nginx.conf':
      'user www-data; # the workers\nevents { worker_connections 768; }\nhttp { include sites-enabled/*; }\n',
    'snippets/php.conf': 'fastcgi_param X "a;b}c";',
    'sites-enabled/a': `server { listen 80 default_server; root @/www; ${php('/run/far.sock')} }`,
    'sites-enabled/b': `server { root "@/current"; index index.php; ${php('/var/run/near.sock')} }\nserver { root @/www/other; ${php('/run/other.sock')} }`,
    'sites-enabled/.hidden': `server { root @/www/site/wp; ${php('/run/hidden.sock')} }`,
  };
  expect(await backends(files)).toEqual(['/run/near.sock']);
});

test('upstreams and addresses are followed, and a root of http counts where a server has none', async () => {
  const conf = `http { root @/www/site;
    upstream php { server unix:/run/up.sock max_fails=2; server 127.0.0.1:9001; }
    server { location / { try_files $uri /index.php?$args; } location ~ [.]php$ { fastcgi_pass php; } } }`;
  expect(await backends({ 'nginx.conf': conf })).toEqual(['/run/up.sock', '127.0.0.1:9001']);
});

test.each([
  ['no configuration', {}],
  ['one that does not parse', { 'nginx.conf': 'http { server { root @/www/site; ' }],
  ['a root that only a request tells', { 'nginx.conf': `http { server { root @/www/$host; ${php('/run/x.sock')} } }` }],
  ['other sites only', { 'nginx.conf': `http { server { root @/www/oth; ${php('/run/x.sock')} } }` }],
  ['a file that includes itself', { 'nginx.conf': 'http { include nginx.conf; }' }],
])('with %s there is no answer', async (_, files) => {
  expect(await backends(files)).toEqual([]);
});

test('a listen of php-fpm and a fastcgi_pass of nginx come out alike', () => {
  expect(plainListen('unix:/var/run/php/x.sock')).toBe(plainListen('/run/php/x.sock'));
  expect(plainListen('9000')).toBe(plainListen('localhost:9000'));
});

test.each([
  ['a b c;', [{ name: 'a', args: ['b', 'c'], block: null }]],
  ['a "b c" \'d"e\' f\\ g;', [{ name: 'a', args: ['b c', 'd"e', 'f g'], block: null }]],
  ['a{b c;}', [{ name: 'a', args: [], block: [{ name: 'b', args: ['c'], block: null }] }]],
  ['a ${b}c;', [{ name: 'a', args: ['${b}c'], block: null }]],
  ['# a {\n', []],
  ['a b', null],
  ['a { b;', null],
  ['a; }', null],
  ['a "b;', null],
  ['{ }', null],
  [';', null],
  ['a { b }', null],
])('%j is read as nginx reads it', (text, expected) => {
  expect(parseNginx(text)).toEqual(expected);
});
