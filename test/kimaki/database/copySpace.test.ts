// @module-tag root
// @module-tag sqlite3
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshPlace } from '../../posix/support/place.js';
import { bundle } from '../../posix/support/runModule.js';

describe('the private copy of a database', () => {
  const SOURCE = JSON.stringify(join(import.meta.dirname, '../../../src/kimaki/database/withDatabase.ts'));

  it('is not begun where it does not fit, with what is free and what is needed', async () => {
    const place = freshPlace();
    const database = join(place, 'k.db');
    execFileSync('sqlite3', [database, 'CREATE TABLE t (a); INSERT INTO t VALUES (randomblob(6000000));']);
    const program = await bundle(
      `import { readdirSync } from 'node:fs';
       import { withDatabase } from ${SOURCE};
       const asked = [];
       const read = await withDatabase(process.argv[2], async () => { asked.push(1); return { isErr: () => false }; });
       const { code, message } = read.isErr() ? read.error : { code: 'OK', message: '' };
       console.log(JSON.stringify({ code, message, asked, left: readdirSync('/var/tmp') }));`,
      place,
    );
    // 16 MiB are left free for others, so that 20 are too few for a copy of 6.
    const script = 'mount -t tmpfs -o size=20m none /var/tmp && exec "$@"';
    const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', process.execPath, program, database];
    const said = JSON.parse(execFileSync('unshare', args, { encoding: 'utf8' })) as Record<string, unknown>;
    expect(said).toMatchObject({ code: 'DATABASE_UNREADABLE', asked: [], left: [] });
    expect(said.message).toMatch(/was not copied: \/var\/tmp has 20 MiB free and 22 MiB are needed; free some space/);
  });
});
