// @module-tag root
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findSiteOfUnit } from '../../../src/wordpress/site/findSiteOfUnit.js';

let place = '';
let unit = '';
beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'wca-unit-site-')));
  unit = join(place, 'kimaki-shop.service');
  for (const site of ['a', 'b c']) {
    await mkdir(join(place, site, 'wp-includes'), { recursive: true });
    await mkdir(join(place, site, 'wp-content'));
    await writeFile(join(place, site, 'wp-load.php'), '<?php');
  }
  await mkdir(`${unit}.d`);
});
afterEach(() => rm(place, { recursive: true }));

async function found(service: string, dropIn = ''): Promise<unknown> {
  await writeFile(unit, `[Service]\nExecStart=/bin/true\n${service}\n`);
  await writeFile(`${unit}.d/10.conf`, `[Service]\n${dropIn}\n`);
  const site = await findSiteOfUnit(unit, { configDir: join(place, 'none') });
  return site.match<unknown>(
    ({ path: root }) => root.slice(place.length + 1),
    ({ code }) => code,
  );
}

test.each([
  ['its working directory', 'WorkingDirectory=@/a', '', 'a'],
  ['one that may be missing', 'WorkingDirectory=-@/a', '', 'a'],
  ['one with blanks, doubled slashes and specifiers', 'WorkingDirectory=@//b c/%N-%%/', '', 'b c'],
  ['the drop-in that wins', 'WorkingDirectory=@/a', 'WorkingDirectory=@/b c', 'b c'],
  ['its variable', 'Environment=X=1 "DATAMACHINE_SITE_PATH=@/b c" Y=2', '', 'b c'],
  ['its variable when it works in a home', 'WorkingDirectory=~\nEnvironment=DATAMACHINE_SITE_PATH=@/a', '', 'a'],
  ['the directory before the variable', 'WorkingDirectory=@/a\nEnvironment="DATAMACHINE_SITE_PATH=@/b c"', '', 'a'],
])('the site of a unit is found by %s', async (_, service, dropIn, expected) => {
  const here = (text: string): string => text.replaceAll('@', place);
  expect(await found(here(service), here(dropIn))).toBe(expected);
});

test('a unit that names none, one that is not there and a directory that is no site are told apart', async () => {
  expect(await found('')).toBe('UNIT_NAMES_NO_SITE');
  expect(await found('WorkingDirectory=~')).toBe('UNIT_NAMES_NO_SITE');
  expect(await found(`WorkingDirectory=${place}`)).toBe('NOT_A_SITE');
  const gone = (await findSiteOfUnit('wca-no-such.service'))._unsafeUnwrapErr();
  expect(gone).toMatchObject({ code: 'UNIT_NAMES_NO_SITE', unit: 'wca-no-such.service' });
  expect(gone.message).toContain('not-found');
  for (const bad of ['../x', 'kimaki bad.service', '']) {
    expect(await findSiteOfUnit(bad), bad).toBeErr();
  }
});
