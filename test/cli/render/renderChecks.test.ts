import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createOutput } from '../../../src/cli/createOutput.js';
import { renderChecks } from '../../../src/cli/render/renderChecks.js';

async function shown(report: Parameters<typeof renderChecks>[1], color = false): Promise<string> {
  const stdout = new PassThrough();
  const output = createOutput({ stdout, stderr: new PassThrough() }, { json: false, color, verbosity: 'normal' });
  renderChecks(output, report);
  stdout.end();
  return text(stdout);
}

const REPORT = {
  ok: false,
  checks: [
    { id: 'service-runs', point: 1, ok: true, detail: 'as opencode' },
    { id: 'flow', point: 2, ok: null, detail: 'not asked for; use --flow' },
    { id: 'dispatch', point: 3, ok: false, detail: 'www-data may not' },
  ],
};

test('tells proven, refuted and unknown apart, one line each, and counts them', async () => {
  expect(await shown(REPORT)).toBe(`Acceptance
  ok   1 service-runs           as opencode
   ?   2 flow                   not asked for; use --flow
  FAIL 3 dispatch               www-data may not
1 proven, 1 failed, 1 not checked
`);
});

test('never counts what was not checked as proven', async () => {
  const open = REPORT.checks.map((check) => ({ ...check, ok: null }));
  expect(await shown({ ok: true, checks: open })).toContain('0 proven, 0 failed, 3 not checked');
});

test('reads a verification as it comes out of a journal, and passes over what is none', async () => {
  expect(
    await shown({ checks: [{ id: 'a', point: 1, ok: true, detail: 'x' }, 'nothing', null, { id: 'half' }] }),
  ).toContain('1 proven, 0 failed, 0 not checked');
  for (const nothing of [undefined, null, 'x', 7, [], {}, { checks: 'x' }, { checks: [] }])
    expect(await shown(nothing)).toBe('');
});

test('marks what failed in red where colour is wanted', async () => {
  expect(await shown(REPORT, true)).toContain('\u001b[31mFAIL\u001b[39m');
});

test('names the unit of each check where several are verified together', async () => {
  const checks = REPORT.checks.map((check) => ({ ...check, unit: 'kimaki-b.service' }));
  const text = await shown({ ok: false, checks });
  expect(text).toContain('ok   1 service-runs           [kimaki-b.service] as opencode\n');
});
