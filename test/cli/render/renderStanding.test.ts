import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createOutput } from '../../../src/cli/createOutput.js';
import { renderStanding } from '../../../src/cli/render/renderStanding.js';

async function rendered(standing: Parameters<typeof renderStanding>[1]['standing']): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  renderStanding(createOutput({ stdout, stderr }, { json: false, color: false, verbosity: 'normal' }), { standing });
  stdout.end();
  return text(stdout);
}

it('names the run that is still applied and the command that undoes it, or says nothing', async () => {
  expect(await rendered(null)).toBe('');
  const said = await rendered({ runId: '000001-x', startedAt: '2026-01-02T03:04:05Z' });
  expect(said).toContain('run 000001-x of 2026-01-02T03:04:05Z');
  expect(said).toContain('wca migrate-off-root rollback --run 000001-x');
});
