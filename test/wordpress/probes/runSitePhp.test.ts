// @module-tag root
// @module-tag php-cli
// @module-tag slow
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runSitePhp } from '../../../src/wordpress/probes/runSitePhp.js';
import type { SiteProbeError } from '../../../src/wordpress/probes/runSitePhp.js';
import { DIRECTORIES_SCRIPT } from '../../../src/wordpress/probes/probeSiteDirectories.js';
import { UPDATE_SCRIPT } from '../../../src/wordpress/probes/probePluginUpdate.js';
import { UPLOADS_SCRIPT } from '../../../src/wordpress/probes/probeUploads.js';
import { WRITABILITY_SCRIPT } from '../../../src/wordpress/probes/probeSiteWritability.js';
import { lookupIdentity } from '../../../src/posix/accounts/index.js';
import { lintPhp } from '../../../src/wordpress/php/lintPhp.js';
import { publicPlace, wwwData } from '../support/fakes.js';
import type { PublicPlace } from '../support/fakes.js';

// What is asked of WordPress itself is tested on a real one, in the lab; here wp-load.php is a few lines of PHP.
let place: PublicPlace;
beforeEach(async () => {
  place = await publicPlace();
});
afterEach(() => place.remove());

const SHAPE = v.object({ user: v.string(), n: v.number() });
const ANSWER = "wca_answer( array( 'user' => posix_getpwuid( posix_geteuid() )['name'], 'n' => $wca['n'] ) );";

async function run(load: string, script: string, timeoutMs = 20_000): Promise<unknown> {
  const file = join(place.path, 'wp-load.php');
  await writeFile(file, `<?php ${load}`);
  await chmod(file, 0o644);
  const site = { path: place.path, host: null, fpm: null };
  const ran = await runSitePhp(site, await wwwData(), script, SHAPE, { args: { n: 7 }, timeoutMs });
  return ran.match<unknown>(
    (value) => value,
    (error: SiteProbeError) => error,
  );
}

test('the script runs as the user, with its arguments, and its answer is read', async () => {
  expect(await run('', ANSWER)).toEqual({ user: 'www-data', n: 7 });
});

test('what plugins print before, after, on the same line and into a buffer does not matter', async () => {
  const noise = `echo "noise"; ob_start(); register_shutdown_function( function () { echo '{"n":8}'; } );`;
  expect(await run(noise, ANSWER)).toEqual({ user: 'www-data', n: 7 });
});

test('a site that dies, exits or answers nothing is no answer, with what it said but not its markup', async () => {
  const dies = 'echo "<style>p{}</style><p>Error establishing a database connection</p>"; exit( 0 );';
  expect(await run(dies, ANSWER)).toMatchObject({
    code: 'PROBE_NO_ANSWER',
    exitCode: 0,
    output: 'Error establishing a database connection',
  });
  expect(await run('nonsense();', ANSWER)).toMatchObject({ code: 'PROBE_NO_ANSWER', exitCode: 255 });
  expect(await run('', 'echo 1;')).toMatchObject({ code: 'PROBE_NO_ANSWER', exitCode: 0 });
});

test('a password in what PHP says is taken out', async () => {
  const load = `function c( $p ) { throw new Exception( 'no' ); }
fwrite( fopen( 'php://stderr', 'w' ), 'DB_PASSWORD=hunter2 ' );
c( 'hunter3' );`;
  const refused = await run(load, '');
  expect(refused).toMatchObject({ code: 'PROBE_NO_ANSWER' });
  expect(JSON.stringify(refused)).not.toMatch(/hunter/);
});

test('an answer of another shape names the field', async () => {
  expect(await run('', "wca_answer( array( 'user' => 'x', 'n' => 'y' ) );")).toMatchObject({
    code: 'PROBE_BAD_ANSWER',
    field: 'n',
  });
});

test('a site that hangs is ended', async () => {
  expect(await run('while ( true ) { usleep( 1000 ); }', ANSWER, 1000)).toMatchObject({ code: 'PROGRAM_TIMEOUT' });
});

test('a site that hangs on a FIFO of a plugin is ended at the limit, with the FIFO and what to do', async () => {
  const plugin = join(place.path, 'wp-content/plugins/a');
  await mkdir(plugin, { recursive: true });
  execFileSync('mkfifo', [join(plugin, 'data.txt')]);
  const ended = await run(`file_get_contents( '${plugin}/data.txt' );`, ANSWER, 1000);
  expect(ended).toMatchObject({ code: 'PROGRAM_TIMEOUT', timeoutMs: 1000 });
  expect((ended as SiteProbeError).message).toMatch(
    /did not end within 1000 ms and was killed .*data\.txt is a FIFO, and PHP may have waited .* remove it, and try again$/,
  );
});

test('the code of a site is never run as root', async () => {
  const root = (await lookupIdentity('root'))._unsafeUnwrap();
  const marker = join(place.path, 'ran');
  await writeFile(join(place.path, 'wp-load.php'), `<?php touch( '${marker}' );`);
  const refused = await runSitePhp({ path: place.path, host: null, fpm: null }, root, ANSWER, SHAPE);
  expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'PROBE_NO_ANSWER', exitCode: null });
  expect(existsSync(marker)).toBe(false);
});

test('the scripts are sound PHP', async () => {
  for (const script of [WRITABILITY_SCRIPT, UPDATE_SCRIPT, UPLOADS_SCRIPT, DIRECTORIES_SCRIPT]) {
    const linted = await lintPhp(Buffer.from(`<?php\n${script}`));
    expect(linted.isErr() ? linted.error.message : '').toBe('');
  }
});
