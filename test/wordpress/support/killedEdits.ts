import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyManagedFile } from '../../../src/wordpress/blocks/emptyManagedFile.js';
import { putBlock } from '../../../src/wordpress/blocks/putBlock.js';
import { putBlockInFile } from '../../../src/wordpress/blocks/putBlockInFile.js';
import { removeBlock } from '../../../src/wordpress/blocks/putBlock.js';
import { bundle } from '../../posix/support/runModule.js';

const LABEL = 'bridge:kimaki';
const OLD_BODY = "    $channels['kimaki'] = [ 'command' => '/old' ];\n";
const NEW_BODY = "    $channels['kimaki'] = [ 'command' => '/new', 'args' => [] ];\n";
const OLD = putBlock(emptyManagedFile('bridge'), LABEL, OLD_BODY)._unsafeUnwrap();

/** What an edit does: the bytes before it (null: no file) and after it. */
const EDITS = {
  replace: { before: OLD, after: putBlock(OLD, LABEL, NEW_BODY)._unsafeUnwrap() },
  create: { before: null, after: putBlock(emptyManagedFile('bridge'), LABEL, NEW_BODY)._unsafeUnwrap() },
  remove: { before: OLD, after: removeBlock(OLD, LABEL)._unsafeUnwrap() },
} as const;

/** How many edits were killed, and each that left other bytes than the old or the new ones. */
export interface KilledEdits {
  readonly kills: number;
  readonly torn: readonly string[];
  /** Each that left something behind which the next edit did not take away. */
  readonly left: readonly string[];
}

/**
 * Kills edits of a block file (SIGKILL as the system call is entered) at the first, second … use of each of these
 * calls until the edit gets through, `rounds` times each.
 *
 * A kill at the opening of the new file is the same as one at the call before it, for nothing is there yet.
 */
export async function killEdits(directory: string, calls: readonly string[], rounds: number): Promise<KilledEdits> {
  const program = await bundle(
    `import { putBlockInFile } from ${JSON.stringify(join(import.meta.dirname, '../../../src/wordpress/blocks/putBlockInFile.ts'))};
     import { removeBlockInFile } from ${JSON.stringify(join(import.meta.dirname, '../../../src/wordpress/blocks/putBlockInFile.ts'))};
     const [, , edit, path] = process.argv;
     const done = edit === 'remove'
       ? await removeBlockInFile(path, '${LABEL}')
       : await putBlockInFile(path, '${LABEL}', ${JSON.stringify(NEW_BODY)}, { create: true });
     if (done.isErr()) throw new Error(done.error.message);`,
    directory,
  );
  const path = join(directory, 'module/channels.php');
  const torn: string[] = [];
  const left: string[] = [];
  let kills = 0;
  for (const [edit, { before, after }] of Object.entries(EDITS)) {
    for (const call of calls) {
      for (let round = 1; round <= rounds; round += 1) {
        for (let nth = 1, killed = true; killed; nth += 1) {
          const what = `${edit}, ${call} ${nth}, round ${round}`;
          rmSync(path, { force: true });
          if (before !== null) writeFileSync(path, before);
          killed = await endsEarly(program, call, nth, [edit, path]);
          if (killed) kills += 1;
          const bytes = existsSync(path) ? readFileSync(path) : null;
          const isOld = before === null ? bytes === null : bytes?.equals(before) === true;
          if (!isOld && bytes?.equals(after) !== true) torn.push(what);
          if (!killed && isOld) torn.push(`${what}: it ended and changed nothing`);
          if ((await putBlockInFile(path, LABEL, `${NEW_BODY}// ${what}\n`, { create: true })).isErr()) left.push(what);
          const names = readdirSync(join(directory, 'module')).filter((name) => name.includes('channels.php'));
          if (names.length !== 1) left.push(`${what}: ${names.join(', ')}`);
        }
      }
    }
  }
  return { kills, torn, left };
}

function endsEarly(program: string, call: string, nth: number, args: readonly string[]): Promise<boolean> {
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${nth}`];
  // strace counts each call by itself and for each thread: one thread for file calls makes the count exact.
  const env = { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '1' };
  const given = ['-f', '-qq', '-o', '/dev/null', ...inject, process.execPath, program, ...args];
  const child = spawn('strace', given, { stdio: 'ignore', env });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code !== 0)));
}
