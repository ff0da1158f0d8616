import { defineConfig } from 'vitest/config';
import { LAB_FILES, testsToLeaveOut } from './scripts/testFiles.mjs';

const leftOut = testsToLeaveOut().map((test) => test.path);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [LAB_FILES, ...leftOut],
          // What is killed again and again takes its time on a busy machine; a test that hangs is still ended.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'lab',
          include: [LAB_FILES],
          exclude: [...leftOut],
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
