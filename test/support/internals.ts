import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'tsup';
import { ROOMS } from '../architecture/rooms.js';

const SOURCES = new URL('../../src/', import.meta.url).pathname;

let bundled: Promise<string> | undefined;

/**
 * The text of a module for scripts that run in a host: it exports each floor (`posix`, `systemd` …) as one object with all
 * that its rooms give each other, the public face and more. Dependencies are imported by name.
 */
export function internals(): Promise<string> {
  return (bundled ??= bundleRooms());
}

async function bundleRooms(): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'wca-internals-'));
  const lines = Object.entries(ROOMS).flatMap(([floor, rooms]) => [
    ...rooms.map((room, index) => `import * as ${floor}${index} from '${SOURCES}${floor}/${room}/index.ts';`),
    `export const ${floor} = { ${rooms.map((_, index) => `...${floor}${index}`).join(', ')} };`,
  ]);
  let text: string | undefined;
  try {
    const entry = join(work, 'internals.ts');
    await writeFile(entry, lines.join('\n'));
    await build({
      entry: { internals: entry },
      outDir: work,
      config: false,
      silent: true,
      format: 'esm',
      target: 'node20',
      platform: 'node',
      splitting: false,
      outExtension: () => ({ js: '.mjs' }),
      plugins: [
        {
          name: 'keep-text',
          renderChunk: (code) => {
            text = code;
          },
        },
      ],
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  if (text === undefined) throw new Error('tsup gave no chunk');
  return text;
}
