import { expect, test } from 'vitest';
import { readDefines } from '../../../src/wordpress/php/readDefines.js';

function read(code: string): Record<string, unknown> {
  const known = new Map([['ABSPATH', '/srv/site/']]);
  const { defines } = readDefines(Buffer.from(`<?php\n${code}\n`), '/srv/site/wp-config.php', known)._unsafeUnwrap();
  return Object.fromEntries(defines.map(({ name, value, conditional }) => [name, conditional ? [value] : value]));
}

test.each([
  ["define('A', 'x');", { A: 'x' }],
  ['DEFINE("A", \'x\' . "y\\n");', { A: 'xy\n' }],
  ["\\define('A', 02775);", { A: 0o2775 }],
  ["const A = 'x', B = true;", { A: 'x', B: true }],
  ["define('A', __DIR__ . '/content');", { A: '/srv/site/content' }],
  ["define('A', dirname(__FILE__) . '/c');", { A: '/srv/site/c' }],
  ["define('A', dirname(__DIR__, 2) . 'x');", { A: '/x' }],
  ["define('A', ABSPATH . 'c'); define('B', A . '/p');", { A: '/srv/site/c', B: '/srv/site/c/p' }],
  ["$root = dirname(__DIR__); define('A', $root . '/app');", { A: '/srv/app' }],
  ["if ( ! defined('A') ) { define('A', 'x'); }", { A: 'x' }],
  ["if ( ! defined('A') ): define('A', 'x'); endif;", { A: 'x' }],
  ["defined('A') || define('A', 'x'); defined('B') or define('B', 'y');", { A: 'x', B: 'y' }],
  ["defined('A') && define('B', 'y');", { B: ['y'] }],
  ["if ( getenv('X') ) { define('A', 'x'); } else { define('B', 'y'); }", { A: ['x'], B: ['y'] }],
  ["function f() { define('A', 'x'); } add_action('x', function () { define('B', 'y'); });", { A: ['x'], B: ['y'] }],
  ["define('A', getenv('A')); define('B', $unknown); define('C', \"x$y\");", { A: null, B: null, C: null }],
  ["define('A', ( 0755 & ~ umask() ));", { A: null }],
  ["if (1) { $r = 'a'; } define('A', $r);", { A: null }],
  ["// define('A', 'x');\n/* define('B', 'y'); */ $s = \"define('C', 'z');\"; # define('D', 1);", {}],
  ["$wp->define('A', 'x'); Other::define('B', 'y'); Config::set('C', 'z');", {}],
  [
    "Config::define('A', '/app'); Config::define('B', $x . Config::get('A')); Config::define('C', ABSPATH . Config::get('A'));",
    { A: '/app', B: null, C: '/srv/site//app' },
  ],
  ["\\Roots\\WPConfig\\Config::define('A', realpath(__DIR__ . '/../x') . DIRECTORY_SEPARATOR);", { A: '/srv/x/' }],
])('%s', (code, expected) => {
  expect(read(code)).toEqual(expected);
});

test('the line and the written value are exact', () => {
  const source = Buffer.from("<?php\n\n  define( 'FS_CHMOD_DIR', ( 0755 & ~ umask() ) ); // é\n");
  const [define] = readDefines(source, '/x', new Map())._unsafeUnwrap().defines;
  expect(define).toMatchObject({ file: '/x', line: 3 });
  expect(define?.written).toContain('0755 & ~ umask()');
});

test('what is included is read in its place, with its own __DIR__, lines and earlier values', () => {
  const source = Buffer.from(`<?php
$root = dirname( __DIR__ );
require_once $root . '/config/application.php';
if ( getenv( 'X' ) ) { include 'local.php'; }
require __DIR__ . '/vendor/autoload.php';
require_once ABSPATH . 'wp-settings.php';
require getenv( 'Y' );
define( 'AFTER', A . '/b' );
`);
  const given = new Map([
    [
      '/srv/config/application.php',
      Buffer.from("<?php\n\ndefine( 'A', $root . '|' . __DIR__ );\nrequire 'application.php';"),
    ],
    ['/srv/site/local.php', Buffer.from("<?php define( 'L', 1 ); require 'broken.php'; require 'none.php';")],
    ['/srv/site/broken.php', Buffer.from('<?php define(')],
  ]);
  const file = '/srv/site/wp-config.php';
  const none = readDefines(source, file, new Map([['ABSPATH', '/srv/site/']]))._unsafeUnwrap();
  expect(none.wanted).toEqual(['/srv/config/application.php', '/srv/site/local.php']);
  const { defines, wanted, unreadable } = readDefines(source, file, new Map(), given)._unsafeUnwrap();
  expect(defines.map(({ name, value, file: at, line, conditional }) => [name, value, at, line, conditional])).toEqual([
    ['A', '/srv|/srv/config', '/srv/config/application.php', 3, false],
    ['L', 1, '/srv/site/local.php', 1, true],
    ['AFTER', '/srv|/srv/config/b', file, 8, false],
  ]);
  expect([wanted, unreadable]).toEqual([['/srv/site/none.php'], ['/srv/site/broken.php']]);
});

test('a file that is not PHP is refused without repeating it', () => {
  const source = Buffer.from("<?php define('DB_PASSWORD', 'hunter2';\n");
  const refused = readDefines(source, '/x', new Map())._unsafeUnwrapErr();
  expect(refused.code).toBe('PHP_UNREADABLE');
  expect(JSON.stringify(refused)).not.toContain('hunter2');
});
