// @module-tag git
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './sources.js';

/** Where packages come from is the business of whoever installs, so no file says it. Written so that this one does not. */
const REGISTRY_HOSTS = [
  ['registry', 'npmjs', 'org'],
  ['npm', 'pkg', 'github', 'com'],
  ['registry', 'yarnpkg', 'com'],
  ['unpkg', 'com'],
];

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '');

describe('the files of the repository', () => {
  it('name no package registry', () => {
    const words = REGISTRY_HOSTS.map((parts) => parts.join('.'));
    const wrong = tracked.filter((path) => words.some((word) => textOf(path).includes(word)));
    expect(wrong).toEqual([]);
  });

  it('have lock file entries without addresses', () => {
    expect(textOf('package-lock.json')).not.toContain('"resolved": "http');
  });
});

function textOf(path: string): string {
  try {
    return readFileSync(join(ROOT, path), 'latin1');
  } catch {
    return ''; // deleted and not yet committed
  }
}
