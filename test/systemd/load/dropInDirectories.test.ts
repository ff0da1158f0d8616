import { describe, expect, it } from 'vitest';
import { dropInNames } from '../../../src/systemd/load/dropInDirectories.js';

describe('dropInNames', () => {
  it.each([
    ['a.service', ['a.service']],
    ['a-b-c.service', ['a-b-c.service', 'a-b-.service', 'a-.service']],
    ['a--b.service', ['a--b.service', 'a--.service', 'a-.service']],
    ['-a.service', ['-a.service']],
    ['-.mount', ['-.mount']],
    ['a-.service', ['a-.service']],
    ['a@x-y.service', ['a@x-y.service', 'a@.service']],
    ['a-b@x.service', ['a-b@x.service', 'a-b@.service', 'a-.service', 'a-@x.service', 'a-@.service']],
    ['a-b@.service', ['a-b@.service', 'a-.service']],
  ])('of %s are %j', (name, names) => {
    expect(dropInNames(name)).toEqual(names);
  });
});
