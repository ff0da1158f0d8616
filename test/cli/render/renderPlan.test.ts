import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { remedy } from '../../../src/posix/findings/index.js';
import { createOutput } from '../../../src/cli/createOutput.js';
import { renderPlan } from '../../../src/cli/render/renderPlan.js';
import { samplePlan, sampleStep } from '../samplePlan.js';
import type { Plan, PlannedStep } from '../../../src/recipes/engine/plan/plan.js';

function planOf(steps: readonly PlannedStep[], more: Partial<Plan> = {}): Plan {
  return samplePlan({ steps, ...more });
}

async function shown(plan: Plan, options: { json?: boolean; color?: boolean } = {}): Promise<string> {
  const stdout = new PassThrough();
  const output = createOutput(
    { stdout, stderr: new PassThrough() },
    { json: false, color: false, verbosity: 'normal', ...options },
  );
  renderPlan(output, plan);
  stdout.end();
  return text(stdout);
}

describe('renderPlan', () => {
  test('shows the steps to do under the phase they belong to, with why and diff, and counts them', async () => {
    const plan = planOf([
      sampleStep({ id: 'a', title: 'done before', state: 'satisfied' }),
      sampleStep({ id: 'b', title: 'prepare', note: '12 entries' }),
      sampleStep({ id: 'c', title: 'stop', phase: 'window', why: 'nothing may write' }),
      sampleStep({ id: 'd', title: 'look later', phase: 'window', state: 'later', diff: '-old\n+new\n' }),
      sampleStep({ id: 'e', title: 'tidy up', phase: 'after', diff: '' }),
    ]);
    expect(await shown(plan)).toBe(`Plan for web-1: migrate-off-root

While the service runs
  ~ prepare [12 entries]
      because

The stop window
  ~ stop
      nothing may write
  … look later
      because
      -old
      +new

After the start
  ~ tidy up
      because

4 steps to do, 1 satisfied already. Nothing was changed.
`);
  });

  test('has no heading for a phase in which nothing is to be done', async () => {
    const said = await shown(planOf([sampleStep({ phase: 'window', state: 'satisfied' }), sampleStep({})]));
    expect(said).not.toContain('The stop window');
    expect(said).not.toContain('After the start');
  });

  test('says so when there is nothing to do', async () => {
    const said = await shown(planOf([sampleStep({ title: 'done before', state: 'satisfied' })]));
    expect(said).toContain('Nothing to do: this host is as it should be.');
    expect(said).not.toContain('done before');
  });

  test('tells what is lost, what stays behind and what to know, in this order', async () => {
    const notices = [
      { kind: 'warning', text: 'mind this' },
      { kind: 'left-behind', text: '/root/.ssh: a credential' },
      { kind: 'lost-ability', text: 'install packages', remedy: remedy.text('use sudo') },
      { kind: 'lost-ability', text: 'restart services' },
    ].map((notice) => ({ remedy: null, ...notice }));
    const said = await shown(planOf([], { notices }));
    const lines = said.split('\n').filter((line) => line.startsWith('  - ') || /^(The agent|What|Warnings)/.test(line));
    expect(lines).toEqual([
      'The agent loses these abilities',
      '  - install packages; use sudo',
      '  - restart services',
      'What stays behind',
      '  - /root/.ssh: a credential',
      'Warnings',
      '  - mind this',
    ]);
  });

  test('colours added and removed lines only where colour is wanted', async () => {
    const plan = planOf([sampleStep({ diff: '-old\n+new\n same\n' })]);
    const said = await shown(plan, { color: true });
    expect(said).toContain('\u001b[31m-old\u001b[39m');
    expect(said).toContain('\u001b[32m+new\u001b[39m');
    expect(said).toContain('\n       same\n');
    expect(await shown(plan)).not.toContain('\u001b');
  });

  test('is silent for programs, which get the record', async () => {
    expect(await shown(planOf([sampleStep()]), { json: true })).toBe('');
  });
});

test('which units are moved together is said first', async () => {
  const notices = [{ kind: 'together', text: 'a.service, b.service: in one stop window', remedy: null }];
  const [, second] = (await shown(planOf([sampleStep()], { notices }))).split('\n');
  expect(second).toBe('Together: a.service, b.service: in one stop window');
});
