import { expect, it } from 'vitest';
import { readSignal } from '../../../../../src/systemd/load/settings/readers/readSignal.js';
import { readingOf } from '../../../support/readingOf.js';

it.each([
  ['SIGTERM', 'TERM', 'SIGUSR2', 'CHLD', 'SIGIO', 'SIGSTKFLT'],
  ['1', '9', '64', '015', '+9', '0x9'],
  ['RTMIN', 'RTMAX', 'SIGRTMIN+3', 'RTMIN+30', 'RTMAX-30', 'RTMAX-1'],
])('takes names, numbers and realtime signals: %j', (...texts) => {
  expect(texts.filter((text) => readingOf(readSignal, text) === 'ignored')).toEqual([]);
});

it.each([
  ['', 'sigterm', 'SIGFOO', 'SIGEXIT', 'SIG9', '15 '],
  ['0', '65', '-1'],
  ['RTMIN+31', 'RTMAX-31', 'RTMIN-1', 'RTMAX+1', 'RTMIN+', 'RTMIN+-1'],
  ['SIGIOT', 'SIGPOLL', 'SIGUNUSED'],
])('ignores what signal_from_string() does not know: %j', (...texts) => {
  expect(texts.filter((text) => readingOf(readSignal, text) !== 'ignored')).toEqual([]);
});
