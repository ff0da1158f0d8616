import { describe, expect, it } from 'vitest';
import { aliasFault } from '../../../src/systemd/load/unitIndex.js';

describe('aliasFault', () => {
  it.each([
    ['a.service', 'b.service'],
    ['a@.service', 'b@.service'],
    ['a@x.service', 'b@x.service'],
    ['a@x.service', 'b@.service'],
    ['a.timer', 'b.timer'],
  ])('lets %s be another name of %s', (name, target) => {
    expect(aliasFault(name, target)).toBeNull();
  });

  it.each([
    ['a.service', 'a.service', 'same name'],
    ['a.service', 'b.timer', 'another type'],
    ['a.service', 'b@.service', 'plain'],
    ['a@.service', 'b.service', 'template'],
    ['a@x.service', 'b@y.service', 'another instance'],
    ['a.service', 'system', 'not the name'],
    ['a.mount', 'b.mount', 'second name'],
    ['a@.device', 'b@.device', 'templates'],
  ])('does not let %s be another name of %s', (name, target, why) => {
    expect(aliasFault(name, target)).toContain(why);
  });
});
