import { expect, it } from 'vitest';
import { judgeRestartRule } from '../../../src/recipes/proof/checkRestartRule.js';

const RULE = 'opencode ALL=(root) NOPASSWD: /usr/bin/systemctl restart kimaki.service';
const judge = (text: string | null, allowed = true): boolean | null =>
  judgeRestartRule('kimaki.service', 'opencode', text, { allowed, reason: null }).ok;

it('the rule alone, in force, passes, whoever wrote it', () => {
  expect(judge(`# a comment\n${RULE}\n`)).toBe(true);
  expect(judge(RULE.replaceAll(' ', '  '))).toBe(true);
});

it('a rule that is missing, wider, for another account or not in force fails', () => {
  expect(judge(null)).toBe(false);
  for (const wider of [`${RULE} *`, `${RULE}\nopencode ALL=(root) NOPASSWD: ALL`, RULE.replace('restart ', '')])
    expect(judge(wider)).toBe(false);
  expect(judge(RULE.replace('opencode', 'other'))).toBe(false);
  expect(judge(RULE, false)).toBe(false);
});
