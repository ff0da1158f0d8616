import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replacePathPrefix } from '../../../src/systemd/values/replacePathPrefix.js';

describe('replacePathPrefix', () => {
  it.each([
    ['/root', '/new'],
    ['/root/', '/new/'],
    ['/root/.bun/bin:/usr/bin:/root', '/new/.bun/bin:/usr/bin:/new'],
    ['PATH=/usr/bin:/root/bin', 'PATH=/usr/bin:/new/bin'],
    ['"--data-dir=/root/.kimaki"', '"--data-dir=/new/.kimaki"'],
    [`--data-dir '/root/.kimaki' "/root"`, `--data-dir '/new/.kimaki' "/new"`],
    ['-/root/x', '-/new/x'],
    ['-@+/root/x /root/y', '-@+/new/x /new/y'],
    ['EnvironmentFile=-/root/.env', 'EnvironmentFile=-/new/.env'],
    ['cd "/root" && (/root/a;/root/b) >/root/log', 'cd "/new" && (/new/a;/new/b) >/new/log'],
    ['file:///root/x', 'file:///new/x'],
    ['/root /root', '/new /new'],
    ['/root:/root/bin:/rootfs:/root2', '/new:/new/bin:/rootfs:/root2'],
    [`"HOME=/root" 'A=/root' B=/root`, `"HOME=/new" 'A=/new' B=/new`],
    ['--home=/root,/root;/root', '--home=/new,/new;/new'],
    ['/root/../root/x', '/new/../root/x'],
    ['{"a":"/root"}', '{"a":"/new"}'],
  ])('%s becomes %s', (text, expected) => {
    expect(replacePathPrefix(text, '/root', '/new')).toBe(expected);
    expect(replacePathPrefix(text, '/root/', '/new/')).toBe(expected);
  });

  it.each([
    '/rootfs',
    '/rootfs:/root2:/rooted/root',
    '/ROOT/x',
    '//root/x',
    '/root2/x',
    '/root.old',
    '/root-x',
    '/root_x',
    '/root@x',
    '/root~',
    '/rootä',
    '/root\\x20x',
    '/root*',
    '/root$X',
    '/srv/root',
    '/srv/root/x',
    'root/x',
    './root',
    '%h/root',
    '~/root',
    '${X}/root',
    'a-/root',
    'x@/root',
    'http://root/x',
    'é/root',
  ])('%s stays', (text) => {
    expect(replacePathPrefix(text, '/root', '/new')).toBe(text);
  });

  it('takes characters of the prefix literally, and of the replacement too', () => {
    expect(replacePathPrefix('/a.b/x /aXb/x', '/a.b', '/$&')).toBe('/$&/x /aXb/x');
  });

  it('replaces neither the root directory nor a relative path', () => {
    expect(replacePathPrefix('/a/b', '/', '/new')).toBe('/a/b');
    expect(replacePathPrefix('a/b', 'a', '/new')).toBe('a/b');
  });

  it('leaves a path where the target is the root directory', () => {
    expect(replacePathPrefix('/root /root/x', '/root', '/')).toBe('/ /x');
  });

  it('leaves no whole path and touches nothing else, whatever stands around it', () => {
    const piece = fc.constantFrom(
      '/root',
      '/root/x',
      '/rootfs',
      '/root2',
      '/srv/root',
      'root',
      ' ',
      ':',
      '"',
      "'",
      '=',
      ',',
      ';',
      'a',
      '--o=',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const moved = replacePathPrefix(text, '/root', '/new');
        expect(moved).not.toMatch(/(?:^|[\s"'=:,;])\/root(?=$|[\s"'/:;,])/);
        expect(moved.replaceAll('/new', '/root')).toBe(text);
        expect(replacePathPrefix(moved, '/root', '/new')).toBe(moved);
      }),
      { numRuns: 1000 },
    );
  });
});
