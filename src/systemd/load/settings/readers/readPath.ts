import { expandSpecifiers } from '../../../values/index.js';
import { ignored, oneValue, refused } from '../reading.js';
import type { SettingReader } from '../reading.js';

/**
 * `path_simplify_and_warn()`: an absolute path without `..`, as systemd keeps it: without doubled or trailing slashes
 * and `.` components. A sentence when it is none.
 */
export function simplifiedPath(path: string): { readonly path: string } | { readonly fault: string } {
  if (!path.startsWith('/')) return { fault: 'the path is not absolute' };
  const components = path.split('/').filter((one) => one !== '' && one !== '.');
  if (components.includes('..')) return { fault: "the path has a '..' in it" };
  if (Buffer.byteLength(path) >= 4096) return { fault: 'the path is too long' };
  if (components.some((one) => Buffer.byteLength(one) > 255)) return { fault: 'a component of the path is too long' };
  return { path: `/${components.join('/')}` };
}

/** A path; where it is wrong, `fail` says what that means. */
function pathReader(fail: typeof ignored | typeof refused): SettingReader {
  return (text, specifiers) => {
    const expanded = expandSpecifiers(text, specifiers);
    if (expanded.isErr()) return fail(expanded.error.message);
    const simplified = simplifiedPath(expanded.value);
    return 'fault' in simplified ? fail(simplified.fault) : oneValue(simplified.path);
  };
}

/** Ignored when wrong. */
export const readPath = pathReader(ignored);

/** Wrong, and the unit does not load. */
export const readVitalPath = pathReader(refused);

/** `WorkingDirectory=`: a path or `~`, after a `-` that forgives what is wrong. */
export const readWorkingDirectory: SettingReader = (text, specifiers) => {
  const optional = text.startsWith('-');
  const prefix = optional ? '-' : '';
  const path = optional ? text.slice(1) : text;
  const fail = optional ? ignored : refused;
  if (path === '~') return oneValue(text);
  const expanded = expandSpecifiers(path, specifiers);
  if (expanded.isErr()) return fail(expanded.error.message);
  const simplified = simplifiedPath(expanded.value);
  return 'fault' in simplified ? fail(simplified.fault) : oneValue(`${prefix}${simplified.path}`);
};

/** `EnvironmentFile=`: a path after an optional `-`. */
export const readEnvironmentFile: SettingReader = (text, specifiers) => {
  const expanded = expandSpecifiers(text, specifiers);
  if (expanded.isErr()) return ignored(expanded.error.message);
  const prefix = expanded.value.startsWith('-') ? '-' : '';
  const simplified = simplifiedPath(expanded.value.slice(prefix.length));
  return 'fault' in simplified ? ignored(simplified.fault) : oneValue(`${prefix}${simplified.path}`);
};

/** `PIDFile=`: a path, below /run when it is relative. One with `..` keeps the unit from loading. */
export const readPidFile: SettingReader = (text, specifiers) => {
  const expanded = expandSpecifiers(text, specifiers);
  if (expanded.isErr()) return ignored(expanded.error.message);
  const path = expanded.value;
  const simplified = simplifiedPath(path.startsWith('/') ? path : `/run/${path}`);
  if ('fault' in simplified) return { ...refused(simplified.fault), loadState: 'error' };
  return oneValue(simplified.path);
};
