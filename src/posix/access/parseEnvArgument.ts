import { printableText } from '../paths/index.js';

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
  let options = true;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    // Options end at the first assignment: what follows is a program, whatever it looks like.
    if (/^[^=]+=/.test(word) && !(options && word.startsWith('-'))) {
      options = false;
      if (word.startsWith('PATH=')) searchPath = word.slice(5);
    } else if (!options || !word.startsWith('-')) return { name: word, searchPath };
    else {
      const split = /^(?:-v?S|--split-string=)(.*)$/s.exec(word);
      if (split === null) {
        if (!isPlainOption(word)) return { problem: `env option ${printableText(word)} is not read here` };
        const unset = word === '-u' || word === '--unset' ? words.shift() : /^(?:-u|--unset=)(.+)$/.exec(word)?.[1];
        if (unset === 'PATH' || /^(-i?|--ignore-environment)$/.test(word)) searchPath = DEFAULT_PATH;
        if (word === '--' || word === '-') options = false;
        continue;
      }
      const parts = splitString(split[1] ?? '');
      if (parts === null)
        return { problem: `env -S with quoting or variables that are not read here: ${printableText(word)}` };
      words = [...parts, ...words];
    }
  }
  return { problem: 'env is given no program to run' };
}

function isPlainOption(word: string): boolean {
  return /^(-|--|-i|--ignore-environment|-v|--debug|-u.*|--unset(=.*)?)$/.test(word);
}

/** Splits as `env -S` does where it is plain: blanks, single and double quotes. Null for escapes and variables. */
function splitString(text: string): string[] | null {
  if (/[\\$#]/.test(text)) return null;
  const words = text.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  if (/['"]/.test(text.replace(/'[^']*'|"[^"]*"/g, ''))) return null;
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}
