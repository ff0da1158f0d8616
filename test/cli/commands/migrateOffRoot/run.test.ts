import { expect, test } from 'vitest';
import { command } from '../../../../src/cli/commands/migrateOffRoot/run.js';
import { runLine } from '../../harness.js';

test.each(['kimaki.service', 'wca-run-x.service', '../../etc', 'wca-run-20260102T030405Z-0a1b2c.service'])(
  '%s is no unit that a command started, and nothing is run',
  async (name) => {
    const said = await runLine(['run', name], [{ name: 'run', summary: '', load: () => Promise.resolve(command) }]);
    expect(said.exitCode).toBe(66);
    expect(said.stderr).toContain(`${name} is no unit`);
  },
);
