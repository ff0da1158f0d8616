// @module-tag root
// @module-tag slow
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { okAsync } from 'neverthrow';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commandTable.js';
import { createOutput } from '../../src/cli/createOutput.js';
import type { Output } from '../../src/cli/createOutput.js';
import type { CliError } from '../../src/cli/command.js';
import { fail } from '../../src/cli/fail.js';
import { progressOf } from '../../src/cli/render/progressOf.js';
import { renderDiagnosis } from '../../src/cli/render/renderDiagnosis.js';
import { renderPlan } from '../../src/cli/render/renderPlan.js';
import { databaseError } from '../../src/kimaki/database/databaseError.js';
import { lookupIdentity } from '../../src/posix/accounts/index.js';
import { findingsAbout, remedy } from '../../src/posix/findings/index.js';
import { runChecked } from '../../src/posix/programs/index.js';
import { createRegistry, defineStep, makePlan, parsePlan, step } from '../../src/recipes/engine/index.js';
import { encodeRecord } from '../../src/recipes/engine/journal/journalText.js';
import type { JournalRecord } from '../../src/recipes/engine/journal/journalRecord.js';
import { wpCliChecked } from '../../src/wordpress/wpcli/wpCli.js';
import { runLine } from './harness.js';

/** Texts that steer a terminal, or hide or reorder what stands on it. */
const TEXTS: readonly string[] = [
  ...['\u0001', '\u0007', '\b', '\t', '\n', '\u000b', '\f', '\r', '\u000e', '\u001b', '\u001f', '\u007f'],
  ...['\u001b[2J\u001b[H', '\u001b[31mred\u001b[0m', '\u001b]0;title\u0007', '\u001b]52;c;cm0=\u0007', '\u001bc'],
  ...['\u001b[1A\u001b[2K', '\u001bP+q544e\u001b\\', 'safe\rrm -rf', '[y/N] y\n$ ', '\u001b[?1049h', '\u001b[8m'],
  ...['\u0085', '\u0090', '\u009b2J', '\u009d0;t\u009c', '\u061c', '\u200b', '\u200d', '\u200e', '\u200f'],
  ...['\u2028', '\u2029', '\u202a', '\u202egpj.exe', '\u2060', '\u2066', '\u2069', '\ufeff'],
].map((control) => `a${control}b`);
const CONTROL = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wca-hostile-'));
  chmodSync(dir, 0o755);
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

/** What was printed through a real output, for people and as JSON. */
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

async function lines(...args: readonly string[]): Promise<string> {
  const [plain, json] = [await runLine(args, COMMANDS), await runLine([...args, '--json'], COMMANDS)];
  return plain.stdout + plain.stderr + json.stdout + json.stderr;
}

const failing = (error: CliError): Promise<string> => printed((output) => fail(output, error));

const greet = defineStep({
  kind: 'test.greet',
  args: v.strictObject({ text: v.string() }),
  before: v.strictObject({}),
  describe: (args) => ({ title: args.text, why: args.text, diff: `+${args.text}` }),
  check: (args) => okAsync({ state: 'needed' as const, before: {}, note: args.text }),
  apply: () => okAsync(undefined),
  verify: () => okAsync(undefined),
  undo: () => okAsync(undefined),
});

async function planOf(hostile: string) {
  const plan = await makePlan({
    recipe: 'test',
    facts: { hostile },
    notices: [{ kind: 'warning', text: `crontab: ${hostile}`, remedy: null }],
    steps: [step(greet, { id: 'a', phase: 'before', args: { text: hostile } })],
    registry: createRegistry([greet]),
    host: { machineId: 'm', hostname: 'h' },
    toolVersion: '0',
    now: new Date(0),
  });
  return plan._unsafeUnwrap();
}

/** Each place that text from elsewhere comes from, and how it is shown. */
const PLACES: Readonly<Record<string, (hostile: string, index: number) => Promise<string>>> = {
  'a path in a tree': async (hostile, index) => {
    const tree = join(dir, `tree${index}`);
    mkdirSync(tree);
    writeFileSync(join(tree, hostile.replaceAll('/', '_')), '');
    writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0x78, 0x9b, 0x32, 0x4a, index + 1])]), '');
    return lines('owned', tree, '--by', 'root');
  },
  'a value of a unit': async (hostile, index) => {
    const unit = join(dir, `u${index}.service`);
    writeFileSync(unit, `[Service]\nExecStart=/bin/true\nEnvironment="A=${hostile}"\n[Unit]\nDescription=${hostile}\n`);
    // systemd-analyze takes its time, so not for each of them.
    const checked = index % 8 === 0 ? await lines('unit', 'check', unit) : '';
    return (await lines('unit', 'effective', unit)) + checked;
  },
  'the last words of a program': async (hostile) => {
    const ran = await runChecked('sh', ['-c', 'printf "%s" "$0" >&2; exit 3', hostile]);
    expect(ran._unsafeUnwrapErr().message).not.toMatch(CONTROL);
    return failing(ran._unsafeUnwrapErr());
  },
  'a line of a crontab, in a plan': async (hostile) => {
    const plan = await planOf(hostile);
    expect(plan.notices[0]?.text).not.toMatch(CONTROL);
    return printed((output) => {
      renderPlan(output, plan);
      output.record(plan);
    });
  },
  'a table of a database': (hostile) => failing(databaseError('DATABASE_DAMAGED', `/x/${hostile}`, `no ${hostile}`)),
  'a mu-plugin': async (hostile, index) => {
    const file = join(dir, `m${index}.php`);
    writeFileSync(file, `<?php\n# BEGIN bridge:${hostile}\n${hostile}\n# END bridge:${hostile}\n`);
    return (await lines('block', 'list', file)) + (await lines('block', 'get', file, `bridge:${hostile}`));
  },
  'the name of an account': (hostile) => lines('owned', dir, '--by', hostile),
  'a variable of the environment': async (hostile) => {
    const ran = await runLine(['detect'], COMMANDS, { env: { KIMAKI_DATA_DIR: hostile, RUN_AS_ROOT: hostile } });
    return ran.stdout + ran.stderr;
  },
  'the output of wp': async (hostile) => {
    const nobody = (await lookupIdentity('nobody'))._unsafeUnwrap();
    const wp = join(dir, 'wp');
    writeFileSync(wp, '#!/bin/sh\nprintf "%s" "$3" >&2; exit 3\n', { mode: 0o755 });
    const ran = await wpCliChecked({ path: '/' }, nobody, [hostile], { binary: wp, timeoutMs: 60_000 });
    expect(ran._unsafeUnwrapErr().message).not.toMatch(CONTROL);
    return failing(ran._unsafeUnwrapErr());
  },
  'the value of an option': (hostile) => lines('access', '/tmp', '--as', 'root', '--for', hostile),
  'a plan that was given': async (hostile) => {
    const plan = JSON.stringify({ ...(await planOf('x')), formatVersion: hostile });
    const parsed = parsePlan(plan, createRegistry([greet]));
    expect(parsed._unsafeUnwrapErr().message).not.toMatch(CONTROL);
    return failing(parsed._unsafeUnwrapErr());
  },
  'a run, its journal and its progress': async (hostile) => {
    const plan = await planOf(hostile);
    const record = { n: 1, at: 'x', type: 'step-failed', id: hostile, error: { code: 'X', message: hostile } };
    const written = encodeRecord(record as unknown as JournalRecord, '0').line;
    const [planned] = plan.steps;
    if (planned === undefined) throw new Error('the plan has no step');
    const error = { code: 'X', message: hostile };
    return (
      written +
      (await printed((output) => {
        const tell = progressOf(output);
        tell({ type: 'step-started', index: 0, total: 1, step: planned });
        tell({ type: 'step-progress', id: 'a', message: hostile, elapsedMs: 0 });
        tell({ type: 'undo-done', step: planned, notes: [hostile], error, elapsedMs: 0 });
        output.record({ error });
      }))
    );
  },
  'a finding of doctor': async (hostile) => {
    const finding = findingsAbout(hostile)('x', 'risk', hostile, remedy.text(hostile), [hostile]);
    expect(finding.what + finding.evidence.join()).not.toMatch(CONTROL);
    const subject = { kind: 'site' as const, name: hostile, path: hostile, lookedAt: [hostile], notChecked: [hostile] };
    const subjects = [{ ...subject, findings: [finding] }];
    return printed((output) => {
      renderDiagnosis(output, { ok: true, subjects });
      output.record({ subjects });
    });
  },
};

describe('text that steers a terminal', () => {
  it('comes in forty kinds', () => {
    expect(TEXTS).toHaveLength(40);
  });

  it.each(Object.entries(PLACES))(
    'never reaches it from %s',
    async (_, show) => {
      for (const [index, hostile] of TEXTS.entries()) {
        const said = await show(hostile, index);
        expect(said.length, JSON.stringify(hostile)).toBeGreaterThan(3);
        expect(said, JSON.stringify(hostile)).not.toMatch(CONTROL);
        expect(said, JSON.stringify(hostile)).not.toContain('\n$ ');
      }
    },
    300_000,
  );
});
