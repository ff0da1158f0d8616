import { expect, it } from 'vitest';
import { namedFiles } from '../../../src/kimaki/instance/namedFiles.js';

const environment = {
  HOME: '/root',
  ROADIE_BOT_TOKEN_FILE: '/etc/wp-coding-agents/roadie/bot-token',
  ROADIE_SERVICE_TOKEN_FILE: '/etc/wp-coding-agents//roadie/send-token',
  ROADIE_PROMPT_CONFIG: '/opt/roadie-config/prompt-config.yaml',
  ROADIE_PLUGINS: '/opt/roadie-config/a.mjs, ./b.mjs,/opt/roadie-config/c.mjs',
  ROADIE_DATA_DIR: '/root/.roadie',
  OTHER_TOKEN_FILE: '/etc/other',
};

it('names each file that the bridge reads, its secrets apart from the rest', () => {
  expect(namedFiles({ bridge: 'roadie', environment }).map(({ path, isSecret }) => [path, isSecret])).toEqual([
    ['/etc/wp-coding-agents/roadie/bot-token', true],
    ['/etc/wp-coding-agents/roadie/send-token', true],
    ['/opt/roadie-config/prompt-config.yaml', false],
    ['/opt/roadie-config/a.mjs', false],
    ['/opt/roadie-config/c.mjs', false],
  ]);
});

it('names none of a bridge that has no such variables', () => {
  expect(namedFiles({ bridge: 'kimaki', environment })).toEqual([]);
});
