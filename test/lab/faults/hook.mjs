// Counts every call by which a Node program changes something, at the one boundary all of them pass, Node's own
// interface to the kernel; and makes one of them the instant of a fault. Loaded with `node --import` it takes its orders
// from WCA_FAULT (JSON, see `Fault` in ../faults.ts) and writes what it sees into the file WCA_FAULT_TRACE.
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import process from 'node:process';

/**
 * @typedef {(...args: readonly unknown[]) => unknown} Call
 * @typedef {Record<string, Call>} Holder
 * @typedef {object} Change
 * @property {string} about `rename /a /b`, `spawn systemctl start …`
 * @property {boolean} sweep one of an ownership sweep: a chown or chmod on a handle, or the record written ahead of it
 * @property {boolean} durable fsync: changes nothing that a killed process would take along
 */

/** Programs, and verbs of systemctl, that change nothing. */
const READERS = /^(getent|id|find|getfacl|flock|stat|systemd-analyze|php[\d.]*|visudo|lsattr)\b/;
const READING_VERBS =
  /^systemctl( --?[\w-]+(=\S+)?)* (show|is-active|is-enabled|is-system-running|cat|list-\w+|status)\b/;
const { O_CREAT, O_TRUNC } = fs.constants;

const SYNC = [
  'renameSync',
  'unlinkSync',
  'mkdirSync',
  'rmdirSync',
  'rmSync',
  'linkSync',
  'symlinkSync',
  'ftruncateSync',
  'mkdtempSync',
];
const ASYNC = [
  'rename',
  'unlink',
  'mkdir',
  'rmdir',
  'rm',
  'link',
  'symlink',
  'chmod',
  'chown',
  'lchown',
  'truncate',
  'utimes',
  'mkdtemp',
  'copyFile',
];
const ON_HANDLE = ['write', 'writev', 'writeFile', 'appendFile', 'truncate', 'chmod', 'chown', 'utimes'];

const files = holder(fs);
const promises = holder(fs.promises);
const processes = holder(childProcess);
const handles = await handlePrototype();
const { openSync, writeSync } = fs;
const { execFileSync } = childProcess;

/**
 * Puts the hook in. `onChange` sees every change before it is made, and may throw, or never return from an async one.
 *
 * @param {(change: Change) => unknown} onChange
 * @param {() => void} onStarted a program was started a moment ago
 * @returns {() => void} takes the hook out again
 */
export function hookChanges(onChange, onStarted = () => undefined) {
  /** @type {(() => void)[]} */
  const undo = [];
  /** @type {(on: Holder, name: string, make: (original: Call) => Call) => void} */
  const replace = (on, name, make) => {
    const original = on[name];
    if (original === undefined) return;
    on[name] = make(original);
    undo.push(() => {
      on[name] = original;
    });
  };
  /** @type {(name: string, args: readonly unknown[]) => string} */
  const described = (name, args) =>
    [name, ...args.filter((each) => typeof each === 'string' || Buffer.isBuffer(each)).map(shown)].join(' ');
  /** @type {(name: string, sweep: boolean, counts?: (args: readonly unknown[]) => boolean) => void} */
  const sync = (name, sweep, counts = () => true) => {
    replace(files, name, (original) => (...args) => {
      if (counts(args)) onChange({ about: described(name, args), sweep, durable: false });
      return original(...args);
    });
  };
  /** @type {(name: string, counts?: (args: readonly unknown[]) => boolean) => void} */
  const async = (name, counts = () => true) => {
    replace(promises, name, (original) => async (...args) => {
      if (counts(args)) await onChange({ about: described(name, args), sweep: false, durable: false });
      return original(...args);
    });
  };

  for (const name of ['chownSync', 'chmodSync', 'lchownSync']) sync(name, true);
  for (const name of SYNC) sync(name, false);
  sync('writeSync', false, ([fd]) => Number(fd) > 2);
  sync('openSync', false, opensToWrite);
  for (const name of ASYNC) async(name);
  async('open', opensToWrite);
  // It opens, then writes: two changes.
  replace(promises, 'writeFile', () => async (path, data, options) => {
    const {
      flag = 'w',
      mode = 0o666,
      flush = false,
    } = /** @type {{ flag?: string, mode?: number, flush?: boolean }} */ (options ?? {});
    const handle = await fs.promises.open(String(path), flag, mode);
    try {
      await handle.writeFile(/** @type {string} */ (data));
      if (flush) await handle.sync();
    } finally {
      await handle.close();
    }
  });
  for (const name of [...ON_HANDLE, 'sync', 'datasync']) {
    replace(
      handles,
      name,
      (original) =>
        /** @this {{ readonly fd: number }} */
        async function onHandle(...args) {
          const path = nameOf(this.fd);
          await onChange({
            about: `f${name} ${path}`,
            sweep: path.endsWith('_changes.ndjson'),
            durable: name.endsWith('sync'),
          });
          return Reflect.apply(original, this, args);
        },
    );
  }
  replace(processes, 'spawn', (original) => (file, args, options) => {
    const command = [String(file).split('/').pop(), ...(Array.isArray(args) ? args.map(String) : [])].join(' ');
    if (READERS.test(command) || READING_VERBS.test(command)) return original(file, args, options);
    onChange({ about: `spawn ${command}`.slice(0, 200).replaceAll('\n', ' '), sweep: false, durable: false });
    const child = original(file, args, options);
    onStarted();
    return child;
  });
  syncBuiltinESMExports();
  return () => {
    for (const back of undo.reverse()) back();
    syncBuiltinESMExports();
  };
}

/** @type {(object: object) => Holder} */
function holder(object) {
  return /** @type {Holder} */ (/** @type {unknown} */ (object));
}

/** Every file handle has the same prototype, and there is no other way to it. */
async function handlePrototype() {
  const handle = await fs.promises.open('/dev/null');
  /** @type {unknown} */
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  return holder(/** @type {object} */ (prototype));
}

/** @type {(args: readonly unknown[]) => boolean} */
function opensToWrite([path, flags]) {
  if (path === '/dev/null') return false;
  return typeof flags === 'number'
    ? (flags & (O_CREAT | O_TRUNC)) !== 0
    : typeof flags === 'string' && /[wa+]/.test(flags);
}

/**
 * A path with what a handle stands for written out.
 *
 * @type {(path: unknown) => string}
 */
function shown(path) {
  return String(path).replace(
    /^\/proc\/(?:self|\d+)\/fd\/(\d+)/,
    (/** @type {string} */ whole, /** @type {string} */ fd) => nameOf(Number(fd)) || whole,
  );
}

/** @type {(fd: number) => string} */
function nameOf(fd) {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

/**
 * An error as the kernel would have given it.
 *
 * @type {(code: string, about: string) => Error}
 */
function kernelError(code, about) {
  const errno = -(/** @type {Record<string, number>} */ (os.constants.errno)[code] ?? 0);
  return Object.assign(new Error(`${code}: made by a test, ${about}`), { code, errno, syscall: about.split(' ')[0] });
}

if (process.env.WCA_FAULT !== undefined) fromEnvironment(process.env.WCA_FAULT, process.env.WCA_FAULT_TRACE);

/** @type {(orders: string, trace: string | undefined) => void} */
function fromEnvironment(orders, trace) {
  /** @type {unknown} */
  const parsed = JSON.parse(orders);
  const fault = /** @type {{ at?: number, sweep?: number, match?: string, what?: string, times?: number }} */ (parsed);
  const { at = 1, times = 1, what = '' } = fault;
  const into = trace === undefined ? null : openSync(trace, 'a', 0o600);
  const match = fault.match === undefined ? null : new RegExp(fault.match);
  const seen = { count: 0, sweep: 0, inSweep: 0, wasSweep: false, matched: 0 };

  /** @type {(change: Change) => boolean} */
  const isDue = ({ about, sweep, durable }) => {
    if (match !== null) {
      if (!match.test(about)) return false;
      seen.matched += 1;
      return seen.matched >= at && seen.matched < at + times;
    }
    if (durable || what === '') return false;
    if (fault.sweep !== undefined) return sweep && seen.sweep === fault.sweep && seen.inSweep === at;
    return !sweep && seen.count >= at && seen.count < at + times;
  };
  /** @type {(change: Change) => void} */
  const count = ({ about, sweep }) => {
    if (!sweep) seen.count += 1;
    else if (seen.wasSweep) seen.inSweep += 1;
    else {
      seen.sweep += 1;
      seen.inSweep = 1;
    }
    seen.wasSweep = sweep;
    if (into !== null) writeSync(into, `${seen.count} ${sweep ? `${seen.sweep} ${seen.inSweep}` : '0 0'} ${about}\n`);
  };
  /** @type {(change: Change) => void} */
  const strike = ({ about }) => {
    if (what === 'kill') die();
    else if (what.startsWith('sh ')) execFileSync('/bin/sh', ['-c', what.slice(3)]);
    else if (what.startsWith('SIG')) process.kill(process.pid, what);
    else if (what !== 'kill-after') throw kernelError(what, about);
  };
  let due = false;
  hookChanges(
    (change) => {
      if (!change.durable) count(change);
      due = isDue(change);
      if (due) strike(change);
    },
    () => {
      if (due && what === 'kill-after') die();
    },
  );
}

/** Nothing of this process runs any more when it returns from the kernel. */
function die() {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}
