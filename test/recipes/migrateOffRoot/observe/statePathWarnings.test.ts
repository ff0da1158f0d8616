import { expect, test } from 'vitest';
import type { StatePath } from '../../../../src/kimaki/state-paths/statePathPlan.js';
import { statePathWarnings } from '../../../../src/recipes/migrateOffRoot/observe/statePathWarnings.js';

const channel: StatePath = {
  kind: 'database',
  file: '/root/.kimaki/kimaki.db',
  table: 'channels',
  column: 'directory',
  rowid: 2,
  label: 'id=1002, name=sandbox',
  before: '/root/.kimaki/projects/sandbox',
  after: '/home/opencode/.kimaki/projects/sandbox',
};
const link: StatePath = {
  kind: 'link',
  file: '/root/.kimaki/current',
  before: '/root/.kimaki/a',
  after: '/home/opencode/.kimaki/a',
};
const text: StatePath = {
  kind: 'text',
  file: '/root/.kimaki/bin/kimaki',
  before: 'c2VjcmV0',
  after: 'c2VjcmV0',
  mtime: '1.000000000',
};

test('each place that is kept is told by channel or file, and nothing of what a file holds', () => {
  const told = statePathWarnings({ paths: [channel, link, text], stuck: [], notSearched: [] }, false);
  expect(told).toEqual([
    {
      text: 'kimaki.db, id=1002, name=sandbox: directory points to /root/.kimaki/projects/sandbox and will break, as asked for',
    },
    { text: 'the link /root/.kimaki/current points to /root/.kimaki/a and will break, as asked for' },
    { text: '/root/.kimaki/bin/kimaki names paths in the old home and will break, as asked for' },
  ]);
});

test('what is rewritten is the step’s to tell; what cannot follow is told all the same', () => {
  const told = statePathWarnings(
    { paths: [channel], stuck: ['a.json: /root/other does not move'], notSearched: ['x.db is larger than 256 MiB'] },
    true,
  );
  expect(told).toEqual([
    { text: 'a.json: /root/other does not move, and the agent will not reach it' },
    { text: 'not searched for paths that lead to the old home: x.db is larger than 256 MiB' },
  ]);
});

test('of many only the first are told one by one', () => {
  const told = statePathWarnings(
    { paths: Array.from({ length: 30 }, () => channel), stuck: [], notSearched: [] },
    false,
  );
  expect(told).toHaveLength(21);
  expect(told.at(-1)).toEqual({ text: '… and 10 more like these' });
});
