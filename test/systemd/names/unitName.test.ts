import { describe, expect, it } from 'vitest';
import {
  instantiated,
  templateOf,
  unitNameForm,
  unitNameOf,
  unitNameParts,
} from '../../../src/systemd/names/unitName.js';

const NAMES = [
  'a.service',
  'foo-bar@x.service',
  'foo@.service',
  'foo@a@b.service',
  '-.mount',
  'a.b.socket',
  'a\\x2db.path',
];

describe('unitNameParts', () => {
  it('takes a name apart at its first @ and last dot', () => {
    expect(NAMES.map(unitNameParts)).toEqual([
      { prefix: 'a', instance: null, type: 'service' },
      { prefix: 'foo-bar', instance: 'x', type: 'service' },
      { prefix: 'foo', instance: '', type: 'service' },
      { prefix: 'foo', instance: 'a@b', type: 'service' },
      { prefix: '-', instance: null, type: 'mount' },
      { prefix: 'a.b', instance: null, type: 'socket' },
      { prefix: 'a\\x2db', instance: null, type: 'path' },
    ]);
  });

  it.each(['', 'a', '.service', 'a.nosuch', 'a b.service', 'a/b.service', '@x.service', 'é.service', 'a.service.d'])(
    'takes %j for no name of a unit',
    (name) => {
      expect(unitNameParts(name)).toBeNull();
    },
  );

  it('takes a name of 255 characters, and no longer one', () => {
    expect(unitNameParts(`${'a'.repeat(247)}.service`)).not.toBeNull();
    expect(unitNameParts(`${'a'.repeat(248)}.service`)).toBeNull();
  });
});

describe('unitNameOf', () => {
  it('puts together what was taken apart', () => {
    const again = NAMES.map((name) => {
      const parts = unitNameParts(name);
      return parts === null ? null : unitNameOf(parts);
    });
    expect(again).toEqual(NAMES);
  });
});

describe('unitNameForm', () => {
  it('tells plain names, templates and instances apart', () => {
    const form = (instance: string | null) => unitNameForm({ prefix: 'a', instance, type: 'service' });
    expect([form(null), form(''), form('x')]).toEqual(['plain', 'template', 'instance']);
  });
});

describe('templateOf', () => {
  it('is the template of an instance, and of nothing else', () => {
    expect(['foo@x.service', 'foo@.service', 'foo.service', 'nonsense'].map(templateOf)).toEqual([
      'foo@.service',
      null,
      null,
      null,
    ]);
  });
});

describe('instantiated', () => {
  it('gives a template its instance, and leaves every other name as it is', () => {
    expect(instantiated('foo@.service', 'x')).toBe('foo@x.service');
    expect(instantiated('foo@.service', null)).toBe('foo@.service');
    expect(instantiated('foo@y.service', 'x')).toBe('foo@y.service');
    expect(instantiated('foo.service', 'x')).toBe('foo.service');
    expect(instantiated('nonsense', 'x')).toBe('nonsense');
  });
});
