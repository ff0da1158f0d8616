import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { readRegularFile } from '../../posix/files/index.js';
import { parseNginx } from './parseNginx.js';
import type { NginxDirective } from './parseNginx.js';
import { resolved } from './siteDirectories.js';

/**
 * Where nginx sends the PHP of a site: the sockets (`/run/php/x.sock`) and addresses (`127.0.0.1:9000`) of
 * `fastcgi_pass` in those servers whose `root` is the nearest to the site. Empty when nginx is not there, its
 * configuration cannot be read, or it does not say (variables).
 *
 * @param root - the site's root, links resolved
 * @param config - nginx.conf
 */
export async function nginxBackends(root: string, config: string): Promise<ReadonlySet<string>> {
  const directives = await load(config, dirname(config), new Set());
  const http = directives.filter(({ name }) => name === 'http').flatMap(({ block }) => block ?? []);
  const upstreams = new Map<string, readonly string[]>();
  for (const { args, block } of http.filter(({ name }) => name === 'upstream')) {
    const servers = (block ?? []).filter(({ name }) => name === 'server').map((server) => server.args[0] ?? '');
    upstreams.set(args[0] ?? '', servers);
  }
  const inherited = valuesOf(http, 'root');
  let nearest = 0;
  let found: string[] = [];
  for (const server of http.filter(({ name }) => name === 'server')) {
    const inside = everyDirective(server.block ?? []);
    const own = valuesOf(inside, 'root');
    for (const given of own.length > 0 ? own : inherited) {
      if (!isAbsolute(given) || given.includes('$')) continue;
      const served = await resolved(given);
      if (root !== served && !root.startsWith(`${served === '/' ? '' : served}/`)) continue;
      if (served.length < nearest) continue;
      if (served.length > nearest) found = [];
      nearest = served.length;
      found.push(...valuesOf(inside, 'fastcgi_pass'));
    }
  }
  return new Set(found.flatMap((pass) => upstreams.get(pass) ?? [pass]).map(plainListen));
}

/** `unix:/var/run/x.sock` and what php-fpm's `listen` says, in one form. */
export function plainListen(listen: string): string {
  const socket = listen.replace(/^unix:/, '').replace(/^\/var\/run\//, '/run/');
  return /^\d+$/.test(socket) ? `127.0.0.1:${socket}` : socket.replace(/^localhost:/, '127.0.0.1:');
}

const MAX_FILES = 500;

/** A file with what it includes in the places where it does so. One that cannot be read is as good as empty. */
async function load(path: string, prefix: string, seen: Set<string>): Promise<readonly NginxDirective[]> {
  if (seen.has(path) || seen.size >= MAX_FILES) return [];
  const file = await readRegularFile(path, { followLinks: true, maxBytes: 1024 * 1024 });
  const parsed = file.isOk() ? parseNginx(file.value.bytes.toString('utf8')) : null;
  if (parsed === null) return [];
  return expand(parsed, prefix, new Set([...seen, path]));
}

async function expand(
  directives: readonly NginxDirective[],
  prefix: string,
  seen: Set<string>,
): Promise<readonly NginxDirective[]> {
  const all: NginxDirective[] = [];
  for (const directive of directives) {
    const [pattern] = directive.args;
    if (directive.name === 'include' && pattern !== undefined) {
      for (const path of await matching(isAbsolute(pattern) ? pattern : join(prefix, pattern))) {
        all.push(...(await load(path, prefix, seen)));
      }
      continue;
    }
    const block = directive.block === null ? null : await expand(directive.block, prefix, seen);
    all.push({ ...directive, block });
  }
  return all;
}

/** glob(3) as far as configurations use it: `*` and `?` in the last part, hidden files left out. */
async function matching(pattern: string): Promise<readonly string[]> {
  const name = basename(pattern);
  if (!/[*?]/.test(name)) return [pattern];
  const expression = name
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const names = await readdir(dirname(pattern)).catch(() => []);
  return names
    .filter((entry) => !entry.startsWith('.') && new RegExp(`^${expression}$`, 's').test(entry))
    .sort()
    .map((entry) => join(dirname(pattern), entry));
}

function everyDirective(directives: readonly NginxDirective[]): readonly NginxDirective[] {
  return directives.flatMap((directive) => [directive, ...everyDirective(directive.block ?? [])]);
}

function valuesOf(directives: readonly NginxDirective[], name: string): readonly string[] {
  return directives.filter((one) => one.name === name).flatMap(({ args }) => args.slice(0, 1));
}
