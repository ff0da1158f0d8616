import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { surveyState } from '../../../src/kimaki/state/surveyState.js';
import { makeTree } from '../support/tree.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'survey-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

it('names the first few things that make a directory state', async () => {
  await makeTree(dir, {
    'k/bin/kimaki': 'x',
    'k/a': 'x',
    'k/b/c': 'x',
    'k/d': 'x',
    'k/e': 'x',
    'k/f': 'x',
    'k/g': 'x',
  });
  expect((await surveyState(join(dir, 'k')))._unsafeUnwrap()).toEqual({
    type: 'directory',
    holds: 'state',
    evidence: ['a', 'd', 'e', 'f', 'g'],
    credentials: [],
  });
});

it('takes a deep tree without a file for a skeleton', async () => {
  await makeTree(dir, { 'k/a/b/c/d/e/f': null });
  expect((await surveyState(join(dir, 'k')))._unsafeUnwrap()).toMatchObject({ holds: 'skeleton' });
  await makeTree(dir, { 'k/a/b/c/d/e/f/g': 'x' });
  expect((await surveyState(join(dir, 'k')))._unsafeUnwrap()).toMatchObject({ holds: 'state' });
});

it('tells nothing from something', async () => {
  expect((await surveyState(join(dir, 'absent')))._unsafeUnwrap()).toMatchObject({ type: 'missing', holds: 'nothing' });
});
