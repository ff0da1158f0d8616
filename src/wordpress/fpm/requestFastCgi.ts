import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { aborted, printablePath } from '../../posix/paths/index.js';
import type { Aborted } from '../../posix/paths/index.js';

/** php-fpm does not accept a connection, or does not answer the request. */
export interface FastCgiError {
  readonly code: 'FPM_UNREACHABLE' | 'FPM_BAD_ANSWER';
  readonly message: string;
}

/** One request. */
export interface FastCgiRequest {
  /** The PHP file to run, absolute. */
  readonly script: string;
  /** What the script reads from `php://input`. */
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs a script in a worker of php-fpm, over the socket of its pool and not through the web server, and gives the head
 * and body that the script answers.
 *
 * Errors: `FPM_UNREACHABLE`, `FPM_BAD_ANSWER`, `ABORTED`.
 *
 * Source: the FastCGI specification, version 1: one request on a connection of its own, in the role of a responder.
 *
 * @param listen - as in the configuration of the pool: the path of a socket, `host:port`, or a port
 */
export function requestFastCgi(listen: string, request: FastCgiRequest): ResultAsync<string, FastCgiError | Aborted> {
  return new ResultAsync(ask(listen, request));
}

const BEGIN = 1;
const END = 3;
const PARAMS = 4;
const STDIN = 5;
const STDOUT = 6;
/** No answer of the scripts is that long. */
const MAX_ANSWER = 1024 * 1024;

async function ask(
  listen: string,
  { script, body, timeoutMs, signal }: FastCgiRequest,
): Promise<Result<string, FastCgiError | Aborted>> {
  const where = printablePath(listen);
  return new Promise((resolve) => {
    const socket = open(listen);
    const chunks: Buffer[] = [];
    let received = 0;
    const settle = (answer: Result<string, FastCgiError | Aborted>): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      socket.destroy();
      resolve(answer);
    };
    const fail = (code: FastCgiError['code'], why: string): void => {
      settle(err({ code, message: `php-fpm at ${where}: ${why}` }));
    };
    const stop = (): void => settle(err(aborted(`the request to php-fpm at ${where} was stopped on request`)));
    const timer = setTimeout(() => {
      fail('FPM_BAD_ANSWER', `no answer within ${timeoutMs} ms; see whether all workers of the pool are busy`);
    }, timeoutMs);
    signal?.addEventListener('abort', stop, { once: true });
    socket.on('error', (cause) => {
      fail('FPM_UNREACHABLE', `${cause.message}; see whether its unit runs`);
    });
    socket.on('connect', () => socket.write(requestBytes(script, body)));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received > MAX_ANSWER) return fail('FPM_BAD_ANSWER', `the answer is longer than ${MAX_ANSWER} bytes`);
      const answer = readRecords(Buffer.concat(chunks));
      if (answer !== null) settle(ok(answer));
    });
    socket.on('close', () => {
      fail('FPM_BAD_ANSWER', 'it closed the connection without an answer');
    });
    if (signal?.aborted === true) stop();
  });
}

function open(listen: string): Socket {
  if (listen.startsWith('/')) return connect({ path: listen });
  const [, host = '127.0.0.1', port = '0'] = /^(?:(.*):)?(\d+)$/.exec(listen) ?? [];
  return connect({ host: host.replace(/^\[|\]$/g, ''), port: Number(port) });
}

function requestBytes(script: string, body: string): Buffer {
  const content = Buffer.from(body, 'utf8');
  const parameters: Readonly<Record<string, string>> = {
    SCRIPT_FILENAME: script,
    SCRIPT_NAME: '/probe.php',
    REQUEST_METHOD: 'POST',
    CONTENT_TYPE: 'application/json',
    CONTENT_LENGTH: String(content.length),
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REMOTE_ADDR: '127.0.0.1',
  };
  const named = Object.entries(parameters).map(([name, value]) =>
    Buffer.concat([length(name), length(value), Buffer.from(name + value)]),
  );
  return Buffer.concat([
    record(BEGIN, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])),
    ...pieces(Buffer.concat(named)).map((piece) => record(PARAMS, piece)),
    record(PARAMS, Buffer.alloc(0)),
    ...pieces(content).map((piece) => record(STDIN, piece)),
    record(STDIN, Buffer.alloc(0)),
  ]);
}

function record(type: number, content: Buffer): Buffer {
  const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 0xff, 0, 0]);
  return Buffer.concat([head, content]);
}

/** A record holds at most 65535 bytes. */
function pieces(content: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < content.length; at += 65_535) found.push(content.subarray(at, at + 65_535));
  return found;
}

function length(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  if (bytes < 128) return Buffer.from([bytes]);
  const four = Buffer.alloc(4);
  four.writeUInt32BE((bytes | 0x80000000) >>> 0);
  return four;
}

/** The output of the script when the request has ended; null before that. */
function readRecords(bytes: Buffer): string | null {
  const written: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = bytes.readUInt16BE(at + 4);
    const padding = bytes[at + 6] ?? 0;
    const content = bytes.subarray(at + 8, at + 8 + size);
    if (content.length < size) return null;
    if (bytes[at + 1] === END) return Buffer.concat(written).toString('utf8');
    if (bytes[at + 1] === STDOUT) written.push(content);
    at += 8 + size + padding;
  }
  return null;
}
