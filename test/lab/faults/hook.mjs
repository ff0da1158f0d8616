// Loaded before the program under test (node --import): counts every call by which it changes something, at the one
// boundary all of them pass, Node's own interface to the kernel, and makes one of them the instant of a fault.
//
// Asked by WCA_FAULT, JSON: { at, sweep, what, times, match }.
//   at     number of the call, from 1; within sweep number `sweep` (from 1) when that is given
//   match  a regular expression: only calls whose description fits are counted (then without sweeps)
//   what   kill (before the call), kill-after (a program was started a moment ago), SIGTERM …, an errno name, or
//          `sh COMMAND`, which is run to its end before the call
//   times  how many calls from there on fail; default 1
// WCA_FAULT_TRACE names a file that gets one line for each call: number, sweep and number in it, description.
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

/** Programs, and verbs of systemctl, that change nothing. */
const READERS = /^(getent|id|find|getfacl|flock|stat|systemd-analyze|systemd-escape|php[\d.]*|visudo|ss|lsattr|df|ps|sqlite3|file|setpriv .* (true|test) )\b/;
const READING_VERBS = /^systemctl( --?[\w-]+(=\S+)?)* (show|is-active|is-enabled|is-system-running|cat|list-\w+|status|get-default)\b/;
const { O_CREAT, O_TRUNC } = fs.constants;

const real = {
  openSync: fs.openSync,
  writeSync: fs.writeSync,
  fsyncSync: fs.fsyncSync,
  kill: process.kill.bind(process),
};

/**
 * Puts the hook in; `onCall` sees every changing call before it is made and may throw or never return.
 *
 * @param {(call: { name: string, about: string, sweep: boolean, isAsync: boolean }) => void | Promise<void>} onCall
 * @param {(call: { name: string, about: string }) => void} [onStarted]
 * @returns {() => void} takes it out again
 */
export function hookChanges(onCall, onStarted = () => undefined) {
  /** @type {(() => void)[]} */
  const undo = [];
  const replace = (holder, name, make) => {
    const original = holder[name];
    holder[name] = make(original);
    undo.push(() => {
      holder[name] = original;
    });
  };
  const describe = (name, args) => `${name} ${args.filter((each) => typeof each === 'string' || each instanceof Buffer).map((each) => place(each)).join(' ')}`.trim();

  const sync = (name, sweep = false, counts = () => true) =>
    replace(fs, name, (original) => (...args) => {
      if (counts(args)) onCall({ name, about: describe(name, args), sweep, isAsync: false });
      return original(...args);
    });
  const async = (name, counts = () => true) =>
    replace(fs.promises, name, (original) => async (...args) => {
      if (counts(args)) await onCall({ name, about: describe(name, args), sweep: false, isAsync: true });
      return original(...args);
    });

  for (const name of ['chownSync', 'chmodSync', 'lchownSync']) sync(name, true);
  for (const name of ['renameSync', 'unlinkSync', 'mkdirSync', 'rmdirSync', 'rmSync', 'linkSync', 'symlinkSync', 'writeFileSync', 'ftruncateSync', 'utimesSync', 'mkdtempSync']) sync(name);
  sync('writeSync', false, ([fd]) => fd > 2);
  sync('openSync', false, opensToWrite);
  for (const name of ['rename', 'unlink', 'mkdir', 'rmdir', 'rm', 'link', 'symlink', 'chmod', 'chown', 'lchown', 'truncate', 'utimes', 'mkdtemp', 'copyFile', 'cp', 'appendFile']) async(name);
  async('open', opensToWrite);
  // Two calls in one: it opens, then writes.
  replace(fs.promises, 'writeFile', (original) => async (path, data, options = {}) => {
    if (typeof path === 'object' && !(path instanceof Buffer) && !(path instanceof URL)) return original(path, data, options);
    const { flag = 'w', mode = 0o666, flush = false, encoding } = typeof options === 'string' ? { encoding: options } : (options ?? {});
    const handle = await fs.promises.open(path, flag, mode);
    try {
      await handle.writeFile(data, encoding);
      if (flush) await handle.sync();
    } finally {
      await handle.close();
    }
  });

  const handle = handlePrototype();
  for (const name of ['write', 'writev', 'writeFile', 'appendFile', 'truncate', 'chmod', 'chown', 'utimes']) {
    replace(handle, name, (original) => async function handleCall(...args) {
      await onCall({ name: `f${name}`, about: `f${name} ${nameOf(this.fd)}`, sweep: /_changes\.ndjson$/.test(nameOf(this.fd)), isAsync: true });
      return original.apply(this, args);
    });
  }
  for (const name of ['sync', 'datasync']) {
    replace(handle, name, (original) => async function handleSync(...args) {
      await onCall({ name: `f${name}`, about: `f${name} ${nameOf(this.fd)}`, sweep: false, isAsync: true, durability: true });
      return original.apply(this, args);
    });
  }

  replace(childProcess, 'spawn', (original) => (file, args, options) => {
    const command = [String(file).split('/').pop(), ...(Array.isArray(args) ? args : [])].join(' ');
    if (READERS.test(command) || READING_VERBS.test(command)) return original(file, args, options);
    const call = { name: 'spawn', about: `spawn ${command}`.slice(0, 200), sweep: false, isAsync: false };
    onCall(call);
    const child = original(file, args, options);
    onStarted(call);
    return child;
  });
  syncBuiltinESMExports();
  return () => {
    for (const back of undo.reverse()) back();
    syncBuiltinESMExports();
  };
}

function opensToWrite([path, flags]) {
  if (path === '/dev/null') return false;
  return typeof flags === 'number' ? (flags & (O_CREAT | O_TRUNC)) !== 0 : /[wa+]/.test(String(flags ?? 'r'));
}

/** Every file handle has the same prototype, and there is no other way to it. */
function handlePrototype() {
  return globalThis[HANDLE];
}

const HANDLE = Symbol.for('wca.test.fileHandle');
if (globalThis[HANDLE] === undefined) {
  const handle = await fs.promises.open('/dev/null');
  globalThis[HANDLE] = Object.getPrototypeOf(handle);
  await handle.close();
}

/** A path with what a handle stands for written out. */
function place(path) {
  const text = path.toString();
  return text.replace(/^\/proc\/(?:self|\d+)\/fd\/(\d+)/, (whole, fd) => nameOf(Number(fd)) || whole);
}

function nameOf(fd) {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

/** An error as the kernel would have given it. */
export function kernelError(code, call) {
  return Object.assign(new Error(`${code}: made by a test, ${call}`), { code, errno: -os.constants.errno[code], syscall: call.split(' ')[0] });
}

if (process.env.WCA_FAULT !== undefined || process.env.WCA_FAULT_TRACE !== undefined) fromEnvironment();

function fromEnvironment() {
  const fault = JSON.parse(process.env.WCA_FAULT ?? '{}');
  const trace = process.env.WCA_FAULT_TRACE;
  const into = trace === undefined ? null : real.openSync(trace, 'a', 0o600);
  const match = fault.match === undefined ? null : new RegExp(fault.match);
  let count = 0;
  let sweep = 0;
  let inSweep = 0;
  let wasSweep = false;
  let matched = 0;

  const strike = (call) => {
    switch (fault.what) {
      case 'kill':
        real.kill(process.pid, 'SIGKILL');
        for (;;); // it is delivered before this returns to JavaScript for long
      case 'kill-after':
        return undefined;
      default:
        if (fault.what.startsWith('sh ')) return void childProcess.execFileSync('/bin/sh', ['-c', fault.what.slice(3)]);
        if (fault.what.startsWith('SIG')) return void real.kill(process.pid, fault.what);
        throw kernelError(fault.what, call.about);
    }
  };
  const isDue = (call) => {
    if (match !== null) {
      if (!match.test(call.about)) return false;
      matched += 1;
      return matched >= (fault.at ?? 1) && matched < (fault.at ?? 1) + (fault.times ?? 1);
    }
    if (fault.at === undefined || call.durability) return false;
    if (fault.sweep !== undefined) return call.sweep && sweep === fault.sweep && inSweep === fault.at;
    return !call.sweep && count >= fault.at && count < fault.at + (fault.times ?? 1);
  };
  let due = false;
  hookChanges(
    (call) => {
      if (!call.durability) {
        if (call.sweep) {
          if (!wasSweep) {
            sweep += 1;
            inSweep = 0;
          }
          inSweep += 1;
        } else count += 1;
        // A record is opened and written while a sweep goes on; only another act ends it.
        wasSweep = call.sweep;
        if (into !== null) real.writeSync(into, `${count} ${call.sweep ? sweep : 0} ${call.sweep ? inSweep : 0} ${call.about}\n`);
      }
      due = isDue(call);
      return due ? strike(call) : undefined;
    },
    () => {
      if (due && fault.what === 'kill-after') {
        real.kill(process.pid, 'SIGKILL');
        for (;;);
      }
    },
  );
}
