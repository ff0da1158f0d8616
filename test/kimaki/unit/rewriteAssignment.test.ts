import { expect, test } from 'vitest';
import { rewriteEnvironment, rewriteExecStart, withPrefix } from '../../../src/kimaki/unit/rewriteAssignment.js';

const OWN = {
  newHome: '/home/opencode',
  oldDataDir: '/root/.kimaki',
  newDataDir: '/home/opencode/.kimaki',
  binary: '/usr/bin/kimaki',
  addArgs: ['--no-auto-upgrade'],
};
const REWRITE = {
  user: 'opencode',
  oldUser: 'root',
  oldHomes: ['/root'],
  newHome: '/home/opencode',
  moves: [{ from: '/root/.kimaki', to: '/home/opencode/.kimaki' }],
};

test('variables of home and data change, and the others keep their bytes and quotes', () => {
  const { value, changed } = rewriteEnvironment(`HOME=/root  "A=b c" 'KIMAKI_DATA_DIR=/root/.kimaki/'`, OWN, REWRITE);
  expect(value).toBe(`HOME=/home/opencode  "A=b c" 'KIMAKI_DATA_DIR=/home/opencode/.kimaki'`);
  expect(changed.map(({ after }) => after)).toEqual(['HOME=/home/opencode', 'KIMAKI_DATA_DIR=/home/opencode/.kimaki']);
});

test('a start line gets the program, the data directory and each missing argument once', () => {
  const written = '/usr/bin/kimaki --data-dir /home/opencode/.kimaki --auto-restart --no-auto-upgrade';
  expect(rewriteExecStart('/root/.kimaki/bin/kimaki --data-dir /root/.kimaki --auto-restart', OWN)).toBe(written);
  expect(rewriteExecStart(written, OWN)).toBe(written);
  expect(rewriteExecStart('/bin/other --data-dir=/root/.kimaki', OWN)).toBe(
    '/bin/other --data-dir=/home/opencode/.kimaki',
  );
});

test('the second word of an unquoted DATAMACHINE_WP_CMD goes, and no other word does', () => {
  const rewritten = (value: string): string => rewriteEnvironment(value, OWN, REWRITE).value;
  expect(rewritten('DATAMACHINE_WP_CMD=wp --allow-root')).toBe('DATAMACHINE_WP_CMD=wp');
  expect(rewritten('"DATAMACHINE_WP_CMD=wp --allow-root" A=b')).toBe('"DATAMACHINE_WP_CMD=wp" A=b');
  expect(rewritten('A=b --allow-root')).toBe('A=b --allow-root');
});

test('a command gets a prefix once, beside those it has', () => {
  const line = { program: '/opt/x.sh', prefix: '-' } as const;
  expect(withPrefix('/opt/x.sh a', line)).toBe('-/opt/x.sh a');
  expect(withPrefix('-/opt/x.sh a', line)).toBe('-/opt/x.sh a');
  expect(withPrefix('@/opt/x.sh name', line)).toBe('-@/opt/x.sh name');
  expect(withPrefix('/opt/y.sh', line)).toBe('/opt/y.sh');
});

test("Roadie's variables change as kimaki's do, and --allow-root goes out of its JSON", () => {
  const own = { ...OWN, oldDataDir: '/root/.roadie', newDataDir: '/home/opencode/.roadie', addArgs: [] };
  const moves = [{ from: '/root/.roadie', to: '/home/opencode/.roadie' }];
  const before = String.raw`ROADIE_DATA_DIR=/root/.roadie DATAMACHINE_WP_TRANSPORT_JSON="[\"wp\",\"--allow-root\"]" ROADIE_MANAGED=1`;
  const { value } = rewriteEnvironment(before, own, { ...REWRITE, moves });
  expect(value).toBe(
    String.raw`ROADIE_DATA_DIR=/home/opencode/.roadie "DATAMACHINE_WP_TRANSPORT_JSON=[\"wp\"]" ROADIE_MANAGED=1`,
  );
  expect(rewriteEnvironment(value, own, { ...REWRITE, moves }).value).toBe(value);
  const binary = '/usr/local/lib/wp-coding-agents/roadie/bin/roadie';
  expect(rewriteExecStart('/root/bin/roadie --data-dir /root/.roadie --auto-restart', { ...own, binary })).toBe(
    `${binary} --data-dir /home/opencode/.roadie --auto-restart`,
  );
});
