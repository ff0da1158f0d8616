import { spawnSync } from 'node:child_process';
import type { Identity } from '../../../src/posix/index.js';

/** One access(2) to make: the mode is R_OK 4, W_OK 2, X_OK 1 or a sum. */
export interface Question {
  readonly path: string;
  readonly mode: number;
}

const SCRIPT = `
const { accessSync, readFileSync } = require('node:fs');
const { uid, gids, questions } = JSON.parse(readFileSync(0, 'utf8'));
process.setgroups(gids); process.setgid(gids[0]); process.setuid(uid);
const answer = (q) => { try { accessSync(q.path, q.mode); return 'OK'; } catch (e) { return e.code; } };
process.stdout.write(JSON.stringify(questions.map(answer)));
`;

/** Asks the kernel, in one process with exactly these credentials: `OK` or the errno for each question. */
export function askKernel(identity: Identity, questions: readonly Question[]): readonly string[] {
  const input = JSON.stringify({ uid: identity.user.uid, gids: identity.groups.map((group) => group.gid), questions });
  const ran = spawnSync(process.execPath, ['-e', SCRIPT], { input, encoding: 'utf8', maxBuffer: 64 << 20, cwd: '/' });
  if (ran.status !== 0) throw new Error(`the helper failed: ${ran.stderr}`);
  const answers: unknown = JSON.parse(ran.stdout);
  if (!Array.isArray(answers)) throw new Error('the helper gave no list');
  return answers.map(String);
}
