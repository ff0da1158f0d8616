// @module-tag root
// @module-tag acl
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkTrustedPath } from '../../../src/posix/handles/checkTrustedPath.js';
import type { TrustError } from '../../../src/posix/handles/checkTrustedPath.js';
import { freshPlace, run } from '../support/place.js';

let place = '';
beforeEach(() => {
  place = freshPlace();
  mkdirSync(join(place, 'dir'), { mode: 0o755 });
  writeFileSync(join(place, 'dir/file'), '', { mode: 0o644 });
});

const at = (...names: string[]): string => join(place, ...names);

async function refusal(path: string, allowUid?: number): Promise<TrustError> {
  return (await checkTrustedPath(path, allowUid === undefined ? {} : { allowUid }))._unsafeUnwrapErr();
}

describe('checkTrustedPath', () => {
  it('trusts what only root can change, below a sticky directory too', async () => {
    const own = [at('dir/file'), at('dir'), `${at('dir')}/./`, `${place}/dir/../dir/file`];
    for (const path of ['/', '/usr/bin/env', '/etc/passwd', ...own]) {
      expect(await checkTrustedPath(path), path).toBeOk();
    }
  });

  it('names the directory above that someone else owns', async () => {
    chownSync(at('dir'), 33, 33);
    expect(await refusal(at('dir/file'))).toMatchObject({
      code: 'UNTRUSTED_PATH',
      component: at('dir'),
      reason: 'it belongs to uid 33',
    });
    expect(await checkTrustedPath(at('dir/file'), { allowUid: 33 })).toBeOk();
    expect((await refusal(at('dir/file'), 34)).code).toBe('UNTRUSTED_PATH');
  });

  it('names the file itself when its group or everyone may write to it', async () => {
    chmodSync(at('dir/file'), 0o664);
    expect(await refusal(at('dir/file'))).toMatchObject({ component: at('dir/file') });
    expect((await refusal(at('dir/file'))).message).toContain('its group may write to it (mode 0664)');
    chmodSync(at('dir/file'), 0o646);
    expect((await refusal(at('dir/file'))).message).toContain('everyone may write to it (mode 0646)');
  });

  it('sees a write permission given by an ACL', async () => {
    run('setfacl', ['-m', 'u:33:rwx', at('dir')]);
    expect(await refusal(at('dir/file'))).toMatchObject({ component: at('dir') });
  });

  it('takes a sticky directory above, but not as the thing itself', async () => {
    chmodSync(at('dir'), 0o1777);
    expect(await checkTrustedPath(at('dir/file'))).toBeOk();
    expect(await refusal(at('dir'))).toMatchObject({ component: at('dir') });
  });

  it('follows links through every directory they lead through', async () => {
    mkdirSync(at('other'));
    symlinkSync('../dir/file', at('other/link'));
    expect(await checkTrustedPath(at('other/link'))).toBeOk();
    chmodSync(at('dir'), 0o777);
    expect(await refusal(at('other/link'))).toMatchObject({ component: at('dir') });
  });

  it('does not trust a link of someone else, whatever it leads to', async () => {
    symlinkSync('/usr/bin/env', at('link'));
    lchownSync(at('link'), 33, 33);
    expect(await refusal(at('link'))).toMatchObject({ component: at('link'), reason: 'it belongs to uid 33' });
  });

  it('says what does not exist, what is relative and what loops', async () => {
    expect(await refusal(at('dir/none/x'))).toMatchObject({ code: 'NOT_FOUND', component: at('dir/none') });
    expect(await refusal(at('dir/file/x'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal('usr/bin')).toMatchObject({ code: 'RELATIVE_PATH' });
    symlinkSync('loop', at('loop'));
    expect(await refusal(at('loop'))).toMatchObject({ code: 'SYMLINK_LOOP' });
  });

  it('shows names escaped', async () => {
    mkdirSync(at('a\nb'), { mode: 0o755 });
    chmodSync(at('a\nb'), 0o777);
    const error = await refusal(at('a\nb'));
    expect(error.message).toContain('a\\x0ab');
    expect(error.message).not.toContain('\n');
  });
});
