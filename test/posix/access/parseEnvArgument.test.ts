import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEnvArgument } from '../../../src/posix/access/parseEnvArgument.js';
import { freshPlace } from '../support/place.js';

const PLAIN = { searchPath: null };

describe('parseEnvArgument', () => {
  it('takes the whole argument for the name when there is no -S', () => {
    expect(parseEnvArgument('node')).toEqual({ name: 'node', ...PLAIN });
    expect(parseEnvArgument('node --flag')).toEqual({ name: 'node --flag', ...PLAIN });
    expect(parseEnvArgument('node\r')).toEqual({ name: 'node\r', ...PLAIN });
  });

  it('splits after -S, passes over assignments and options, and notes a PATH they set', () => {
    expect(parseEnvArgument('-S node --flag')).toEqual({ name: 'node', ...PLAIN });
    expect(parseEnvArgument('-S A=1 "no de" x')).toEqual({ name: 'no de', ...PLAIN });
    expect(parseEnvArgument('--split-string=-u HOME A=1 node')).toEqual({ name: 'node', ...PLAIN });
    expect(parseEnvArgument('-S PATH=/opt/bin node')).toEqual({ name: 'node', searchPath: '/opt/bin' });
    expect(parseEnvArgument('-S -i node')).toEqual({ name: 'node', searchPath: '/bin:/usr/bin' });
    expect(parseEnvArgument('-S A=1 -i node')).toEqual({ name: '-i', ...PLAIN });
    expect(parseEnvArgument('-vS node')).toEqual({ name: 'node', ...PLAIN });
  });

  it('says so when it cannot tell what would run', () => {
    for (const argument of [null, '', '-S', '-S ${HOME}/x', "-S 'open", '-S --chdir=/x node']) {
      const parsed = parseEnvArgument(argument === '' ? null : argument);
      expect(parsed, String(argument)).toHaveProperty('problem');
    }
  });

  it('names the program that env really runs', () => {
    const place = freshPlace();
    const program = join(place, 'the program');
    writeFileSync(program, '#!/bin/sh\necho "ran $0"\n');
    chmodSync(program, 0o755);
    for (const argument of [`-S '${program}' -x`, `-S -u B A=1 "${program}"`, program]) {
      const script = join(place, 'script');
      writeFileSync(script, `#!/usr/bin/env ${argument}\n`);
      chmodSync(script, 0o755);
      const ran = spawnSync(script, { encoding: 'utf8' });
      const parsed = parseEnvArgument(argument);
      expect('name' in parsed && ran.stdout, argument).toBe('name' in parsed ? `ran ${parsed.name}\n` : '');
    }
  });
});
