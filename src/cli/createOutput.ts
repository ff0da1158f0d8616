import { randomUUID } from 'node:crypto';
import { styleText } from 'node:util';
import { printableJson, printableLines, printableText } from '../posix/paths/index.js';

/** Where a command's output goes. */
export interface OutputStreams {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** How the user wants to read it. */
export interface OutputOptions {
  readonly json: boolean;
  readonly color: boolean;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
}

/** Styles in use; all of them disappear without colour. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/**
 * The one way a command speaks: its answer on stdout, everything else on stderr.
 *
 * A line is one line, whatever stands in it: what would steer a terminal, or hide or reorder text on it, line breaks too,
 * comes out as `\xHH`, and as `\uXXXX` in a record. Only what {@link Output.style} made is a control sequence.
 */
export interface Output {
  readonly json: boolean;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  /** Columns of the terminal, 80 off one; never less than 40. */
  readonly columns: number;
  /** Aborted when the reader of stdout went away (`wca owned … | head`). Writing on is harmless. */
  readonly closed: AbortSignal;
  /** Aborted when nobody reads stdout, or nobody reads stderr, any more: whoever asked for it has gone. */
  readonly abandoned: AbortSignal;
  /** A line of the answer for people; nothing with `--json`. */
  print(line?: string): void;
  /** Bytes of the answer as they are, with `--json` too; to a terminal its lines, with what would steer it as `\xHH`. */
  write(bytes: Uint8Array | string): void;
  /** The answer, or one record of it, as one line of JSON with `formatVersion`; nothing without `--json`. */
  record(document: object): void;
  /** A line about what is going on, on stderr; not under `-q`. */
  log(line: string): void;
  /** A line on stderr under `-v` only. */
  detail(line: string): void;
  /** A line on stderr that even `-q` does not hide. */
  warn(line: string): void;
  /** Colours text meant for {@link Output.print} (or for stderr) where the user wants colour. */
  style(style: Style, text: string): string;
  /** Resolves when everything written has left the process or cannot any more. */
  flush(): Promise<void>;
}

/** Version of every JSON document the command line prints. */
export const FORMAT_VERSION = 1;

/**
 * Makes an {@link Output}. A reader that goes away (EPIPE) never ends a command half-way: what follows is dropped
 * and `closed` says so.
 */
export function createOutput(streams: OutputStreams, options: OutputOptions): Output {
  const closing = new AbortController();
  const abandoning = new AbortController();
  const gone = new Set<NodeJS.WritableStream>();
  for (const stream of [streams.stdout, streams.stderr]) {
    stream.on('error', () => {
      gone.add(stream);
      abandoning.abort();
      if (stream === streams.stdout) closing.abort();
    });
  }
  const send = (stream: NodeJS.WritableStream, data: Uint8Array | string): void => {
    if (!gone.has(stream)) stream.write(data);
  };
  // Only what carries this mark is a style of ours: no text from elsewhere can contain it.
  const mark = `\u001b${randomUUID()}`;
  const ours = new RegExp(`${mark}(\\[\\d+m)`);
  const shown = (line: string): string =>
    line
      .split(ours)
      .map((part, index) => (index % 2 === 1 ? `\u001b${part}` : printableText(part)))
      .join('');
  const toStderr = (line: string): void => {
    send(streams.stderr, `${shown(line)}\n`);
  };

  return {
    json: options.json,
    verbosity: options.verbosity,
    columns: Math.max(streams.stdout.columns ?? 80, 40),
    closed: closing.signal,
    abandoned: abandoning.signal,
    print: (line = '') => {
      if (!options.json) send(streams.stdout, `${shown(line)}\n`);
    },
    write: (bytes) => {
      send(streams.stdout, streams.stdout.isTTY === true ? printableLines(bytes) : bytes);
    },
    record: (document) => {
      if (options.json) send(streams.stdout, `${printableJson({ formatVersion: FORMAT_VERSION, ...document })}\n`);
    },
    log: (line) => {
      if (options.verbosity !== 'quiet') toStderr(line);
    },
    detail: (line) => {
      if (options.verbosity === 'verbose') toStderr(line);
    },
    warn: toStderr,
    style: (style, text) => {
      if (!options.color) return text;
      const [start = '', end = ''] = styleText(style, '|', { validateStream: false }).split('|');
      return `${mark}${start.slice(1)}${text}${mark}${end.slice(1)}`;
    },
    flush: async () => {
      await Promise.all([drained(streams.stdout, gone), drained(streams.stderr, gone)]);
    },
  };
}

/** Does the user want colour on this stream? NO_COLOR (no-color.org) and `TERM=dumb` say no. */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const refused = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return stream.isTTY === true && !refused;
}

async function drained(stream: NodeJS.WritableStream, gone: ReadonlySet<NodeJS.WritableStream>): Promise<void> {
  if (gone.has(stream)) return;
  await new Promise<void>((resolve) => {
    stream.once('error', () => {
      resolve();
    });
    stream.write('', () => {
      resolve();
    });
  });
}
