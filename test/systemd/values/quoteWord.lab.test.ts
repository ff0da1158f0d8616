import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escapeExpansion } from '../../../src/systemd/values/escapeExpansion.js';
import { quoteWord } from '../../../src/systemd/values/quoteWord.js';
import type { Host } from '../../lab/index.js';
import { cleanHost, putUnits } from '../support/inHost.js';

const TEXTS = [
  'plain',
  '',
  'a b',
  '$HOME ${HOME} $$ $',
  '100% %h %%',
  `"double" 'single' back\\slash \\x41`,
  'line\nbreak\ttab\u001b',
  '; # &',
  'é 😀',
];

describe('a word on a booted host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await cleanHost();
  });
  afterAll(() => host.down());

  it('reaches the program as this very text, as an argument and as a variable', async () => {
    const args = TEXTS.map((text) => quoteWord(escapeExpansion(text, 'argument'))._unsafeUnwrap());
    const variables = TEXTS.map((text, i) =>
      quoteWord(escapeExpansion(`V${i}=${text}`, 'environment'))._unsafeUnwrap(),
    );
    await putUnits(host, {
      'words.service':
        `[Service]\nType=oneshot\nEnvironment=${variables.join(' ')}\nStandardOutput=append:/run/words\n` +
        `ExecStart=/usr/bin/printf '%%s\\\\0' ${args.join(' ')}\nExecStart=/usr/bin/env -0\n`,
    });
    await host.ok(['systemctl', 'start', 'words.service']);
    const output = await host.ok(['base64', '-w0', '/run/words']);
    const words = Buffer.from(output, 'base64').toString().split('\0');
    expect(words.slice(0, TEXTS.length)).toEqual(TEXTS);
    for (const [i, text] of TEXTS.entries()) expect(words).toContain(`V${i}=${text}`);
  });
});
