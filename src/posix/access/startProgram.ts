import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { AccessBlock, AccessComponent, AccessError } from './access.js';
import { printablePath, toBytes, utf8Text } from '../paths/index.js';
import { explainAccess } from './explainAccess.js';
import type { Identity } from '../accounts/index.js';
import { parseEnvArgument } from './parseEnvArgument.js';
import type { EnvCommand } from './parseEnvArgument.js';
import { readImage } from './readImage.js';
import type { Image } from './readImage.js';

/** The kernel goes no deeper from interpreter to interpreter. */
const MAX_DEPTH = 5;
/** e_machine of what the running kernel executes natively; others may be registered with binfmt_misc. */
const MACHINES: Readonly<Partial<Record<string, readonly number[]>>> = { x64: [62, 3], arm64: [183, 40] };

/** One step of the way to one of the files that take part. */
export interface ExecutionComponent extends AccessComponent {
  /** The file it is on the way to, or is: as it was asked for, links not resolved. */
  readonly of: string;
}

/** How far execve(2) gets by itself. `env` is set when what it starts is env, which then looks for a program. */
export interface Start {
  readonly file: string;
  readonly blockedAt: AccessBlock | null;
  readonly chain: readonly string[];
  readonly components: readonly ExecutionComponent[];
  readonly notSeen: readonly string[];
  readonly env: EnvCommand | { readonly problem: string } | null;
}

/**
 * Follows one execve(2) of this identity: the file, its interpreter, its loader, without running anything. An error is
 * about the file itself; what it needs and cannot have is a `blockedAt`.
 */
export async function startProgram(path: string, identity: Identity, depth = 0): Promise<Result<Start, AccessError>> {
  const asked = await explainAccess(path, identity, 'execute');
  if (asked.isErr()) return err(asked.error);
  const { resolvedPath, blockedAt, notSeen } = asked.value;
  const components = asked.value.components.map((component) => ({ ...component, of: path }));
  const links = components.filter((component) => component.needs === 'follow').map((component) => component.path);
  const chain = [path, ...links, resolvedPath];
  const here: Start = { file: resolvedPath, blockedAt, chain, components, notSeen, env: null };
  if (blockedAt !== null) return ok(here);
  const refuse = (reason: string): Start => ({
    ...here,
    blockedAt: { path: resolvedPath, needs: 'execute', reason: `${resolvedPath} ${reason}` },
  });

  const image = readImage(path);
  if (image.isErr()) return ok({ ...here, notSeen: [...notSeen, `what runs it: ${image.error.message}`] });
  if (image.value.kind === 'unknown') return ok(refuse('is neither an ELF program nor a #! script (ENOEXEC)'));
  if (image.value.kind === 'elf') {
    const machines = MACHINES[process.arch];
    if (machines?.includes(image.value.machine) === false) {
      return ok(
        refuse(`is built for another architecture (ELF machine ${image.value.machine}, this is ${process.arch})`),
      );
    }
    if (image.value.loader === null) return ok(here);
    const loader = await next(image.value.loader, 'loader', here, identity, depth);
    return ok({ ...after(here, loader), file: resolvedPath, env: null });
  }
  return ok(await startScript(path, image.value, here, identity, depth));
}

async function startScript(
  path: string,
  script: Extract<Image, { kind: 'script' }>,
  started: Start,
  identity: Identity,
  depth: number,
): Promise<Start> {
  const readable = await explainAccess(path, identity, 'read');
  const unreadable = readable.isOk() ? readable.value.blockedAt : null;
  const reading = readable.isOk() ? readable.value.components.filter(({ needs }) => needs === 'read') : [];
  const components = [...started.components, ...reading.map((component) => ({ ...component, of: path }))];
  const here: Start = { ...started, components };
  if (unreadable !== null) {
    return { ...here, blockedAt: { ...unreadable, reason: `its interpreter must read it: ${unreadable.reason}` } };
  }
  const interpreter = await next(script.interpreter, 'interpreter', here, identity, depth);
  const env = script.interpreter.endsWith('/env') ? parseEnvArgument(script.argument) : null;
  return { ...after(here, interpreter), file: here.file, env };
}

/** The interpreter or loader of a file. Its being missing is a refusal of the file, not an error. */
async function next(
  wanted: string,
  what: 'interpreter' | 'loader',
  from: Start,
  identity: Identity,
  depth: number,
): Promise<Start> {
  const shown = printablePath(toBytes(wanted));
  const refuse = (reason: string): Start => ({
    ...from,
    blockedAt: { path: shown, needs: 'execute', reason: `the ${what} of ${from.file}, ${shown}, ${reason}` },
  });
  const text = utf8Text(wanted);
  if (text?.startsWith('/') !== true) return refuse('is not an absolute path');
  // A loader is no further step to the kernel.
  if (what === 'interpreter' && depth >= MAX_DEPTH) return refuse('is one interpreter too many (ELOOP)');
  const started = await startProgram(text, identity, depth + 1);
  if (started.isOk()) return started.value;
  const crlf = wanted.endsWith('\r') ? ' (the file has Windows line ends)' : '';
  return refuse(`cannot be started: ${started.error.message}${crlf}`);
}

/** One thing reached after another: the verdict of the second, the way of both. */
export function after(first: Start, second: Start): Start {
  return {
    ...second,
    chain: [...first.chain, ...second.chain],
    components: [...first.components, ...second.components],
    notSeen: [...first.notSeen, ...second.notSeen],
  };
}
