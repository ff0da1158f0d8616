import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { remedy } from '../../../src/posix/findings/index.js';
import { createOutput } from '../../../src/cli/createOutput.js';
import { renderPlanSummary } from '../../../src/cli/render/renderPlanSummary.js';
import { samplePlan, sampleStep } from '../samplePlan.js';
import type { Notice, Plan, PlannedStep } from '../../../src/recipes/engine/plan/plan.js';

const NEXT = 'wca migrate-off-root apply';

function step(kind: string, more: Partial<PlannedStep> = {}): PlannedStep {
  return sampleStep({ id: kind, kind, ...more });
}

function notice(kind: string, told: string, way: Notice['remedy'] = null): Notice {
  return { kind, text: told, remedy: way };
}

function planOf(steps: readonly PlannedStep[], notices: readonly Notice[] = []): Plan {
  return samplePlan({ steps, notices });
}

async function shown(plan: Plan, columns = 80, next: string | null = NEXT): Promise<string> {
  const stdout = Object.assign(new PassThrough(), { columns });
  const output = createOutput(
    { stdout, stderr: new PassThrough() },
    { json: false, color: false, verbosity: 'normal' },
  );
  renderPlanSummary(output, plan, next);
  stdout.end();
  return text(stdout);
}

const PLAN = planOf(
  [
    step('posix.reclaim', { entries: 1336 }),
    step('posix.reclaim', { state: 'later' }),
    step('posix.openToGroup', { entries: 1 }),
    step('kimaki.verifyRewrite'),
    step('posix.moveTree'),
    step('posix.moveTree', { state: 'later' }),
    step('kimaki.rewriteUnit'),
    step('posix.putFile', { state: 'satisfied' }),
  ],
  [
    notice('subject', 'kimaki.service from root to opencode'),
    notice('lost-ability', 'git with the keys of root: /root/.ssh/id_ed25519', remedy.text('give it a key')),
    notice('lost-ability', 'systemctl: only root may', remedy.anyOf(remedy.text('ask'), remedy.option('allowRestart'))),
    notice('left-behind', '/root/.ssh: its name looks like a credential'),
    notice('left-behind', '/home/opencode/.kimaki is kept as /home/opencode/.kimaki.before'),
    notice(
      'warning',
      'whoever controls PHP controls the agent: the sudo hop lets www-data send any prompt to opencode',
    ),
    notice('warning', 'short'),
    notice(
      'downtime',
      'about 5 s: 3 s to stop and start, 2 s to look through the trees again, the state moves by renames',
    ),
    notice('restart', 'php8.2-fpm.service: requests in progress get a 502'),
  ],
);

describe('renderPlanSummary', () => {
  test('tells what is interrupted, changed, lost and left, what can be decided, how to undo and what comes next', async () => {
    expect(await shown(PLAN)).toBe(`Plan for web-1: kimaki.service from root to opencode
  agent down  about 5 s: 3 s to stop and start, 2 s to look through the trees
              again, the state moves by renames
  restarts    php8.2-fpm.service: requests in progress get a 502
  changes     owner of 1,336 entries, group access to 1 entry, 2 moves, 1 unit
              file, in 7 steps
  agent loses git with the keys of root; systemctl
  stays       /root/.ssh; /home/opencode/.kimaki
  decide      --allow-restart  systemctl
  mind        whoever controls PHP controls the agent: the sudo hop lets www-da…
              short
  undo        wca migrate-off-root rollback, at any time; it names what was
              edited since

Nothing was changed. Every step, diff and sentence in full: --details
Next: wca migrate-off-root apply
`);
  });

  test.each([40, 80, 120])('has no line longer than the %i columns of the screen', async (columns) => {
    const rows = (await shown(PLAN, columns)).split('\n').filter((line) => line.startsWith('  '));
    expect(Math.max(...rows.map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  test('names no next command where that is asked for next', async () => {
    expect(await shown(PLAN, 80, null)).not.toContain('Next');
  });

  test('says so when there is nothing to do', async () => {
    const said = await shown(
      planOf([step('x', { state: 'satisfied' })], [notice('subject', 'kimaki.service as opencode')]),
    );
    expect(said).toBe(`Plan for web-1: kimaki.service as opencode
Nothing to do: this host is as it should be.

Nothing was changed. Every step, diff and sentence in full: --details
`);
  });

  test('shows what would steer a terminal as text', async () => {
    const said = await shown(
      planOf([step('x')], [notice('left-behind', '/root/\u001b[2J: x'), notice('warning', '\u202etxt')]),
    );
    expect(['\u001b', '\u202e'].filter((one) => said.includes(one))).toEqual([]);
  });
});
