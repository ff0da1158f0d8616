import { expect, it } from 'vitest';
import { isTrue, privilegedLines } from '../../../src/kimaki/unit/privilegedLines.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';

const found = (...texts: string[]): string[] =>
  privilegedLines(texts.map((text, index) => ({ path: `f${index}`, document: parseUnit(`[Service]\n${text}\n`) }))).map(
    ({ file, line, key, path, why }) => `${file}:${line} ${key} ${path} ${why}`,
  );

it('finds each prefix that goes round User=, wherever it stands among the others', () => {
  expect(
    found('ExecStart=/k', 'ExecStartPre=+/opt/x.sh\nExecStartPre=-!/opt/y\nExecStopPost=!!:-@/z a0\nExecReload=-/w'),
  ).toEqual(['f1:2 ExecStartPre /opt/x.sh +', 'f1:3 ExecStartPre /opt/y !', 'f1:4 ExecStopPost /z !!']);
});

it('sees every command of a line', () => {
  expect(found('ExecStartPre=/bin/a ; +/bin/b')).toEqual(['f0:2 ExecStartPre /bin/b +']);
});

it('does not count what a later file takes away', () => {
  expect(found('ExecStartPre=+/opt/x.sh', 'ExecStartPre=')).toEqual([]);
});

it('knows PermissionsStartOnly, which frees everything but ExecStart', () => {
  expect(found('PermissionsStartOnly=yes\nExecStart=/k\nExecStartPre=/opt/x.sh')).toEqual([
    'f0:4 ExecStartPre /opt/x.sh PermissionsStartOnly',
  ]);
  expect(found('PermissionsStartOnly=yes\nExecStartPre=/opt/x.sh', 'PermissionsStartOnly=no')).toEqual([]);
});

it('reads booleans as systemd does', () => {
  expect(['1', 'yes', 'Y', 'true', 'T', 'on', 'ON'].every(isTrue)).toBe(true);
  expect(['0', 'no', '', 'enabled', null].some(isTrue)).toBe(false);
});
