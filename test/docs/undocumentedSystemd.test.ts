// @module-tag systemd
// @module-tag root
// @module-tag slow
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/posix/programs/runProgram.js';

const page = readFileSync(new URL('../../docs/undocumented-systemd.md', import.meta.url), 'utf8');
const helpers = /```sh\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
/** Each probe: the fact it stands below, what is typed, and what is printed. */
const probes = [...page.matchAll(/^\*\*([\s\S]*?)\*\*(?:(?!^\*\*)[\s\S])*?```console\n([\s\S]*?)```/gm)].map(
  ([, fact = '', block = '']) => ({
    fact: fact.replace(/\s+/g, ' '),
    commands: [...block.matchAll(/^\$ (.*)$/gm)].map(([, command = '']) => command),
    printed: block.replace(/^\$ .*\n/gm, ''),
  }),
);

describe('docs/undocumented-systemd.md', () => {
  it('has a probe for each fact', () => {
    expect(probes.length).toBe([...page.matchAll(/^\*\*/gm)].length);
  });

  it.each(probes.map((probe) => [probe.fact, probe] as const))('%s', async (_, { commands, printed }) => {
    const ran = await runProgram('bash', ['-c', `${helpers}\n${commands.join('\n')}\n`], {
      env: { LC_ALL: 'C.UTF-8' },
    });
    expect(ran._unsafeUnwrap().stdout).toBe(printed);
  });
});
