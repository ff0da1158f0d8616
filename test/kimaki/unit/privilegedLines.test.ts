import { expect, it } from 'vitest';
import { privilegedLines } from '../../../src/kimaki/unit/privilegedLines.js';
import { serviceOf } from '../../systemd/support/effectiveOf.js';

const found = (...texts: string[]): string[] =>
  privilegedLines(serviceOf(...texts)).map(({ file, line, key, path, why }) => `${file}:${line} ${key} ${path} ${why}`);

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

it('keeps PermissionsStartOnly=yes when a later line is empty or no boolean, as systemd does', () => {
  const lines = 'PermissionsStartOnly=yes\nPermissionsStartOnly=\nPermissionsStartOnly=nope\nExecStartPre=/opt/x.sh';
  expect(found(lines)).toEqual(['f0:5 ExecStartPre /opt/x.sh PermissionsStartOnly']);
});

it('names the program that a specifier stands for', () => {
  expect(found('ExecStartPre=+%h/hook.sh')).toEqual(['f0:2 ExecStartPre /root/hook.sh +']);
});
