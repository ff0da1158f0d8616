import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

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
  // Files that take two seconds or more, which `npm run test:unit` leaves to `npm test`.
  { name: 'slow' },
];

/** Vitest begins with the largest file. These take longest whatever their size, and would be left for the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isMigration = ({ moduleId }: TestSpecification): boolean => /migrateOffRoot\/.*\.lab\.test/.test(moduleId);
    return [...sorted.filter(isMigration), ...sorted.filter((file) => !isMigration(file))];
  }
}

export default defineConfig({
  test: {
    tags,
    sequence: { sequencer: LongestFirst },
    setupFiles: 'test/support/matchers.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/package/**', 'test/**/*.lab.test.ts'],
          // Most files take longer to start a process for than to run; what they change of it they put back.
          isolate: false,
          // By default one processor is left idle.
          maxWorkers: availableParallelism(),
          // What is killed again and again takes its time on a busy machine; a test that hangs is still ended.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 1 },
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
          // With one more, each takes so much longer that the whole takes longer.
          maxWorkers: availableParallelism(),
          // Five times what the longest takes.
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    coverage: { include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});
