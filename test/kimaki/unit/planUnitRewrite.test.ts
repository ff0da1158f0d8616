// @module-tag systemd
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveOf } from '../../systemd/support/effectiveOf.js';
import { describeInstance } from '../../../src/kimaki/instance/describeInstance.js';
import { planUnitRewrite } from '../../../src/kimaki/unit/planUnitRewrite.js';
import type { UnitRewrite, UnitRewriteRequest } from '../../../src/kimaki/unit/unitRewrite.js';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';

const request: UnitRewriteRequest = {
  user: 'opencode',
  group: 'opencode',
  oldHomes: ['/root'],
  newHome: '/home/opencode',
  oldDataDir: '/root/.kimaki',
  newDataDir: '/home/opencode/.kimaki',
  binary: '/usr/bin/kimaki',
  umask: '0002',
};

function plan(text: string, changes: Partial<UnitRewriteRequest> = {}): UnitRewrite {
  return planUnitRewrite(parseUnit(text), { ...request, ...changes })._unsafeUnwrap();
}
const rewritten = (text: string, changes: Partial<UnitRewriteRequest> = {}): string =>
  plan(text, changes).document.bytes.toString();

const FRANKENSTEIN = `[Unit]
Description=Kimaki Discord bot
After=network.target

[Service]
Type=simple
User=root
# HOME is opencode's although we run as root
Environment=HOME=/home/opencode
Environment=PATH=/root/.kimaki/bin:/root/.bun/bin:/usr/local/bin:/usr/bin:/bin
Environment="KIMAKI_DATA_DIR=/root/.kimaki" 'KIMAKI_BOT_TOKEN=s3cret-/root/.kimaki-canary'
Environment=DATAMACHINE_SITE_PATH=/var/www/site "DATAMACHINE_WP_CMD=wp --allow-root"
WorkingDirectory=/var/www/site
ExecStartPre=-/usr/bin/pkill -TERM -u root -f "opencode-ai/bin/.*serve"
ExecStartPre=/opt/kimaki-config/post-upgrade.sh
ExecStart=/root/.kimaki/bin/kimaki --data-dir /root/.kimaki --auto-restart \\
  --no-critique \\
  # why this skill is off
  --disable-skill x
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
`;

const MIGRATED = `[Unit]
Description=Kimaki Discord bot
After=network.target

[Service]
Type=simple
User=opencode
# HOME is opencode's although we run as root
Environment=HOME=/home/opencode
Environment=PATH=/home/opencode/.kimaki/bin:/usr/local/bin:/usr/bin:/bin
Environment="KIMAKI_DATA_DIR=/home/opencode/.kimaki" 'KIMAKI_BOT_TOKEN=s3cret-/root/.kimaki-canary'
Environment=DATAMACHINE_SITE_PATH=/var/www/site "DATAMACHINE_WP_CMD=wp"
WorkingDirectory=/var/www/site
ExecStartPre=-/usr/bin/pkill -TERM -u opencode -f "opencode-ai/bin/.*serve"
ExecStartPre=/opt/kimaki-config/post-upgrade.sh
ExecStart=/usr/bin/kimaki --data-dir /home/opencode/.kimaki --auto-restart \\
  --no-critique \\
  # why this skill is off
  --disable-skill x
Restart=always
RestartSec=5
UMask=0002

[Install]
WantedBy=multi-user.target
`;

describe('the unit of a root install', () => {
  it('changes in every place that names root, and nowhere else', () => {
    expect(rewritten(FRANKENSTEIN)).toBe(MIGRATED);
  });

  it('changes nothing the second time', () => {
    expect(plan(MIGRATED)).toMatchObject({ edits: [], changes: [], leftovers: [] });
  });

  it('gives edits that belong to the document as it was', () => {
    const { edits } = plan(FRANKENSTEIN);
    expect(applyEdits(parseUnit(FRANKENSTEIN), edits).bytes.toString()).toBe(MIGRATED);
  });

  it('lists what changes, line by line, and shows no secret', () => {
    const { changes } = plan(FRANKENSTEIN);
    expect(
      changes.map(({ key, line, before, after }) => `${line ?? '+'} ${key}: ${before ?? ''} → ${after ?? ''}`),
    ).toEqual([
      '7 User: root → opencode',
      '10 Environment: PATH=/root/.kimaki/bin:/root/.bun/bin:/usr/local/bin:/usr/bin:/bin → ' +
        'PATH=/home/opencode/.kimaki/bin:/usr/local/bin:/usr/bin:/bin',
      '11 Environment: KIMAKI_DATA_DIR=/root/.kimaki → KIMAKI_DATA_DIR=/home/opencode/.kimaki',
      '12 Environment: DATAMACHINE_WP_CMD=wp --allow-root → DATAMACHINE_WP_CMD=wp',
      '14 ExecStartPre: -/usr/bin/pkill -TERM -u root -f "opencode-ai/bin/.*serve" → ' +
        '-/usr/bin/pkill -TERM -u opencode -f "opencode-ai/bin/.*serve"',
      expect.stringMatching(
        /^16 ExecStart: \/root\S+ --data-dir \/root\/\S+ .* → \/usr\/bin\/kimaki --data-dir \/home\/opencode\/\S+ /,
      ),
      '+ UMask:  → 0002',
    ]);
    expect(JSON.stringify(changes)).not.toContain('canary');
  });

  it('describes the migrated instance, which systemd accepts as it did before', async () => {
    const { document } = plan(FRANKENSTEIN);
    const effective = effectiveOf([document.bytes.toString()]);
    expect(describeInstance({ effective, accountHome: '/home/opencode' })).toMatchObject({
      user: 'opencode',
      home: '/home/opencode',
      dataDir: '/home/opencode/.kimaki',
      binary: '/usr/bin/kimaki',
      umask: '0002',
    });
    const dir = await mkdtemp(join(tmpdir(), 'verify-'));
    await writeFile(
      join(dir, 'kimaki.service'),
      document.bytes.toString().replace(/\/usr\/bin\/kimaki|\/opt\S+/g, '/bin/true'),
    );
    const verified = execFileSync('systemd-analyze', ['verify', `${dir}/kimaki.service`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(verified.toString()).toBe('');
    await rm(dir, { recursive: true });
  });
});

describe('single directives', () => {
  const service = (lines: string): string => `[Service]\nUser=opencode\nUMask=0002\n${lines}\n`;
  const one = (line: string, changes: Partial<UnitRewriteRequest> = {}): string =>
    rewritten(service(line), changes).slice(service('').length - 1, -1);

  it.each([
    ['Group=root', 'Group=opencode'],
    ['Group=0', 'Group=opencode'],
    ['Group=www-data', 'Group=www-data'],
    ['SupplementaryGroups=root www-data', 'SupplementaryGroups=opencode www-data'],
    ['SupplementaryGroups=adm', 'SupplementaryGroups=adm'],
    ['Environment=HOME=/root', 'Environment=HOME=/home/opencode'],
    ['Environment=HOME=%h', 'Environment=HOME=/home/opencode'],
    [String.raw`Environment="HOME=\x2froot"`, 'Environment="HOME=/home/opencode"'],
    ['Environment=KIMAKI_DATA_DIR=%h/.kimaki', 'Environment=KIMAKI_DATA_DIR=/home/opencode/.kimaki'],
    ['Environment=KIMAKI_DATA_DIR=/srv/other', 'Environment=KIMAKI_DATA_DIR=/srv/other'],
    ['Environment=PATH=/root/bin', 'Environment=PATH=/usr/local/bin:/usr/bin:/bin'],
    ['Environment=PATH=%h/bin:/rootfs/bin:/usr/bin', 'Environment=PATH=/rootfs/bin:/usr/bin'],
    ['Environment=XDG_CONFIG_HOME=/root/.config', 'Environment=XDG_CONFIG_HOME=/home/opencode/.config'],
    ['Environment=A=/root/.kimaki/x  "B=/rootfs"', 'Environment=A=/home/opencode/.kimaki/x  "B=/rootfs"'],
    ['Environment=DATAMACHINE_WP_CMD=/usr/bin/wp', 'Environment=DATAMACHINE_WP_CMD=/usr/bin/wp'],
    ['WorkingDirectory=/root', 'WorkingDirectory=/home/opencode'],
    ['WorkingDirectory=-/root/', 'WorkingDirectory=-/home/opencode'],
    ['EnvironmentFile=-/root/.kimaki/env', 'EnvironmentFile=-/home/opencode/.kimaki/env'],
    [
      'ExecStart=/usr/bin/kimaki --data-dir=/root/.kimaki/',
      'ExecStart=/usr/bin/kimaki --data-dir=/home/opencode/.kimaki',
    ],
    [
      'ExecStart=@-/root/.bun/bin/kimaki kimaki --data-dir "/root/.kimaki"',
      'ExecStart=@-/usr/bin/kimaki kimaki --data-dir /home/opencode/.kimaki',
    ],
    // Root keeps its own home where it goes on running a line.
    ['ExecStartPre=+/usr/bin/env -i HOME=/root /x', 'ExecStartPre=+/usr/bin/env -i HOME=/root /x'],
    ['ExecStartPre=/usr/bin/env HOME=/root /x', 'ExecStartPre=/usr/bin/env HOME=/home/opencode /x'],
    ['ExecStart=kimaki --data-dir ${KIMAKI_DATA_DIR}', 'ExecStart=/usr/bin/kimaki --data-dir ${KIMAKI_DATA_DIR}'],
    ['ExecStart=/usr/bin/kimaki --data-dir %h/.kimaki', 'ExecStart=/usr/bin/kimaki --data-dir /home/opencode/.kimaki'],
    ['ExecStart=/usr/bin/kimaki --data-dir /srv/k', 'ExecStart=/usr/bin/kimaki --data-dir /srv/k'],
    ['ExecStartPre=/usr/bin/pkill -u 0 x', 'ExecStartPre=/usr/bin/pkill -u opencode x'],
    ['ExecStartPre=/usr/bin/pkill --euid=root x', 'ExecStartPre=/usr/bin/pkill --euid=opencode x'],
    ['ExecStartPre=/usr/bin/pkill -u rooted x', 'ExecStartPre=/usr/bin/pkill -u rooted x'],
    ['ExecStartPre=/usr/bin/sudo -u root x', 'ExecStartPre=/usr/bin/sudo -u root x'],
    ['ExecStopPost=/bin/rm -f /root/.kimaki/lock', 'ExecStopPost=/bin/rm -f /home/opencode/.kimaki/lock'],
  ])('%s becomes %s', (before, after) => {
    expect(one(before)).toBe(after);
    expect(one(after)).toBe(after);
  });

  it('leaves what a later empty assignment takes away', () => {
    const text =
      'Environment=HOME=/root\nEnvironment=\nExecStart=/root/.kimaki/bin/kimaki\nExecStart=\nExecStart=/usr/bin/kimaki';
    expect(one(text)).toBe(text);
  });

  it('leaves a service alone that runs as somebody else already', () => {
    expect(rewritten('[Service]\nUser=www-data\nUMask=0002\n')).toBe('[Service]\nUser=www-data\nUMask=0002\n');
    expect(rewritten('[Service]\nUser=kimaki\nUMask=0002\n', { oldUser: 'kimaki' })).toBe(
      '[Service]\nUser=opencode\nUMask=0002\n',
    );
  });

  it.each(['User=0', 'User=', 'User=a\nUser='])('knows root behind %j', (text) => {
    expect(rewritten(`[Service]\n${text}\nUMask=0002\n`)).toBe('[Service]\nUser=opencode\nUMask=0002\n');
  });

  it('makes User= and UMask= the only ones and lists what goes', () => {
    const { document, changes } = plan('[Service]\nUser=kimaki\nUser=root\nUMask=0022\n');
    expect(document.bytes.toString()).toBe('[Service]\nUser=opencode\nUMask=0002\n');
    expect(changes).toEqual([
      { key: 'User', line: 2, before: 'kimaki', after: null },
      { key: 'User', line: 3, before: 'root', after: 'opencode' },
      { key: 'UMask', line: 4, before: '0022', after: '0002' },
    ]);
  });

  it('lets moved tools follow and names what still points into the old home', () => {
    const text = service(
      'Environment=PATH=/root/.bun/bin:/root/go/bin:/bin\nEnvironment=NOTES=/root/notes\nExecStartPost=%h/hook.sh',
    );
    const { document, leftovers } = plan(text, { moves: [{ from: '/root/.bun', to: '/home/opencode/.bun' }] });
    expect(document.bytes.toString()).toContain('PATH=/home/opencode/.bun/bin:/bin\n');
    expect(leftovers).toEqual([
      { key: 'Environment', line: 5, home: '/root', text: 'Environment=NOTES=/root/notes' },
      { key: 'ExecStartPost', line: 6, home: '/root', text: 'ExecStartPost=%h/hook.sh' },
    ]);
  });

  it('follows conditions on paths that move', () => {
    const text =
      '[Unit]\nConditionPathExists=/root/.kimaki\nDescription=/root/.kimaki\n[Service]\nUser=opencode\nUMask=0002\n';
    expect(rewritten(text)).toBe(text.replace('Exists=/root/', 'Exists=/home/opencode/'));
  });
});

describe('an argument to be added', () => {
  const added = (line: string, changes: Partial<UnitRewriteRequest> = {}): string =>
    rewritten(`[Service]\nUser=opencode\nUMask=0002\n${line}\n`, { addArgs: ['--no-auto-upgrade'], ...changes })
      .split('\n')
      .slice(3, -1)
      .join('\n');

  it.each([
    ['ExecStart=/usr/bin/kimaki', 'ExecStart=/usr/bin/kimaki --no-auto-upgrade'],
    ['ExecStart=/usr/bin/kimaki --x "a b"', 'ExecStart=/usr/bin/kimaki --x "a b" --no-auto-upgrade'],
    ['ExecStart=/usr/bin/kimaki --no-auto-upgrade --x', 'ExecStart=/usr/bin/kimaki --no-auto-upgrade --x'],
    ['ExecStart=/usr/bin/kimaki --x ; /bin/true', 'ExecStart=/usr/bin/kimaki --x --no-auto-upgrade ; /bin/true'],
    [
      'ExecStart=/root/.kimaki/bin/kimaki --data-dir /root/.kimaki',
      'ExecStart=/usr/bin/kimaki --data-dir /home/opencode/.kimaki --no-auto-upgrade',
    ],
    ['ExecStart=/usr/bin/node /opt/x.js', 'ExecStart=/usr/bin/node /opt/x.js'],
  ])('stands behind the others, once: %j', (before, after) => {
    expect(added(before)).toBe(after);
    expect(added(after)).toBe(after);
  });

  it('is a plain word', () => {
    const refused = planUnitRewrite(parseUnit('[Service]\n'), { ...request, addArgs: ['a b'] });
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'INVALID_REWRITE_VALUE', field: 'argument' });
  });
});

describe('a companion', () => {
  it('changes user, HOME and --allow-root, also inside its command, and keeps its program', () => {
    const text = `[Service]
Type=oneshot
Environment=HOME=/root
ExecStart=/bin/sh -lc 'cd "/var/www/site" && HOME=/root wp --allow-root cron event run && wp --allow-root datamachine x'
`;
    expect(rewritten(text, { binary: null })).toBe(`[Service]
Type=oneshot
Environment=HOME=/home/opencode
ExecStart=/bin/sh -lc 'cd "/var/www/site" && HOME=/home/opencode wp cron event run && wp datamachine x'
User=opencode
UMask=0002
`);
  });
});

describe('a drop-in', () => {
  it('gets nothing it does not have', () => {
    expect(rewritten('[Service]\nEnvironment=HOME=/root\n', { dropIn: true })).toBe(
      '[Service]\nEnvironment=HOME=/home/opencode\n',
    );
    expect(rewritten('[Service]\nUser=\n', { dropIn: true })).toBe('[Service]\nUser=opencode\n');
    expect(rewritten('[Service]\nUser=root\nUMask=0077\n', { dropIn: true })).toBe(
      '[Service]\nUser=opencode\nUMask=0002\n',
    );
  });
});

describe('any unit', () => {
  const paths = fc.constantFrom(
    '/root',
    '/root/.kimaki',
    '/root/.kimaki/x',
    '/rootfs',
    '/srv',
    '%h/.kimaki',
    '/usr/bin',
  );
  const word = fc.oneof(
    paths,
    fc.constantFrom('--allow-root', '-u', 'root', 'pkill', '--data-dir', 'HOME=/root', '"a b"', ';', '$X'),
  );
  const words = fc.array(word, { minLength: 1, maxLength: 6 });
  const line = fc.oneof(
    words.map((all) => `ExecStartPre=-/bin/x ${all.join(' ')}`),
    words.map((all) => `ExecStart=/root/.kimaki/bin/kimaki ${all.join(' \\\n # note\n ')}`),
    fc
      .tuple(fc.constantFrom('HOME', 'PATH', 'A', 'KIMAKI_DATA_DIR'), paths)
      .map(([name, path]) => `Environment=X=1 "${name}=${path}"`),
    fc.constantFrom(
      'Environment=',
      'ExecStart=',
      'User=root',
      'User=',
      'Group=root',
      '# /root',
      '',
      '[Install]',
      '[Service]',
      'UMask=0022',
    ),
  );
  const unit = fc.array(line, { maxLength: 12 }).map((all) => ['[Service]', ...all, ''].join('\n'));

  it('is rewritten once and for all, with every comment kept', () => {
    fc.assert(
      fc.property(unit, (text) => {
        const once = plan(text).document;
        expect(rewritten(once.bytes.toString())).toBe(once.bytes.toString());
        const comments = (all: string): string[] => all.split('\n').filter((each) => each.trim().startsWith('#'));
        expect(comments(once.bytes.toString())).toEqual(comments(text));
        expect(describeInstance({ effective: effectiveOf([once.bytes.toString()]), accountHome: null }).user).toBe(
          'opencode',
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('what cannot be done safely', () => {
  it.each<Partial<UnitRewriteRequest>>([
    { user: 'op en' },
    { user: 'a\nUser=root' },
    { group: '' },
    { newHome: '/home/o p' },
    { newHome: 'home' },
    { newDataDir: '/x/%h' },
    { binary: '/usr/bin/kimaki;' },
    { binary: '' },
    { umask: '2' },
    { moves: [{ from: '/root/a', to: '/home/"x' }] },
  ])('is refused: %j', (bad) => {
    const error = planUnitRewrite(parseUnit('[Service]\n'), { ...request, ...bad })._unsafeUnwrapErr();
    expect(error.code).toBe('INVALID_REWRITE_VALUE');
    expect(error.message).not.toContain('\n');
  });

  it('leaves a file alone in which a comment hides a directive', () => {
    const error = planUnitRewrite(parseUnit('[Service]\n# x\rUser=root\n'), request)._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: 'UNIT_NOT_EDITABLE', line: 2 });
  });
});
