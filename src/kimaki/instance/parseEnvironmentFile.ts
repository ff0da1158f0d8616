/**
 * Reads the variables of a file that `EnvironmentFile=` names.
 *
 * Comments, quotes, backslashes and values over several lines are read as systemd.exec(5) describes them; a line
 * that is no assignment is passed over. Nothing is expanded. The values are often secrets.
 */
export function parseEnvironmentFile(text: string): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  const assignment = /^[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/;
  let rest = text.replace(/\r\n/g, '\n');
  while (rest !== '') {
    const found = /^[ \t]*[#;]/.test(rest) ? null : assignment.exec(rest);
    const [head = '', name] = found ?? [];
    if (name === undefined) {
      rest = afterLine(rest);
      continue;
    }
    const { value, length } = readValue(rest.slice(head.length));
    variables[name] = value;
    rest = rest.slice(head.length + length);
  }
  return variables;
}

function afterLine(text: string): string {
  const end = text.indexOf('\n');
  return end === -1 ? '' : text.slice(end + 1);
}

/** Reads up to the end of the line; within quotes, and behind a backslash, a line goes on. */
function readValue(text: string): { readonly value: string; readonly length: number } {
  let value = '';
  let quote = '';
  // Quotes count at the beginning and directly behind other quotes; anywhere else they are part of the value.
  let opens = true;
  // Blanks at the end count only when they were quoted.
  let solid = 0;
  let at = 0;
  for (; at < text.length; at += 1) {
    const character = text.charAt(at);
    const isBlank = character === ' ' || character === '\t';
    if (quote === '' && character === '\n') break;
    if (character === '\\' && quote !== "'") {
      at += 1;
      value += unescaped(text.charAt(at), quote);
      solid = value.length;
      opens = false;
    } else if (quote !== '' && character === quote) {
      quote = '';
      opens = true;
    } else if (quote === '' && opens && (character === '"' || character === "'")) quote = character;
    else if (quote !== '' || !opens || !isBlank) {
      value += character;
      opens = false;
      if (quote !== '' || !isBlank) solid = value.length;
    }
  }
  return { value: value.slice(0, solid), length: at + 1 };
}

/** What a backslash and this character stand for; within double quotes it escapes a few characters only. */
function unescaped(next: string, quote: string): string {
  if (next === '\n') return '';
  return quote === '"' && !'"\\`$'.includes(next) ? `\\${next}` : next;
}
