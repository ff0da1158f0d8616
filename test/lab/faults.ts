import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecResult } from './exec.js';
import type { Host, RunOptions } from './host.js';
import { INSTALL_DIR } from './installPackage.js';

const HOOK = 'fault-hook.mjs';
const TRACE = '/run/wca-fault-trace';

/** One call by which the program changes something, and what is to happen there; see `faults/hook.mjs`. */
export interface Fault {
  /** Number of the call, from 1. */
  readonly at?: number;
  /** Count within this sweep only, from 1. */
  readonly sweep?: number;
  /** Count only calls whose description fits this regular expression. */
  readonly match?: string;
  /** `kill`, `kill-after` (a program was just started), a signal, the name of an errno, or `sh COMMAND`. */
  readonly what: string;
  /** How many calls from there on fail. Default 1. */
  readonly times?: number;
}

/** One line of a trace. */
export interface TracedCall {
  /** Number among the calls outside sweeps; that of the last one for a call in a sweep. */
  readonly count: number;
  /** Number of the sweep, 0 outside one. */
  readonly sweep: number;
  /** Number in the sweep. */
  readonly inSweep: number;
  /** `rename /a /b`, `spawn systemctl …`. */
  readonly about: string;
}

/** The commands that otherwise leave the run to a unit, which the fault would not reach. */
const CARRIES_OUT = ['apply', 'resume', 'rollback'];

/** Runs `wca …` in the host with a fault in it, a run in that process; the package has to be installed. */
export async function runWithFault(
  host: Host,
  args: readonly string[],
  fault: Fault | null,
  options: RunOptions = {},
): Promise<ExecResult> {
  const main = `${INSTALL_DIR}/node_modules/@wca/runtime-sdk/dist/cli/main.js`;
  await copyFile(fileURLToPath(new URL('faults/hook.mjs', import.meta.url)), join(host.root, INSTALL_DIR, HOOK));
  const inProcess = args[0] === 'migrate-off-root' && CARRIES_OUT.includes(args[1] ?? '') ? ['--foreground'] : [];
  return host.run([`${INSTALL_DIR}/node`, '--import', `${INSTALL_DIR}/${HOOK}`, main, ...args, ...inProcess], {
    timeoutMs: 240_000,
    ...options,
    env: { ...options.env, WCA_FAULT: JSON.stringify(fault ?? {}), WCA_FAULT_TRACE: TRACE },
  });
}

/** The calls of the last run, and forgets them. */
export async function takeTrace(host: Host): Promise<readonly TracedCall[]> {
  // /run is a filesystem of the host's own, which is not seen from outside.
  const text = await host.ok(`cat ${TRACE}; rm -f ${TRACE}`);
  return text.split('\n').flatMap((line) => {
    const [, count, sweep, inSweep, about] = /^(\d+) (\d+) (\d+) (.*)$/.exec(line) ?? [];
    return about === undefined ? [] : [{ count: Number(count), sweep: Number(sweep), inSweep: Number(inSweep), about }];
  });
}
