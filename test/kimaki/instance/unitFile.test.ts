import { expect, it } from 'vitest';
import { effectiveAssignments, effectiveValue } from '../../../src/kimaki/instance/unitFile.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';

const files = [
  '[Service]\nUser=a\nExecStart=/a\nEnvironment=A=1\n[Unit]\nUser=x\n',
  '[Service]\nExecStart=\nExecStart=/b\nUser=b\n',
].map((text, index) => ({ path: `f${index}`, document: parseUnit(text) }));

it('reads files in order and lets an empty assignment take away what was before, in earlier files too', () => {
  const found = effectiveAssignments(files, 'Service', () => true).map(
    ({ file, assignment }) => `${file} ${assignment.key}=${assignment.value}`,
  );
  expect(found).toEqual(['f0 User=a', 'f0 Environment=A=1', 'f1 ExecStart=/b', 'f1 User=b']);
});

it('gives the last value, or null', () => {
  expect(effectiveValue(files, 'Service', 'User')).toBe('b');
  expect(effectiveValue(files, 'Service', 'Group')).toBeNull();
});
