// @module-tag php-cli
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lintPhp } from '../../../src/wordpress/php/lintPhp.js';

let place = '';
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'wca-lint-'));
});
afterEach(() => rm(place, { recursive: true }));

test('code PHP compiles is accepted, as bytes and as a file', async () => {
  const code = Buffer.from("<?php\nadd_filter( 'x', function () { return 1; } );\n");
  await writeFile(join(place, 'a.php'), code);
  expect(await lintPhp(code)).toBeOk();
  expect(await lintPhp(join(place, 'a.php'))).toBeOk();
});

test('nothing in the code is run', async () => {
  const file = join(place, 'touched');
  expect(await lintPhp(Buffer.from(`<?php touch('${file}');`))).toBeOk();
  await expect(writeFile(file, '', { flag: 'wx' })).resolves.toBeUndefined();
});

test('a syntax error is named with its line', async () => {
  const refused = (await lintPhp(Buffer.from('<?php\n\nfoo(;\n')))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'PHP_SYNTAX', path: 'given bytes', line: 3 });
  expect(refused.message).toContain('given bytes, line 3: Parse error: syntax error');
  const named = (await lintPhp(Buffer.from('<?php\n\nfoo(;\n'), { path: '/srv/a.php' }))._unsafeUnwrapErr();
  expect(named).toMatchObject({ path: '/srv/a.php', line: 3 });
});

test('what PHP quotes from the code is not repeated, since it may be a password', async () => {
  const path = join(place, 'a.php');
  await writeFile(path, `<?php\n$a = "x" "hunter2";\n`);
  const refused = (await lintPhp(path))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'PHP_SYNTAX', path, line: 2 });
  expect(JSON.stringify(refused)).not.toContain('hunter2');
});

test('a comment that never ends and a file that is not there are refused', async () => {
  const comment = await lintPhp(Buffer.from('<?php\n/* x\n'));
  expect(comment._unsafeUnwrapErr()).toMatchObject({ code: 'PHP_SYNTAX', line: 2 });
  const missing = await lintPhp(join(place, 'none.php'));
  expect(missing._unsafeUnwrapErr()).toMatchObject({ code: 'PHP_SYNTAX', line: null });
});
