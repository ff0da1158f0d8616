import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { applyCommand, questionOf, showPlan } from '../../../../src/cli/commands/migrateOffRoot/showPlan.js';
import { createOutput } from '../../../../src/cli/createOutput.js';
import { samplePlan, sampleStep } from '../../samplePlan.js';
import type { Notice, Plan } from '../../../../src/recipes/engine/plan/plan.js';

function planOf(notices: readonly Omit<Notice, 'remedy'>[]): Plan {
  return samplePlan({ steps: [sampleStep()], notices: notices.map((one) => ({ ...one, remedy: null })) });
}

function given(options: Readonly<Record<string, readonly string[]>>): Parameters<typeof applyCommand>[0] {
  return { flag: (name) => name in options, values: (name) => options[name] ?? [] };
}

test('the next command has the options of the plan, quoted for a shell, or the plan that was saved', () => {
  expect(applyCommand(given({}), undefined)).toBe('wca migrate-off-root apply');
  const options = given({ all: [], 'migrate-extra': ['.a b', '.c'], user: ['agent'] });
  const command = applyCommand(options, undefined);
  for (const word of [' --all', " --migrate-extra '.a b' --migrate-extra .c", ' --user agent'])
    expect(command).toContain(word);
  expect(applyCommand(options, '/srv/my plan.json')).toBe("wca migrate-off-root apply '/srv/my plan.json'");
});

test('the question names the host, the units and account, how long the agent is down and what restarts', () => {
  const plan = planOf([
    { kind: 'subject', text: 'kimaki.service from root to opencode' },
    { kind: 'downtime', text: 'about 5 s: 3 s to stop and start' },
    { kind: 'restart', text: 'php8.2-fpm.service: requests in progress get a 502' },
  ]);
  expect(questionOf(plan)).toBe(
    'Carry this out on web-1 (kimaki.service from root to opencode, agent down for about 5 s, php8.2-fpm.service restarts)?',
  );
  expect(questionOf(planOf([]))).toBe('Carry this out on web-1?');
});

test.each([
  { details: false, json: false, says: 'Nothing was changed. Every step, diff and sentence in full: --details' },
  { details: true, json: false, says: 'While the service runs' },
  { details: true, json: true, says: null },
])('shows a screen, or the whole with --details, and nothing to programs: %j', async ({ details, json, says }) => {
  const stdout = new PassThrough();
  const output = createOutput({ stdout, stderr: new PassThrough() }, { json, color: false, verbosity: 'normal' });
  showPlan({ output, flag: () => details }, planOf([]), null);
  stdout.end();
  const said = await text(stdout);
  if (says === null) expect(said).toBe('');
  else expect(said).toContain(says);
});
