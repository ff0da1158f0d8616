import { describe, expect, it } from 'vitest';
import { readInputStream, readOutputStream } from '../../../../../src/systemd/load/settings/readers/readStream.js';
import { readingOf } from '../../../support/readingOf.js';

describe('readInputStream', () => {
  it.each(['null', 'tty', 'tty-force', 'tty-fail', 'socket', 'data', 'fd', 'file'])('takes the word %j', (word) => {
    expect(readingOf(readInputStream, word)).toEqual([word]);
  });

  it.each(['journal', 'inherit', 'append:/a', 'truncate:/a', 'FILE:/a', 'nope', ''])('ignores %j', (text) => {
    expect(readingOf(readInputStream, text)).toBe('ignored');
  });
});

describe('readOutputStream', () => {
  it.each(['inherit', 'null', 'tty', 'journal', 'kmsg', 'journal+console', 'kmsg+console', 'socket', 'append'])(
    'takes the word %j',
    (word) => {
      expect(readingOf(readOutputStream, word)).toEqual([word]);
    },
  );

  it('takes syslog for the journal, as systemd does since 246', () => {
    expect(readingOf(readOutputStream, 'syslog')).toEqual(['journal']);
    expect(readingOf(readOutputStream, 'syslog+console')).toEqual(['journal+console']);
  });

  it.each([
    ['file:/a//b', ['file:/a/b']],
    ['append:/log/%i', ['append:/log/blog']],
    ['truncate:/a/.', ['truncate:/a']],
    ['file:rel', 'ignored'],
    ['file:', 'ignored'],
    ['file: /a', 'ignored'],
    ['append:/a/../b', 'ignored'],
    ['file:/%Q', 'ignored'],
    ['data', 'ignored'],
  ])('makes of %j %j', (text, reading) => {
    expect(readingOf(readOutputStream, text)).toEqual(reading);
  });

  it.each([
    ['fd:', ['fd:']],
    ['fd:a b', ['fd:a b']],
    ['fd:%i', ['fd:blog']],
    [`fd:${'n'.repeat(255)}`, [`fd:${'n'.repeat(255)}`]],
    [`fd:${'n'.repeat(256)}`, 'ignored'],
    ['fd:a:b', 'ignored'],
    ['fd:é', 'ignored'],
    ['fd:%Q', 'ignored'],
  ])('takes a name of a descriptor: %.20j', (text, reading) => {
    expect(readingOf(readOutputStream, text)).toEqual(reading);
  });
});
