import { expect, test } from 'vitest';
import { evaluatePhp } from '../../../src/wordpress/php/evaluatePhp.js';
import { childOf, childrenOf, parsePhpBody } from '../../../src/wordpress/php/phpAst.js';

function evaluate(expression: string): string | number | boolean | null {
  const source = Buffer.from(`$x = ${expression};`);
  const [statement = null] = childrenOf(parsePhpBody(source)._unsafeUnwrap(), 'children');
  const assign = statement === null ? null : childOf(statement, 'expression');
  const known = new Map([
    ['ABSPATH', '/var/www/'],
    ['$dir', '/srv'],
  ]);
  return evaluatePhp(assign === null ? null : childOf(assign, 'right'), { source, file: '/etc/wp/config.php', known });
}

test.each([
  ["'text'", 'text'],
  ['0o17', 15],
  ['true', true],
  ['__DIR__', '/etc/wp'],
  ['__FILE__', '/etc/wp/config.php'],
  ["dirname( __DIR__ ) . '/x'", '/etc/x'],
  ['dirname( __FILE__, 2 )', '/etc'],
  ["realpath( '/a/../b' )", '/b'],
  ["ABSPATH . 'wp-content'", '/var/www/wp-content'],
  ["$dir . DIRECTORY_SEPARATOR . 'c'", '/srv/c'],
  ["Config::get( 'ABSPATH' )", '/var/www/'],
])('%s is %j', (expression, value) => {
  expect(evaluate(expression)).toBe(value);
});

test.each([
  'getenv( "X" )',
  '$unknown',
  'UNKNOWN',
  "'a' . 1",
  "'a' + 'b'",
  'dirname( __DIR__, 0 )',
  'dirname( __DIR__, 65 )',
  "realpath( 'relative' )",
  "Other::get( 'ABSPATH' )",
  '[ 1 ]',
  '"$dir/x"',
])('only PHP can compute %s', (expression) => {
  expect(evaluate(expression)).toBeNull();
});
