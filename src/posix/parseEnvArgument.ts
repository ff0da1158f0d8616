/** The program that `env` would look for, and what its options did to PATH: null means "as before". */
export interface EnvCommand {
  readonly name: string;
  readonly searchPath: string | null;
}

/** glibc's execvp without PATH. */
const DEFAULT_PATH = '/bin:/usr/bin';

/**
 * Reads the one argument a `#!/usr/bin/env …` line gives to env, or says why it runs nothing that can be told
 * beforehand; pure. Without `-S` the argument is one word, blanks included. Source: env(1), coreutils src/env.c.
 */
export function parseEnvArgument(argument: string | null): EnvCommand | { readonly problem: string } {
  if (argument === null) return { problem: 'env is given no program to run' };
  let words = [argument];
  let searchPath: string | null = null;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const split = /^(?:-v?S|--split-string=)(.*)$/s.exec(word);
    if (split !== null) {
      const parts = splitString(split[1] ?? '');
      if (parts === null) return { problem: `env -S with quoting or variables that are not read here: ${word}` };
      words = [...parts, ...words];
    } else if (word === '-i' || word === '-' || word === '--ignore-environment') searchPath = DEFAULT_PATH;
    else if (word === '-u' || word === '--unset') {
      if (words.shift() === 'PATH') searchPath = DEFAULT_PATH;
    } else if (word === '-uPATH' || word === '--unset=PATH') searchPath = DEFAULT_PATH;
    else if (word === '-v' || word === '--debug' || word === '--' || /^(-u|--unset=)./.test(word)) continue;
    else if (word.startsWith('-')) return { problem: `env option ${word} is not read here` };
    else if (/^[^=]+=/.test(word)) searchPath = word.startsWith('PATH=') ? word.slice(5) : searchPath;
    else return { name: word, searchPath };
  }
  return { problem: 'env is given no program to run' };
}

/** Splits as `env -S` does where it is plain: blanks, single and double quotes. Null for escapes and variables. */
function splitString(text: string): string[] | null {
  if (/[\\$#]/.test(text)) return null;
  const words = text.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  if (/['"]/.test(text.replace(/'[^']*'|"[^"]*"/g, ''))) return null;
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}
