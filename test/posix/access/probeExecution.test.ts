// @module-tag root
// @module-tag slow
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainExecution } from '../../../src/posix/access/explainExecution.js';
import { probeExecution } from '../../../src/posix/access/probeExecution.js';
import { TRUSTED_PATH } from '../../../src/posix/programs/runProgram.js';
import { WWW_DATA } from '../support/identities.js';
import { freshPlace } from '../support/place.js';
import { directory } from '../support/trees.js';

function script(path: string, text: string, mode = 0o755): string {
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe('probeExecution', () => {
  it('agrees with explainExecution on what starts, whatever the program then says', async () => {
    const place = freshPlace();
    directory(join(place, 'closed'), 0o700);
    const programs: readonly (readonly [string, boolean, number | null])[] = [
      [script(join(place, 'fine'), '#!/bin/sh\n'), true, 0],
      [script(join(place, 'fails'), '#!/bin/sh\nexit 3\n'), true, 3],
      [script(join(place, 'says-127'), '#!/bin/sh\nexit 127\n'), true, 127],
      [script(join(place, 'closed/prog'), '#!/bin/sh\n'), false, 126],
      [script(join(place, 'not-executable'), '#!/bin/sh\n', 0o644), false, 126],
      [script(join(place, 'no-interpreter'), '#!/wca/none\n'), false, 127],
      [script(join(place, 'no-env'), '#!/usr/bin/env wca-none\n'), false, 127],
      [script(join(place, 'crlf'), '#!/usr/bin/env sh\r\n'), false, 127],
    ];
    for (const [path, started, exitCode] of programs) {
      const probe = (await probeExecution(path, WWW_DATA))._unsafeUnwrap();
      expect([probe.started, probe.exitCode, probe.timedOut], path).toEqual([started, exitCode, false]);
      expect(probe.refusal === null, path).toBe(started);
      const explained = (await explainExecution(path, WWW_DATA, { searchPath: TRUSTED_PATH }))._unsafeUnwrap();
      expect(explained.allowed, path).toBe(started);
    }
  });

  it('hands over arguments and PATH, and an empty standard input', async () => {
    const place = freshPlace();
    directory(join(place, 'out'), 0o777);
    const path = script(join(place, 'tell'), `#!/bin/sh\nread line || echo "$1 $PATH" > ${place}/out/told\n`);
    const probe = await probeExecution(path, WWW_DATA, { args: ['word'], searchPath: `${place}/out:/usr/bin` });
    expect(probe).toBeOk(expect.objectContaining({ started: true }));
    expect(existsSync(join(place, 'out/told'))).toBe(true);
  });

  it('kills what does not end, with all it started', async () => {
    const place = freshPlace();
    directory(join(place, 'out'), 0o777);
    const path = script(join(place, 'hangs'), `#!/bin/sh\n(sleep 1; touch ${place}/out/late) &\nsleep 300\n`);
    const probe = (await probeExecution(path, WWW_DATA, { timeoutMs: 300 }))._unsafeUnwrap();
    expect(probe).toEqual({ started: true, refusal: null, exitCode: null, timedOut: true });
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(existsSync(join(place, 'out/late'))).toBe(false);
  });
});
