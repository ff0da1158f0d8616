import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { diffUnit } from '../../../src/systemd/secrets/diffUnit.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { setDirective } from '../../../src/systemd/edits/setDirective.js';

describe('diffUnit', () => {
  it('shows the changed lines with their surroundings', () => {
    const before = parseUnit(readFileSync(new URL('../../corpus/units/kimaki.service', import.meta.url)));
    const after = applyEdits(before, setDirective(before, 'Service', 'User', 'opencode')._unsafeUnwrap());
    const diff = diffUnit(before.bytes, after.bytes, 'kimaki.service');
    expect(diff.split('\n').filter((line) => /^[-+]/.test(line))).toEqual([
      '--- kimaki.service',
      '+++ kimaki.service',
      '-User=root',
      '+User=opencode',
    ]);
  });

  it('hides secrets and still shows that one changed, and only then', () => {
    const unit = (token: string, user: string): string => `[Service]\nEnvironment=A_TOKEN=${token}\nUser=${user}\n`;
    const same = diffUnit(unit('canary-one', 'a'), unit('canary-one', 'b'), 'x');
    expect(same).toContain(' Environment=A_TOKEN=[secret 1]\n-User=a\n+User=b\n');
    const other = diffUnit(unit('canary-one', 'a'), unit('canary-two', 'a'), 'x');
    expect(other).toContain('-Environment=A_TOKEN=[secret 1]\n+Environment=A_TOKEN=[secret 2]\n');
    expect(same + other).not.toContain('canary');
  });

  it('shows that two secrets changed places', () => {
    const diff = diffUnit('[S]\nA_KEY=canary-1\nB_KEY=canary-2\n', '[S]\nA_KEY=canary-2\nB_KEY=canary-1\n', 'x');
    expect(diff).toContain('+A_KEY=[secret 2]\n');
    expect(diff).not.toContain('canary');
  });

  it('hides a secret of the one version where it stands unnamed in the other', () => {
    const diff = diffUnit('[S]\nA_KEY=canary-1\n', '[S]\n# it was canary-1\n', 'x');
    expect(diff).not.toContain('canary');
  });

  it('is empty for equal files and never for different ones', () => {
    expect(diffUnit('[S]\nA=1\n', Buffer.from('[S]\nA=1\n'), 'x')).toBe('');
    expect(diffUnit('[S]\nA_KEY="x"\n', "[S]\nA_KEY='x'\n", 'x')).toContain('+');
    expect(diffUnit('[S]\nEnvironment=A_KEY=\\x41\n', '[S]\nEnvironment=A_KEY=A\n', 'x')).toContain('is not shown');
    expect(diffUnit('', '[S]\nA=1\n', 'x')).toContain('+A=1');
  });
});
