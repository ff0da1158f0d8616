// @module-tag root
// @module-tag slow
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { errAsync, okAsync } from 'neverthrow';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commandTable.js';
import { createOutput } from '../../src/cli/createOutput.js';
import type { Output } from '../../src/cli/createOutput.js';
import { fail } from '../../src/cli/fail.js';
import { renderChecks } from '../../src/cli/render/renderChecks.js';
import { renderDiagnosis } from '../../src/cli/render/renderDiagnosis.js';
import { renderPlan } from '../../src/cli/render/renderPlan.js';
import { lookupIdentity } from '../../src/posix/accounts/index.js';
import { findingsAbout, remedy } from '../../src/posix/findings/index.js';
import { runChecked } from '../../src/posix/programs/index.js';
import { applyPlan, createRegistry, defineStep, makePlan, rollbackRun, step } from '../../src/recipes/engine/index.js';
import { refusal } from '../../src/recipes/host/index.js';
import { verdictsOf } from '../../src/recipes/proof/check.js';
import { diffUnit } from '../../src/systemd/secrets/index.js';
import { systemctlFailed } from '../../src/systemd/manager/systemctl.js';
import { wpCliChecked } from '../../src/wordpress/wpcli/wpCli.js';
import { CANARY, GIVEN_AWAY } from '../posix/support/secrets.js';
import { runLine } from './harness.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wca-secrets-'));
  chmodSync(dir, 0o755);
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

async function printed(speak: (output: Output) => void): Promise<string> {
  let said = '';
  for (const json of [false, true]) {
    const stream = new PassThrough();
    const output = createOutput({ stdout: stream, stderr: stream }, { json, color: false, verbosity: 'verbose' });
    speak(output);
    await output.flush();
    stream.end();
    said += await text(stream);
  }
  return said;
}

/** As a unit holds it: its own directives as they are, all else as a command. */
function unitWith(line: string): string {
  const isDirective = /^(?:StandardInput|SetCredential)/.test(line);
  return `[Service]\n${isDirective ? line : `ExecStart=/bin/sh -c "${line.replace(/["\\]/g, '\\$&')}"\n# ${line}`}\n`;
}

const refusing = (message: string) =>
  defineStep({
    kind: 'test.refusing',
    args: v.strictObject({}),
    before: v.strictObject({}),
    describe: () => ({ title: 'x', why: 'y' }),
    check: () => errAsync({ code: 'X', message }),
    apply: () => okAsync(undefined),
    verify: () => okAsync(undefined),
    undo: () => okAsync(undefined),
  });

const telling = (text: string) =>
  defineStep({
    kind: 'test.telling',
    args: v.strictObject({}),
    before: v.strictObject({}),
    describe: () => ({ title: text, why: text, diff: `--- /x\n+++ /x\n-${text}\n+${text}\n` }),
    check: () => okAsync({ state: 'needed' as const, before: {}, note: text }),
    apply: (_args, _before, ctx) => {
      ctx.progress(text);
      return okAsync(undefined);
    },
    verify: () => okAsync(undefined),
    undo: () => okAsync({ notes: [text] }),
  });

const PLACES: Readonly<Record<string, (line: string, index: number) => Promise<string>>> = {
  'the diff of a plan': async (line) => {
    const [before, after] = [unitWith(line), unitWith(line).replace('[Service]', '[Service]\nUser=x')];
    return Promise.resolve(diffUnit(before, after, 'x') + diffUnit('', after, 'x'));
  },
  'what a step says of itself, in plan, progress, journal and report': async (line) => {
    const dirty = mkdtempSync(join(dir, 'run-'));
    const kind = telling(line);
    const registry = createRegistry([kind]);
    const host = { machineId: 'm', hostname: 'h' };
    const made = await makePlan({
      recipe: 'test',
      facts: {},
      notices: [],
      steps: [step(kind, { id: 'telling', phase: 'before', args: {} })],
      registry,
      host,
      toolVersion: '0',
      now: new Date(0),
    });
    const plan = made._unsafeUnwrap();
    const events: unknown[] = [];
    const onEvent = (event: unknown): void => void events.push(event);
    const run = { stateDir: dirty, registry, onEvent };
    const applied = await applyPlan({ ...run, plan });
    const back = await rollbackRun({ ...run, recipe: 'test' });
    const journals = readdirSync(dirty, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('journal.jsonl'),
    );
    const journal = journals.map((name) => readFileSync(join(dirty, name), 'utf8')).join('');
    const shown = await printed((output) => {
      renderPlan(output, plan);
      output.record(plan);
    });
    return shown + JSON.stringify([events, applied, back]) + journal;
  },
  'a notice of a plan': async (line) => {
    const plan = await makePlan({
      recipe: 'test',
      facts: {},
      notices: [{ kind: 'warning', text: line, remedy: null }],
      steps: [],
      registry: createRegistry([]),
      host: { machineId: 'm', hostname: 'h' },
      toolVersion: '0',
      now: new Date(0),
    });
    return printed((output) => renderPlan(output, plan._unsafeUnwrap()));
  },
  'the error of a step': async (line) => {
    const kind = refusing(line);
    const found = await kind.check({});
    return printed((output) => fail(output, found._unsafeUnwrapErr()));
  },
  'a refusal': (line) => printed((output) => fail(output, refusal('CANNOT_OBSERVE', 'host', line, remedy.text(line)))),
  'a finding of doctor': (line) => {
    const finding = findingsAbout('x')('x', 'risk', line, remedy.text(line), [line]);
    const subject = { kind: 'host' as const, name: 'h', path: null, lookedAt: ['x'], notChecked: [] };
    return printed((output) => {
      renderDiagnosis(output, { ok: true, subjects: [{ ...subject, findings: [finding] }] });
      output.record(finding);
    });
  },
  'an acceptance check': (line) => {
    const checks = [verdictsOf('x', 1, 's').failed(line, remedy.text(line))];
    return printed((output) => {
      renderChecks(output, { ok: false, checks });
      output.record({ checks });
    });
  },
  'the last words of a program': async (line) => {
    const ran = await runChecked('sh', ['-c', 'printf "%s\\n" "$0" >&2; exit 3', line]);
    return printed((output) => fail(output, ran._unsafeUnwrapErr()));
  },
  'the last words of systemctl': (line) => {
    const ran = { command: ['systemctl'], exitCode: 1, signal: null, stdout: '', stderr: `${line}\n`, durationMs: 0 };
    return printed((output) => fail(output, systemctlFailed(ran, 'start', 'x.service')));
  },
  'the output of wp': async (line) => {
    const nobody = (await lookupIdentity('nobody'))._unsafeUnwrap();
    const wp = join(dir, 'wp');
    writeFileSync(join(dir, 'said'), `${line}\n`);
    writeFileSync(wp, '#!/bin/sh\ncat "${0%/*}/said" >&2; exit 3\n', { mode: 0o755 });
    const ran = await wpCliChecked({ path: '/' }, nobody, ['plugin', 'list'], { binary: wp, timeoutMs: 60_000 });
    return printed((output) => fail(output, ran._unsafeUnwrapErr()));
  },
  'wca unit effective': async (line, index) => {
    const unit = join(dir, `u${index}.service`);
    writeFileSync(unit, unitWith(line));
    const ran = await Promise.all(
      [[], ['--json']].map((more) => runLine(['unit', 'effective', unit, ...more], COMMANDS)),
    );
    return ran.map(({ stdout, stderr }) => stdout + stderr).join('');
  },
};

describe('a secret', () => {
  it.each(Object.entries(PLACES))(
    'never comes out of %s',
    async (_, show) => {
      const out: string[] = [];
      for (const [index, line] of GIVEN_AWAY.entries()) {
        const said = await show(line, index);
        expect(said.length, line).toBeGreaterThan(3);
        if (said.includes(CANARY)) out.push(`${line}\n  ${said}`);
      }
      expect(out).toEqual([]);
    },
    300_000,
  );
});
