// @module-tag php-cli
import { expect, test } from 'vitest';
import { FS_CHMOD_DIR, FS_CHMOD_FILE, fsChmodMuPlugin } from '../../../src/wordpress/site/fsChmodMuPlugin.js';
import { runPhp } from '../support/php.js';

const body = fsChmodMuPlugin().content.replace('<?php\n', '');
const PRINT = "printf('%o %o', FS_CHMOD_DIR, FS_CHMOD_FILE);";

test('PHP gets setgid directories and group-writable files from it', () => {
  expect(fsChmodMuPlugin().name).toBe('wca-fs-chmod.php');
  expect(runPhp(`${body}\n${PRINT}`)).toBe('2775 664');
  expect([FS_CHMOD_DIR, FS_CHMOD_FILE]).toEqual([0o2775, 0o664]);
});

test("a site's own value stays in force, without a warning", () => {
  expect(runPhp(`define('FS_CHMOD_DIR', 0755);\n${body}\n${PRINT}`)).toBe('755 664');
});
