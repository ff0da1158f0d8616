import { describe, expect, test } from 'vitest';
import { channelSteps, hopOf, hopSteps } from '../../../src/recipes/host/hopSteps.js';
import { exampleFacts, togetherFacts } from '../migrateOffRoot/exampleFacts.js';

const hop = hopOf(exampleFacts())._unsafeUnwrap();

describe('hopSteps', () => {
  test('are none without a hop', () => {
    expect(hopSteps(null, 'before')).toEqual([]);
  });

  test('put the rule last, since it allows whatever lies at the path of the target', () => {
    expect(hopSteps(hop, 'after').map(({ id }) => id)).toEqual([
      'hop-directory',
      'hop-target',
      'hop-wrapper',
      'hop-sudoers',
    ]);
    expect(hopSteps(hop, 'after').every(({ phase }) => phase === 'after')).toBe(true);
  });

  test('make files of root that others can run and not write, and a rule that only root reads', () => {
    const files = hopSteps(hop, 'after')
      .slice(1)
      .map(({ args }) => args);
    expect(files).toMatchObject([
      { path: hop.target.path, mode: 0o755, uid: 0, gid: 0, validate: 'none' },
      { path: hop.wrapper.path, mode: 0o755, uid: 0, gid: 0, validate: 'none' },
      { path: hop.sudoers.path, mode: 0o440, uid: 0, gid: 0, validate: 'sudoers' },
    ]);
  });

  test('make the directory of the target before the target', () => {
    const [directory, target] = hopSteps(hop, 'after');
    expect(hop.target.path.startsWith(`${(directory?.args as { path: string }).path}/`)).toBe(true);
    expect(target?.after).toBe(directory?.id);
  });
});

describe('hopOf', () => {
  test('leads from WordPress to the service, with its data directory and the binary that others can run', () => {
    expect(hop).toMatchObject({ callers: ['www-data', 'opencode'], serviceUser: 'opencode' });
    expect(hop.target.content).toContain('/home/opencode/.kimaki');
    expect(hop.target.content).toContain('/usr/bin/kimaki');
    expect(hop.sudoers.content).toContain('www-data ALL=(opencode) NOPASSWD:');
  });

  test('has files of its own for a named instance', () => {
    const facts = exampleFacts();
    const named = hopOf({ ...facts, unit: { ...facts.unit, instance: 'shop' } })._unsafeUnwrap();
    for (const file of ['target', 'wrapper', 'sudoers'] as const) {
      expect(named[file].path).toContain('shop');
      expect(named[file].path).not.toBe(hop[file].path);
    }
  });

  test('is refused for an account that no rule can name', () => {
    const facts = exampleFacts();
    expect(hopOf({ ...facts, target: { ...facts.target, name: 'a b' } })).toBeErr();
  });
});

describe('channelSteps', () => {
  test('change a file once for all instances that it registers, and another file apart', () => {
    const [first, second] = togetherFacts();
    const [step] = channelSteps(first, 'after', [first, second]);
    expect(step?.args).toMatchObject({ label: 'bridge:kimaki', others: [{ label: 'bridge:kimaki-b' }] });
    expect(channelSteps(second, 'after', [first, second])).toEqual([step]);
    const elsewhere = { ...second, dispatch: { ...second.dispatch, file: { path: '/srv/b.php', sha256: '' } } };
    expect(channelSteps(first, 'after', [first, elsewhere])).toEqual(channelSteps(first, 'after'));
    expect(channelSteps(first, 'after')[0]?.args).not.toHaveProperty('others');
  });

  test('are none where nothing registers the instance', () => {
    const { dispatch, site } = exampleFacts();
    expect(channelSteps({ dispatch: { ...dispatch, file: null }, site }, 'before')).toEqual([]);
  });
});
