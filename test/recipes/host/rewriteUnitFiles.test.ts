import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { stepRegistry } from '../../../src/recipes/steps/stepRegistry.js';
import { migrationSteps } from '../../../src/recipes/migrateOffRoot/plan/migrationSteps.js';
import { isSharedDropIn, rewriteUnitFiles } from '../../../src/recipes/host/rewriteUnitFiles.js';
import { rewriteTarget } from '../../../src/recipes/host/rewriteSteps.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { printUnit } from '../../../src/systemd/document/printUnit.js';
import { effectiveValue } from '../../../src/systemd/load/effectiveValues.js';
import { unitSpecifiers } from '../../../src/systemd/values/unitSpecifiers.js';
import { exampleFacts } from '../migrateOffRoot/exampleFacts.js';

const UNIT = 'kimaki.service';
const NOW = { name: UNIT, specifiers: unitSpecifiers(UNIT, null) };
const TOKEN = 'canary-0123456789abcdef';
const FRAGMENT = {
  path: `/etc/systemd/system/${UNIT}`,
  text: `[Service]
User=root
Environment='KIMAKI_BOT_TOKEN=${TOKEN}' HOME=/root
Environment=KIMAKI_DATA_DIR=/root/.kimaki
ExecStart=/root/.kimaki/bin/kimaki --data-dir /root/.kimaki --api-key=${TOKEN}
# the token is ${TOKEN}
`,
};
const DROP_IN = { path: `/etc/systemd/system/${UNIT}.d/10-user.conf`, text: '[Service]\nUser=root\n' };
const SHARED = { path: '/etc/systemd/system/service.d/10-all.conf', text: '[Service]\nUser=root\n' };
const request = { ...rewriteTarget(exampleFacts()), binary: '/usr/bin/kimaki' };

const filesOf = (...files: readonly (typeof FRAGMENT)[]) =>
  files.map(({ path, text }, index) => ({
    path,
    role: index === 0 ? ('fragment' as const) : ('drop-in' as const),
    document: parseUnit(text),
  }));

describe('rewriteUnitFiles', () => {
  test('has the digest of each file as it is, and what would change with the secrets hidden', () => {
    const { facts } = rewriteUnitFiles(NOW, filesOf(FRAGMENT, DROP_IN), request)._unsafeUnwrap();
    expect(facts.map(({ path, needsRewrite }) => [path, needsRewrite])).toEqual([
      [FRAGMENT.path, true],
      [DROP_IN.path, true],
    ]);
    expect(facts[0]?.sha256).toBe(createHash('sha256').update(FRAGMENT.text).digest('hex'));
    expect(facts[0]?.diff).toContain('+User=opencode');
    expect(facts[0]?.diff).toContain('KIMAKI_BOT_TOKEN');
    expect(JSON.stringify(facts)).not.toContain(TOKEN);
  });

  test('adds to a drop-in nothing that it does not set', () => {
    const { facts } = rewriteUnitFiles(
      NOW,
      filesOf(FRAGMENT, { ...DROP_IN, text: '[Service]\nRestartSec=3\n' }),
      request,
    )._unsafeUnwrap();
    expect(facts[1]).toMatchObject({ needsRewrite: false, diff: '' });
  });

  test('finds nothing to do in what it made itself', () => {
    const { rewritten } = rewriteUnitFiles(NOW, filesOf(FRAGMENT, DROP_IN), request)._unsafeUnwrap();
    const { facts } = rewriteUnitFiles(NOW, rewritten, request)._unsafeUnwrap();
    expect(facts.map(({ needsRewrite, diff }) => [needsRewrite, diff])).toEqual([
      [false, ''],
      [false, ''],
    ]);
    expect(printUnit(rewritten[0]?.document ?? parseUnit('')).toString()).toContain(TOKEN);
  });

  test('says what the rewritten files come to', () => {
    const { effective } = rewriteUnitFiles(NOW, filesOf(FRAGMENT, DROP_IN), request)._unsafeUnwrap();
    expect(effectiveValue(effective, 'Service', 'User')).toMatchObject({ value: 'opencode', path: DROP_IN.path });
  });

  test('leaves a drop-in that other units share', () => {
    const { facts, rewritten } = rewriteUnitFiles(NOW, filesOf(FRAGMENT, SHARED), request)._unsafeUnwrap();
    expect(facts[1]).toMatchObject({ needsRewrite: false, diff: '' });
    expect(printUnit(rewritten[1]?.document ?? parseUnit('')).toString()).toBe(SHARED.text);
  });

  test('refuses what cannot be written into a unit', () => {
    const wrong = { ...request, umask: 'rwx' };
    expect(rewriteUnitFiles(NOW, filesOf(FRAGMENT), wrong)._unsafeUnwrapErr().code).toBe('INVALID_REWRITE_VALUE');
  });

  test('tells of the lines that still name the old home', () => {
    const text = `${FRAGMENT.text}Environment=NOTE=see,/root/notes\n`;
    const { leftovers } = rewriteUnitFiles(NOW, filesOf({ ...FRAGMENT, text }), request)._unsafeUnwrap();
    expect(leftovers.map((line) => line.split(' ')[0])).toEqual([`${FRAGMENT.path}:7`]);
  });

  test('no secret of a unit gets into the arguments or the words of any step', () => {
    const { facts: files } = rewriteUnitFiles(NOW, filesOf(FRAGMENT, DROP_IN), request)._unsafeUnwrap();
    const example = exampleFacts();
    const companion = { name: 'worker.service', kind: 'service' as const, active: true, files };
    const steps = migrationSteps({
      ...example,
      unit: { ...example.unit, files },
      companions: [companion],
    })._unsafeUnwrap();
    const registry = stepRegistry();
    const words = steps.map(({ kind, args }) => registry.get(kind)?.describe(args)._unsafeUnwrap());
    expect(
      words.filter((described) => described?.diff?.includes('+User=opencode') === true).length,
    ).toBeGreaterThanOrEqual(4);
    const everything = JSON.stringify([steps, words]);
    expect(everything).not.toContain(TOKEN);
    expect(everything).not.toContain(Buffer.from(TOKEN).toString('base64').slice(4, -4));
  });
});

describe('isSharedDropIn', () => {
  test.each([
    ['/etc/systemd/system/kimaki-shop.service', false],
    ['/etc/systemd/system/kimaki-shop.service.d/a.conf', false],
    ['/etc/systemd/system/kimaki-.service.d/a.conf', true],
    ['/etc/systemd/system/service.d/a.conf', true],
    ['/run/systemd/system/kimaki-shop.service.d/a.conf', false],
  ])('of %s is %s', (path, expected) => {
    expect(isSharedDropIn('kimaki-shop.service', path)).toBe(expected);
  });
});
