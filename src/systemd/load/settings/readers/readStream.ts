import { expandSpecifiers } from '../../../values/index.js';
import { ignored, oneValue } from '../reading.js';
import type { SettingReader } from '../reading.js';
import { simplifiedPath } from './readPath.js';

/**
 * `StandardInput=`, `StandardOutput=` and `StandardError=`: a word, a named descriptor, or a file.
 *
 * Source: `config_parse_exec_input()` and `config_parse_exec_output()` in systemd's src/core/load-fragment.c.
 */
function streamReader(words: readonly string[], opens: readonly string[]): SettingReader {
  return (text, specifiers) => {
    const [, kind = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
    if (kind !== 'fd' && !opens.includes(kind)) {
      const word = OBSOLETE[text] ?? text;
      return words.includes(word) || word === 'fd' || opens.includes(word)
        ? oneValue(word)
        : ignored(`it is none of ${[...words, 'fd:', ...opens.map((one) => `${one}:`)].join(', ')}`);
    }
    const expanded = expandSpecifiers(rest, specifiers);
    if (expanded.isErr()) return ignored(expanded.error.message);
    if (kind === 'fd') {
      // `fdname_is_valid()`; without a name it is that of the stream itself.
      return /^[\x20-\x39\x3b-\x7e]{0,255}$/.test(expanded.value)
        ? oneValue(`fd:${expanded.value}`)
        : ignored('it is not the name of a file descriptor');
    }
    const simplified = simplifiedPath(expanded.value);
    return 'fault' in simplified ? ignored(simplified.fault) : oneValue(`${kind}:${simplified.path}`);
  };
}

/** systemd takes them as these. */
const OBSOLETE: Readonly<Record<string, string>> = { syslog: 'journal', 'syslog+console': 'journal+console' };

export const readInputStream = streamReader(['null', 'tty', 'tty-force', 'tty-fail', 'socket', 'data'], ['file']);

export const readOutputStream = streamReader(
  ['inherit', 'null', 'tty', 'kmsg', 'kmsg+console', 'journal', 'journal+console', 'socket'],
  ['file', 'append', 'truncate'],
);
