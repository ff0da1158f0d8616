import { expect, it } from 'vitest';
import { settingsAgainst } from '../../../src/kimaki/unit/settingsAgainst.js';
import { serviceOf } from '../../systemd/support/effectiveOf.js';

const use = { home: '/home/opencode', dataDir: '/home/opencode/.kimaki' };
const found = (text: string, needsSudo = false): string[] =>
  settingsAgainst(serviceOf(text), { ...use, needsSudo }).map(({ line, key, weight }) => `${line} ${key} ${weight}`);

it.each([
  ['ProtectHome=yes', ['2 ProtectHome breaks']],
  ['ProtectHome=tmpfs', ['2 ProtectHome breaks']],
  ['ProtectHome=read-only', ['2 ProtectHome breaks']],
  ['ProtectHome=yes\nProtectHome=no', []],
  ['ProtectHome=no', []],
  ['ProtectHome=yes\nProtectHome=', ['2 ProtectHome breaks']],
  ['ProtectHome=yes\nProtectHome=nope', ['2 ProtectHome breaks']],
  ['ProtectSystem=strict\nProtectSystem=', ['2 ProtectSystem breaks']],
  ['InaccessibleDirectories=/home', ['2 InaccessiblePaths breaks']],
  ['InaccessiblePaths=/home\nInaccessiblePaths=', []],
  ['ReadOnlyPaths="/home/opencode"', ['2 ReadOnlyPaths breaks']],
  ['ProtectSystem=strict', ['2 ProtectSystem breaks']],
  ['ProtectSystem=full', []],
  ['ProtectSystem=strict\nReadWritePaths=/srv /home/opencode', []],
  ['ReadWritePaths=/home/opencode/.kimaki\nProtectSystem=strict', []],
  ['ProtectSystem=strict\nReadWritePaths=-/home/opencode/ +/srv', []],
  ['ProtectSystem=strict\nReadWritePaths=/', []],
  ['ProtectSystem=strict\nReadWritePaths=relative', ['2 ProtectSystem breaks']],
  ['ReadOnlyPaths=/\nReadWritePaths=/home/opencode', []],
  ['ReadOnlyPaths=/home/opencode\nReadWritePaths=/home/opencode', ['2 ReadOnlyPaths breaks']],
  ['ReadOnlyPaths=/home/opencode\nReadWritePaths=/home', ['2 ReadOnlyPaths breaks']],
  ['InaccessiblePaths=/home\nReadWritePaths=/home/opencode', ['2 InaccessiblePaths breaks']],
  ['DynamicUser=yes', ['2 DynamicUser breaks']],
  ['InaccessiblePaths=/home', ['2 InaccessiblePaths breaks']],
  ['InaccessiblePaths=-/home/other /srv', []],
  ['TemporaryFileSystem=/home:ro', ['2 TemporaryFileSystem breaks']],
  ['ReadOnlyPaths=/\nReadOnlyPaths=/srv', ['2 ReadOnlyPaths breaks']],
  ['PrivateUsers=yes', ['2 PrivateUsers check']],
  ['RootDirectory=/srv/root', ['2 RootDirectory check']],
  ['NoNewPrivileges=yes', []],
  ['Restart=always\nNice=5', []],
])('%j gives %j', (text, expected) => {
  expect(found(text)).toEqual(expected);
});

it('minds what forbids sudo when sudo is needed', () => {
  expect(found('NoNewPrivileges=yes', true)).toEqual(['2 NoNewPrivileges breaks']);
  expect(found('NoNewPrivileges=no', true)).toEqual([]);
  expect(found('NoNewPrivileges=yes\nNoNewPrivileges=nope', true)).toEqual(['2 NoNewPrivileges breaks']);
});

it('judges what a drop-in makes of a line of the same number', () => {
  expect(settingsAgainst(serviceOf('ProtectHome=yes', 'ProtectHome=no'), use)).toEqual([]);
  expect(settingsAgainst(serviceOf('ProtectHome=yes', 'ProtectHome='), use)).toMatchObject([{ file: 'f0', line: 2 }]);
});
