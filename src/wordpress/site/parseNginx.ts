/** One directive of nginx, with what is in its braces, or null. */
export interface NginxDirective {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly NginxDirective[] | null;
}

/**
 * Reads the text of an nginx configuration file; null when its braces, quotes or semicolons do not fit together. It
 * knows words, quotes, backslashes, comments and blocks, as ngx_conf_read_token() does, and no directive in particular.
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

/** Words, and the signs between them; null for what is neither. */
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
