import { describe, expect, test } from 'vitest';
import { reversals } from '../../../src/recipes/host/observeReversals.js';

const TREES = ['/var/www/site/wp-content', '/home/opencode'];
const texts = (...lines: readonly string[]): readonly string[] =>
  reversals(lines.join('\n'), TREES).map(({ text }) => text);

describe('lines of tmpfiles.d', () => {
  test('that make a tree or something in it root’s are told, with their file', () => {
    const config =
      '# /etc/tmpfiles.d/site.conf\nZ /var/www/site - root root -\n\n# /usr/lib/tmpfiles.d/x.conf\nd /home/opencode/.cache 0755 root root 10d\n';
    expect(reversals(config, TREES).map(({ file }) => file)).toEqual([
      '/etc/tmpfiles.d/site.conf',
      '/usr/lib/tmpfiles.d/x.conf',
    ]);
  });

  test.each([
    'Z /var/www - root root',
    'Z+ /var/www/site/wp-content - 0 0',
    'z! /var/www/*/wp-content - root -',
    'z /var/www/site/wp-content/uploads - :root -',
    'Z /var/www/si* - root root',
    'Z / - root root',
    'Z /home/ - root root',
    'd /home/opencode 0755 root root',
  ])('count: %s', (line) => expect(texts(line)).toEqual([line]));

  test.each([
    'z /var/www - root root',
    'd /var/www 0755 root root',
    'Z /var/www - www-data www-data',
    'Z /var/www/site/wp-content-old - root root',
    'Z /var/www/other* - root root',
    'f /home/opencode/x 0644 root root',
    'd /home/opencode - - -',
    '# Z /var/www - root root',
  ])('do not count: %s', (line) => expect(texts(line)).toEqual([]));
});
