import { expect, test } from 'vitest';
import { placesOf } from '../../../src/recipes/host/places.js';
import { exampleFacts } from '../migrateOffRoot/exampleFacts.js';

test('every directory in which a file is made, replaced or moved is among the places, and none twice', () => {
  const facts = exampleFacts();
  const { directories, files, trees } = placesOf(facts);
  expect(directories).toEqual([...new Set(directories)]);
  expect(directories).toEqual(expect.arrayContaining(['/etc/systemd/system', ...facts.site.writable]));
  for (const { from, to } of facts.state.moves) {
    expect(files).toContain(from);
    expect(directories).toEqual(expect.arrayContaining([from, to].map((path) => path.slice(0, path.lastIndexOf('/')))));
    expect(trees).toContain(from);
  }
  expect(trees).toEqual(expect.arrayContaining([facts.site.contentDir, facts.target.home, ...facts.leftovers]));
});

test('the hop has its three directories, and only where there is one', () => {
  const { dispatch } = exampleFacts();
  const of = (strategy: 'sudo-hop' | 'system-binary'): readonly string[] =>
    placesOf(exampleFacts({ dispatch: { ...dispatch, strategy } })).directories;
  const hop = ['/usr/local/bin', '/usr/local/lib/wp-coding-agents', '/etc/sudoers.d'];
  expect(of('sudo-hop')).toEqual(expect.arrayContaining(hop));
  for (const directory of hop) expect(of('system-binary')).not.toContain(directory);
});
