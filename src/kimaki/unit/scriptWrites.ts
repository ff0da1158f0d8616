/** A path that a script seems to change. */
export interface ScriptWrite {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** The program that changes it, or `>`. */
  readonly by: string;
}

/** Programs that change every path they are given. */
const CHANGES_ALL = new Set([
  'rm',
  'rmdir',
  'mkdir',
  'touch',
  'chmod',
  'chown',
  'chgrp',
  'tee',
  'truncate',
  'mv',
  'unlink',
  'shred',
]);
/** Programs that change their last path only. */
const CHANGES_LAST = new Set(['cp', 'install', 'ln', 'rsync']);
const NPM_ROOT = /\$\(\s*npm\s+root\s+-g[^)]*\)|`\s*npm\s+root\s+-g[^`]*`/g;

/**
 * Guesses which absolute paths a shell script changes, from its text; pure, and a heuristic.
 *
 * It follows plain assignments (`DIR=/usr/lib/x`, `"${DIR:-/x}"`, `$(npm root -g)` taken as the system prefix) and looks at
 * the programs that change files and at redirections. A loop's variable stands for the words of its list; what stands
 * before `|| true` or `|| continue` may fail. Functions, conditions and sourced files are not understood: it finds the
 * likely, misses the clever, and may name a line that never runs.
 */
export function scriptWrites(text: string): readonly ScriptWrite[] {
  const variables = new Map<string, string[]>();
  const writes: ScriptWrite[] = [];
  for (const { line, text: logical } of logicalLines(text)) {
    for (const command of withoutForgiven(logical).split(/&&|\|\||;|\||\bthen\b|\bdo\b|\belse\b/)) {
      collectVariables(command, variables);
      for (const words of expansions(command, variables))
        writes.push(...changedPaths(words).map((one) => ({ ...one, line })));
    }
  }
  const seen = new Set<string>();
  return writes.filter(({ path, line }) => {
    const key = `${line} ${path}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Takes out commands whose failure changes nothing: what stands before `|| true`, `|| :` or `|| continue`. */
function withoutForgiven(line: string): string {
  return line.replace(
    /(^|;|&&|\bthen\b|\bdo\b|\belse\b)[^;|&]*(?:&>[^;|&]*)?\|\|\s*(true|:|continue|return 0|exit 0)(?=\s*(;|$|\}|\bfi\b|\bdone\b))/g,
    '$1',
  );
}

function* logicalLines(text: string): Generator<{ line: number; text: string }> {
  let pending = '';
  let first = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    if (pending === '') first = index + 1;
    const joined = `${pending}${raw.trim()}`;
    pending = '';
    if (/^\s*#/.test(joined)) continue;
    if (joined.endsWith('\\')) pending = `${joined.slice(0, -1)} `;
    else yield { line: first, text: joined.replace(/(^|\s)#\s.*$/, '').replace(NPM_ROOT, '/usr/lib/node_modules') };
  }
}

function collectVariables(command: string, variables: Map<string, string[]>): void {
  const assigned = /^\s*(?:export\s+|local\s+|readonly\s+)?([A-Za-z_]\w*)=(.*)$/.exec(command);
  const [, name, raw] = assigned ?? [];
  const loop = /^\s*for\s+([A-Za-z_]\w*)\s+in\s+(.*)$/.exec(command);
  const target = name ?? loop?.[1];
  if (target === undefined) return;
  for (const value of expandText((raw ?? loop?.[2] ?? '').trim(), variables)) {
    const plain = value.replace(/["']/g, '').trim();
    const known = variables.get(target) ?? [];
    if (plain.startsWith('/') && known.length < 8 && !known.includes(plain)) variables.set(target, [...known, plain]);
  }
}

/** Every way the command reads with the values its variables may have, at most eight. */
function expansions(command: string, variables: Map<string, string[]>): string[][] {
  return expandText(command, variables).map((text) =>
    text
      .replace(/(>>?|<)/g, ' $1 ')
      .split(/\s+/)
      .filter((word) => word !== ''),
  );
}

function expandText(text: string, variables: Map<string, string[]>): string[] {
  let texts = [text];
  for (let round = 0; round < 4; round += 1) {
    texts = texts
      .flatMap((one) => {
        const found = /\$\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|\$([A-Za-z_]\w*)/.exec(one);
        const name = found?.[1] ?? found?.[3];
        if (found === null || name === undefined) return [one];
        const values = variables.get(name) ?? (found[2] === undefined ? ['?'] : [found[2]]);
        return values.map((value) => one.slice(0, found.index) + value + one.slice(found.index + found[0].length));
      })
      .slice(0, 8);
  }
  return texts;
}

function changedPaths(words: readonly string[]): { path: string; by: string }[] {
  const plain = words.map((word) => word.replace(/["']/g, ''));
  const found: { path: string; by: string }[] = [];
  for (const [index, word] of plain.entries()) {
    const next = plain[index + 1];
    if ((word === '>' || word === '>>') && next !== undefined && absolute(next)) found.push({ path: next, by: '>' });
  }
  const at = plain.findIndex(
    (word) => word !== '' && !/^([A-Za-z_]\w*=|!$|if$|sudo$|command$|time$|while$|until$|\($|\{$)/.test(word),
  );
  const program = plain[at]?.split('/').at(-1) ?? '';
  const redirected = plain.findIndex((word, index) => index > at && /^[0-9&]*[<>]/.test(word));
  const paths = plain.slice(at + 1, redirected === -1 ? undefined : redirected).filter(absolute);
  const inPlace = program === 'sed' && plain.some((word) => /^(-[a-zA-Z]*i|--in-place)/.test(word));
  if (CHANGES_ALL.has(program) || inPlace) found.push(...paths.map((path) => ({ path, by: program })));
  else if (CHANGES_LAST.has(program)) found.push(...paths.slice(-1).map((path) => ({ path, by: program })));
  else if (
    program === 'npm' &&
    /^(i|install|update|upgrade|rm|uninstall)$/.test(plain[at + 1] ?? '') &&
    plain.some((word) => /^(-g|--global)$/.test(word))
  ) {
    found.push({ path: '/usr/lib/node_modules', by: 'npm' });
  }
  return found;
}

function absolute(word: string): boolean {
  return word.startsWith('/') && !word.includes('?') && !/^\/dev\/(null|stdout|stderr|tty|fd\/)/.test(word);
}
