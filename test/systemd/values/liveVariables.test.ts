import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { liveVariables } from '../../../src/systemd/values/liveVariables.js';

describe('liveVariables', () => {
  it('gives the variables behind the last reset, each with its line', () => {
    const unit = parseUnit('[Service]\nEnvironment=A=1\nEnvironment=\nEnvironment=B=2 C=3\n[Unit]\nEnvironment=D=4\n');
    expect(liveVariables(unit).map(({ variable, assignment }) => [variable.name, assignment.line])).toEqual([
      ['B', 4],
      ['C', 4],
    ]);
  });
});
