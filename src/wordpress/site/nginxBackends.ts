import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { readRegularFile } from '../../posix/files/index.js';
import { resolved } from './siteDirectories.js';

/**
 * The addresses to which nginx sends the PHP of a site: the sockets (`/run/php/x.sock`) and ports (`127.0.0.1:9000`) of
 * `fastcgi_pass` in the servers whose `root` is the nearest to the site. Empty when there is no nginx, when its
 * configuration cannot be read, and when the address is in a variable.
 *
 * @param root - the directory of the site, links resolved
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

/** One form for the addresses of nginx (`unix:/var/run/x.sock`) and for `listen` of php-fpm. */
export function plainListen(listen: string): string {
  const socket = listen.replace(/^unix:/, '').replace(/^\/var\/run\//, '/run/');
  return /^\d+$/.test(socket) ? `127.0.0.1:${socket}` : socket.replace(/^localhost:/, '127.0.0.1:');
}

const MAX_FILES = 500;

/** A file with its includes in place. A file that cannot be read counts as empty. */
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

/** glob(3) as far as configurations use it: `*` and `?` in the last part; hidden files are skipped. */
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

/** One directive of nginx; `block` has the directives in its braces. */
interface NginxDirective {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly NginxDirective[] | null;
}

/**
 * Parses the text of an nginx configuration file; null when braces, quotes or semicolons do not match. It knows words,
 * quotes, backslashes, comments and blocks, as ngx_conf_read_token() does, and no particular directive.
 */
export function parseNginx(text: string): readonly NginxDirective[] | null {
  const root: NginxDirective[] = [];
  const open: NginxDirective[][] = [];
  let into = root;
  let words: string[] = [];
  for (const token of tokens(text)) {
    if (token === null) return null;
    if (typeof token === 'object') {
      words.push(token.word);
      continue;
    }
    const [name, ...args] = words;
    if (token === '}') {
      const outer = open.pop();
      if (name !== undefined || outer === undefined) return null;
      into = outer;
      continue;
    }
    if (name === undefined) return null;
    const block: NginxDirective[] | null = token === '{' ? [] : null;
    into.push({ name, args, block });
    words = [];
    if (block === null) continue;
    open.push(into);
    into = block;
  }
  return words.length === 0 && open.length === 0 ? root : null;
}

const TOKEN =
  /\s+|#[^\n]*|([;{}])|"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'|((?:\$\{[^}]*\}|[^\s;{}"'\\]|\\[^])(?:\$\{[^}]*\}|[^\s;{}\\]|\\[^])*)/y;

/** The words and the signs between them; null for text that is neither. */
function* tokens(text: string): Generator<{ readonly word: string } | ';' | '{' | '}' | null> {
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) {
      yield null;
      return;
    }
    const [, sign, double, single, plain] = match;
    if (sign === ';' || sign === '{' || sign === '}') yield sign;
    const word = double ?? single ?? plain;
    if (word !== undefined) yield { word: word.replace(/\\(["'\\ ;{}])/g, '$1') };
  }
}
