/**
 * Kills edits of a block file at every use of every call that changes something, N times each (default 10), and says
 * what was left: `tsx scripts/killBlockEdits.ts [N]`. Needs root, php-cli and strace; some minutes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killEdits } from '../test/wordpress/support/killedEdits.js';

const CALLS = ['write', 'fchown', 'fchmod', 'fsync', 'rename', 'link', 'unlink'];

const directory = mkdtempSync(join(tmpdir(), 'wca-kill-'));
const seen = await killEdits(directory, CALLS, Number(process.argv[2] ?? 10));
rmSync(directory, { recursive: true });
console.log(JSON.stringify(seen));
process.exitCode = seen.torn.length + seen.left.length === 0 ? 0 : 1;
