import { describe, expect, it } from 'vitest';
import { guardDirectory, guardKind, isOwnFragment, ownDirectory } from '../../../src/systemd/host-edit/editChoice.js';
import type { UnitFiles } from '../../../src/systemd/load/unitFiles.js';
import { exampleFiles } from '../support/exampleFiles.js';

const DIRECTORY = '/etc/systemd/system/kimaki.service.d';

describe('guardKind', () => {
  it.each(['own', 'vendor', 'local', 'linked', 'control', 'attached', 'runtime', 'given'] as const)(
    'lets a unit of the kind %s be edited',
    (kind) => {
      expect(guardKind(exampleFiles({ kind }))).toBeOk();
    },
  );

  it.each([
    ['masked', 'UNIT_MASKED', 'systemctl unmask kimaki.service'],
    ['generated', 'UNIT_NOT_LASTING', 'SourcePath='],
    ['transient', 'UNIT_NOT_LASTING', 'removed when it stops'],
    ['not-found', 'UNIT_NOT_FOUND', 'systemctl list-unit-files'],
  ] as const)('refuses a unit of the kind %s with %s, and says what to do', (kind, code, remedy) => {
    const error = guardKind(exampleFiles({ kind }))._unsafeUnwrapErr();
    expect(error.code).toBe(code);
    expect(error.message).toContain(remedy);
  });

  it('lets a unit without a file be edited whose type needs none', () => {
    expect(guardKind(exampleFiles({ kind: 'not-found', id: 'system-wp.slice' }))).toBeOk();
    expect(guardKind(exampleFiles({ kind: 'not-found', id: 'wp.timer' }))).toBeErr();
  });

  it('refuses any unit whose files are not certain, with the file', () => {
    const problem = { code: 'UNREADABLE_DROP_IN', path: `${DIRECTORY}/a.conf`, message: 'a.conf is a FIFO' } as const;
    expect(guardKind(exampleFiles({ problems: [problem] }))).toBeErr({
      code: 'UNIT_FILES_UNCERTAIN',
      message: 'kimaki.service is not edited: a.conf is a FIFO',
      path: problem.path,
    });
  });
});

describe('isOwnFragment', () => {
  it('is a plain file of the administrator that is not the template of other units', () => {
    expect(isOwnFragment(exampleFiles())).toBe(true);
    expect(isOwnFragment(exampleFiles({ kind: 'vendor' }))).toBe(false);
    expect(isOwnFragment(exampleFiles({ instanceOf: 'kimaki@.service' }))).toBe(false);
    expect(isOwnFragment(exampleFiles({ fragment: null }))).toBe(false);
  });
});

describe('guardDirectory', () => {
  const directory = { kind: 'own', path: '/etc/systemd/system', priority: 0 } as never;
  const found = (realPath: string): Partial<UnitFiles> => ({
    dropInDirectories: [{ path: DIRECTORY, realPath, directory, unit: 'kimaki.service' }],
  });

  it('gives the directory of drop-ins in /etc, whether it is there or not', () => {
    expect(guardDirectory(exampleFiles())).toBeOk(DIRECTORY);
    expect(guardDirectory(exampleFiles(found(DIRECTORY)))).toBeOk(DIRECTORY);
  });

  it('takes the main name of a unit, below the root that was read', () => {
    expect(ownDirectory(exampleFiles({ name: 'alias.service', root: '/mnt' }))).toBe(`/mnt${DIRECTORY}`);
  });

  it('refuses a link, whether systemd follows it or not', () => {
    const followed = guardDirectory(exampleFiles(found('/opt/drop-ins')))._unsafeUnwrapErr();
    expect(followed).toMatchObject({ code: 'DROP_IN_DIRECTORY_IS_LINK', path: DIRECTORY });
    expect(followed.message).toContain('a link to /opt/drop-ins; replace it with a directory');
    const unfollowed = guardDirectory(
      exampleFiles({ shadowed: [{ path: DIRECTORY, reason: 'bad-link', message: 'leads nowhere' }] }),
    )._unsafeUnwrapErr();
    expect(unfollowed.message).toContain('a link that systemd does not follow');
  });
});
