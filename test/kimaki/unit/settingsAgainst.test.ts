import { expect, it } from 'vitest';
import { settingsAgainst } from '../../../src/kimaki/unit/settingsAgainst.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';

const use = { home: '/home/opencode', dataDir: '/home/opencode/.kimaki' };
const found = (text: string, needsSudo = false): string[] =>
  settingsAgainst([{ path: 'u', document: parseUnit(`[Service]\n${text}\n`) }], { ...use, needsSudo }).map(
    ({ line, key, weight }) => `${line} ${key} ${weight}`,
  );

it.each([
  ['ProtectHome=yes', ['2 ProtectHome breaks']],
  ['ProtectHome=tmpfs', ['2 ProtectHome breaks']],
  ['ProtectHome=read-only', ['2 ProtectHome breaks']],
  ['ProtectHome=yes\nProtectHome=no', []],
  ['ProtectHome=no', []],
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
});
