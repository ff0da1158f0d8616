import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';

/** What a request held, read back from its records. */
export interface SeenRequest {
  readonly role: number;
  readonly params: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A FastCGI server on a socket, with one answer for all requests: what it writes, or null to close the connection. */
export async function fastCgiServer(
  path: string,
  answer: (request: SeenRequest) => Buffer | null | undefined,
): Promise<Server> {
  const server = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      const seen = readRequest(bytes);
      if (seen === undefined) return;
      const written = answer(seen);
      if (written === null) socket.destroy();
      else if (written !== undefined) socket.write(written);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

/** The records of an answer with this output, in pieces with padding, and of its end. */
export function answerRecords(output: string): Buffer {
  const half = Math.ceil(output.length / 2);
  const pieces = [output.slice(0, half), output.slice(half)].map((text) => Buffer.from(text));
  return Buffer.concat([
    record(7, Buffer.from('PHP message: noise on stderr')),
    ...pieces.map((piece) => record(6, piece, 3)),
    record(3, Buffer.alloc(8)),
  ]);
}

/** Runs the script of a request with the PHP of the command line, which has the body on its standard input. */
export function runScript({ params, body }: SeenRequest): string {
  const script = readFileSync(params.SCRIPT_FILENAME ?? '', 'utf8').replace('php://input', 'php://stdin');
  const ran = spawnSync('php', ['-n', '-r', script.replace(/^<\?php/, '')], { input: body, encoding: 'utf8' });
  return `Content-Type: application/json\r\n\r\n${ran.stdout}`;
}

function record(type: number, content: Buffer, padding = 0): Buffer {
  const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 0xff, padding, 0]);
  return Buffer.concat([head, content, Buffer.alloc(padding)]);
}

function readRequest(bytes: Buffer): SeenRequest | undefined {
  const streams = { 4: [] as Buffer[], 5: [] as Buffer[] };
  let role = 0;
  for (let at = 0; at + 8 <= bytes.length;) {
    const type = bytes[at + 1];
    const size = bytes.readUInt16BE(at + 4);
    const content = bytes.subarray(at + 8, at + 8 + size);
    if (content.length < size) return undefined;
    if (type === 1) role = content.readUInt16BE(0);
    if (type === 4 || type === 5) streams[type].push(content);
    if (type === 5 && size === 0) {
      return { role, params: readParams(Buffer.concat(streams[4])), body: Buffer.concat(streams[5]).toString() };
    }
    at += 8 + size + (bytes[at + 6] ?? 0);
  }
  return undefined;
}

function readParams(bytes: Buffer): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  let at = 0;
  const length = (): number => {
    const first = bytes[at] ?? 0;
    at += first < 128 ? 1 : 4;
    return first < 128 ? first : bytes.readUInt32BE(at - 4) & 0x7fffffff;
  };
  while (at < bytes.length) {
    const [name, value] = [length(), length()];
    found[bytes.toString('utf8', at, at + name)] = bytes.toString('utf8', at + name, at + name + value);
    at += name + value;
  }
  return found;
}
