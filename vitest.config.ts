import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const isLinux = process.platform === 'linux';
const lacks = (program: string): boolean => !isLinux || !existsSync(program);

/**
 * What a test file says it needs, one a line at its top: `// @module-tag root`. Where that is not there, its tests are
 * skipped. The Debian packages are those of scripts/installTestPackages.sh.
 */
const tags = [
  { name: 'linux', skip: !isLinux },
  { name: 'root', skip: !isLinux || process.getuid?.() !== 0 },
  { name: 'acl', skip: lacks('/usr/bin/getfacl') },
  { name: 'attr', skip: lacks('/usr/bin/setfattr') },
  { name: 'git', skip: lacks('/usr/bin/git') },
  { name: 'php-cli', skip: lacks('/usr/bin/php') },
  { name: 'sqlite3', skip: lacks('/usr/bin/sqlite3') },
  { name: 'strace', skip: lacks('/usr/bin/strace') },
  { name: 'sudo', skip: lacks('/usr/sbin/visudo') },
  { name: 'systemd', skip: lacks('/usr/bin/systemd-analyze') },
];

export default defineConfig({
  test: {
    tags,
    setupFiles: 'test/support/matchers.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/package/**', 'test/**/*.lab.test.ts'],
          // What is killed again and again takes its time on a busy machine; a test that hangs is still ended.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          // Tests what `npm run build` made.
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'lab',
          include: ['test/**/*.lab.test.ts'],
          globalSetup: 'test/labSetup.ts',
          maxWorkers: 2,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: { include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});
