import { expandSpecifiers } from '../../../values/index.js';
import { ignored, oneValue } from '../reading.js';
import type { SettingReader } from '../reading.js';

/** A name on the bus as the specification of D-Bus has it, a well-known or a unique one: two elements at least. */
const BUS_NAME = /^(?::[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+|[A-Za-z_-][A-Za-z0-9_-]*(?:\.[A-Za-z_-][A-Za-z0-9_-]*)+)$/;

/** `BusName=` */
export const readBusName: SettingReader = (text, specifiers) =>
  expandSpecifiers(text, specifiers).match(
    (name) => (name.length < 256 && BUS_NAME.test(name) ? oneValue(name) : ignored('it is not a D-Bus name')),
    ({ message }) => ignored(message),
  );
