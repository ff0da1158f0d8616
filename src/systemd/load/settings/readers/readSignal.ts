import { constants } from 'node:os';
import { unsignedOf } from './readNumber.js';
import { valid } from '../reading.js';

/** `signal_from_string()`: a number, a name with or without SIG, or a realtime signal by its distance to either end. */
export const readSignal = valid('signal', (text) => {
  const number = unsignedOf(text);
  if (number !== null) return number >= 1n && number <= REALTIME_LAST;
  const name = text.replace(/^SIG/, '');
  const realtime = /^RTM(IN|AX)(?:([+-])(.*))?$/.exec(name);
  if (realtime === null) return isSignalName(`SIG${name}`);
  const [, end, sign = '', distance = '0'] = realtime;
  const steps = unsignedOf(distance);
  return sign !== (end === 'IN' ? '-' : '+') && steps !== null && steps <= REALTIME_LAST - REALTIME_FIRST;
});

const REALTIME_FIRST = 34n;
const REALTIME_LAST = 64n;
/** Second names that systemd does not know. */
const SECOND_NAMES: ReadonlySet<string> = new Set(['SIGIOT', 'SIGPOLL', 'SIGUNUSED']);

function isSignalName(name: string): boolean {
  return Object.hasOwn(constants.signals, name) && !SECOND_NAMES.has(name);
}
