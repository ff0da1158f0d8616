// @module-tag root
import { appendFileSync, chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { remedy } from '../../../src/posix/findings/index.js';
import type { Finding } from '../../../src/posix/findings/index.js';
import { hostParts } from '../../../src/recipes/diagnosis/hostParts.js';
import type { PartFound } from '../../../src/recipes/diagnosis/hostDiagnosis.js';
import { applyPlan } from '../../../src/recipes/engine/run/applyPlan.js';
import { HARDEN_RECIPE } from '../../../src/recipes/hardenInstall/index.js';
import { RECIPE } from '../../../src/recipes/migrateOffRoot/index.js';
import { FakeHost, put } from '../fakeHost.js';
import { tempDir } from '../tempDir.js';

type What = 'migrations' | 'hardenings' | 'tmpfiles.d';

function look(what: What, stateDir: string, trees: readonly string[] = []): Promise<PartFound> {
  const part = hostParts(stateDir, trees).find((one) => one.what === what);
  if (part === undefined) throw new Error(`no part ${what}`);
  return part.look();
}
/** Both parts that look at runs. */
async function runs(stateDir: string): Promise<readonly Finding[]> {
  const seen = [await look('migrations', stateDir), await look('hardenings', stateDir)];
  expect(seen.flatMap(({ notChecked }) => notChecked)).toEqual([]);
  return seen.flatMap(({ findings }) => findings);
}

/** A run of a recipe on a host of its own; interrupted where a signal ends it. */
async function ran(recipe: string, how: 'applied' | 'interrupted' | 'going back'): Promise<FakeHost> {
  const host = new FakeHost(tempDir());
  const { registry, stateDir } = host;
  const plan = await host.plan([put('a', '1'), put('b', '1')], {}, recipe);
  const stop = new AbortController();
  if (how === 'interrupted') host.onChange = () => stop.abort();
  if (how === 'going back') {
    host.failing.add('apply:b').add('undo:a');
  }
  expect(await applyPlan({ plan, registry, stateDir, signal: stop.signal })).toBeOk();
  return host;
}

describe('the runs', () => {
  test('give no finding where none was made, and where the latest is applied', async () => {
    expect(await runs(`${tempDir()}/wca`)).toEqual([]);
    expect(await runs((await ran(RECIPE, 'applied')).stateDir)).toEqual([]);
  });

  test.each([
    [
      RECIPE,
      'interrupted',
      remedy.anyOf(remedy.recipe('migrateOffRoot', 'resume'), remedy.recipe('migrateOffRoot', 'rollback')),
    ],
    [RECIPE, 'going back', remedy.recipe('migrateOffRoot', 'rollback')],
    [
      HARDEN_RECIPE,
      'interrupted',
      remedy.text('run the installer again: hardenInstall finishes the interrupted run first'),
    ],
  ] as const)('give one finding for an interrupted run of %s (%s), with the way on', async (recipe, how, way) => {
    const host = await ran(recipe, how);
    const findings = await runs(host.stateDir);
    expect(findings).toMatchObject([
      { id: 'interrupted-run', severity: 'broken', evidence: [host.journal], remedy: way },
    ]);
    expect(findings[0]?.what).toContain('no other run can begin until it is finished');
  });

  test('of recipes of someone else are none of this tool’s', async () => {
    expect(await runs((await ran('example', 'interrupted')).stateDir)).toEqual([]);
  });
});

describe('a journal that cannot be used', () => {
  test.each([RECIPE, HARDEN_RECIPE])('is a finding of the recipe it is of, and of that alone: %s', async (recipe) => {
    const host = await ran(recipe, 'interrupted');
    const journal = host.journal ?? '';
    const lines = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(journal, [lines[0], 'damaged', ...lines.slice(2)].join('\n'));
    expect(await runs(host.stateDir)).toMatchObject([
      { id: 'journal-unusable', severity: 'broken', subject: host.stateDir },
    ]);
  });

  test('is one finding where the directory of all runs cannot be trusted', async () => {
    const host = await ran(HARDEN_RECIPE, 'applied');
    chmodSync(host.stateDir, 0o777);
    expect(await runs(host.stateDir)).toMatchObject([{ id: 'journal-unusable' }]);
  });

  test('is a finding where it belongs to another account', async () => {
    const host = await ran(HARDEN_RECIPE, 'interrupted');
    chownSync(host.journal ?? '', 33, 33);
    expect(await runs(host.stateDir)).toMatchObject([{ id: 'journal-unusable' }]);
  });

  test('is none where only a last record is torn, which a resumed run repairs', async () => {
    const host = await ran(HARDEN_RECIPE, 'interrupted');
    appendFileSync(host.journal ?? '', '{"n":');
    expect(await runs(host.stateDir)).toMatchObject([{ id: 'interrupted-run' }]);
  });
});

test('owners that change at a boot are not asked for where nothing is to be kept', async () => {
  const dir = tempDir();
  mkdirSync(`${dir}/wca`);
  expect(await look('tmpfiles.d', `${dir}/wca`)).toEqual({ findings: [], notChecked: [] });
});
