// @module-tag root
import { mkdirSync, mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pathArguments, refuseArguments } from '../../../../src/recipes/migrateOffRoot/refuse/refuseArguments.js';
import { effectiveOf } from '../../../systemd/support/effectiveOf.js';
import { AGENT } from '../../../kimaki/support/exampleInstance.js';

it('finds paths behind an option, in one word with it, and alone', () => {
  expect(pathArguments(['--data-dir', '/a', '--projects-dir=/b', '/c', '--auto-restart', '--cwd', 'd'])).toEqual([
    { option: '--data-dir', path: '/a' },
    { option: '--projects-dir', path: '/b' },
    { option: '', path: '/c' },
  ]);
});

describe('a start line', () => {
  const dir = mkdtempSync(join(tmpdir(), 'wca-arguments-'));
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'closed/projects'), { recursive: true });
  chmodSync(join(dir, 'closed'), 0o700);
  mkdirSync(join(dir, 'own'));
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  async function refused(line: string): Promise<string | null> {
    const unit = effectiveOf([`[Service]\nExecStart=/usr/bin/kimaki ${line}\n`], 'kimaki.service');
    const reach = { identity: AGENT, roots: [join(dir, 'own')], oldHomes: [join(dir, 'closed')] };
    const found = await refuseArguments(unit, reach);
    return found.isOk() ? null : `${found.error.message} ${JSON.stringify(found.error.remedy)}`;
  }

  it('is refused where it names what the account cannot use, with the way to move it along', async () => {
    const told = await refused(`--projects-dir ${dir}/closed/projects`);
    expect(told).toContain(
      `--projects-dir ${dir}/closed/projects, which opencode may not use: refused at ${dir}/closed`,
    );
    expect(told).toContain('"migrateExtra"');
    expect(told).toContain('"projects"');
    expect(await refused(`--projects-dir=${dir}/missing`)).toContain('may not use');
  });

  it('is left where the account may, or will own it', async () => {
    expect(await refused(`--data-dir ${dir}/own/.kimaki --projects-dir ${dir}/own/p --auto-restart`)).toBeNull();
    expect(await refused('--config /etc/hostname')).toBeNull();
  });
});
