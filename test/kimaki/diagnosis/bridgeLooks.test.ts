// @module-tag root
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bridgeLooks, healthFindings } from '../../../src/kimaki/diagnosis/bridgeLooks.js';
import { lookupIdentity } from '../../../src/posix/accounts/index.js';
import { exampleInstance } from '../support/exampleInstance.js';

describe('what answers on the port', () => {
  const roadie = exampleInstance('', { bridge: 'roadie', unit: 'roadie.service' });

  it.each([
    ['the child of the main process', { pid: 80, wrapperPid: 77 }],
    ['the main process itself', { pid: 77, wrapperPid: null }],
  ])('%s is the unit', (_, health) => {
    expect(healthFindings(roadie, health)).toEqual([]);
  });

  it('another process is not, and the service does not work', () => {
    const [only] = healthFindings(roadie, { pid: 80, wrapperPid: 12 });
    expect(only).toMatchObject({ id: 'not-healthy', severity: 'broken' });
    expect(only?.what).toContain('process 80');
  });
});

describe('the files that variables name', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'wca-named-'));
    chmodSync(dir, 0o755);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('are told of where the account cannot read one, or WordPress not the token', async () => {
    const files = ['bot-token', 'send-token', 'prompt.yaml'].map((name) => join(dir, name));
    for (const file of files) writeFileSync(file, 'x');
    const [bot = '', send = '', prompt = ''] = files;
    const variables = `ROADIE_BOT_TOKEN_FILE=${bot} ROADIE_SERVICE_TOKEN_FILE=${send} ROADIE_PROMPT_CONFIG=${prompt}`;
    const instance = exampleInstance(`Environment=${variables}`, { bridge: 'roadie', unit: 'roadie.service' });
    const web = (await lookupIdentity('www-data'))._unsafeUnwrap();
    const service = (await lookupIdentity('nobody'))._unsafeUnwrap();
    const look = bridgeLooks().find(({ what }) => what.includes('variables'))?.look;
    const ask = async (): Promise<readonly string[]> => {
      const channel = { file: '/c', command: '/r' };
      const found = await look?.({ instance, instances: [], caller: web, channel }, service);
      const value = found?._unsafeUnwrap() ?? [];
      return ('found' in value ? value.found : value).map(({ id, what }) => `${id} ${what}`);
    };
    expect(await ask()).toEqual([]);
    chmodSync(bot, 0o600);
    chmodSync(prompt, 0o600);
    chmodSync(send, 0o600);
    const told = await ask();
    expect(told.every((one) => one.startsWith('named-file-closed'))).toBe(true);
    expect(told.map((one) => one.split(' ')[1]).sort()).toEqual(['nobody', 'nobody', 'nobody', 'www-data']);
    rmSync(prompt);
    expect((await ask()).join()).toContain('it does not exist');
  });
});
