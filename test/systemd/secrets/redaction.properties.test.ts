// @module-tag systemd
// @module-tag slow
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageUnits, systemUnits } from '../../../scripts/unitCorpus.mjs';
import { diffUnit } from '../../../src/systemd/secrets/diffUnit.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { redactSecrets } from '../../../src/posix/secrets/redactSecrets.js';
import { redactUnitText } from '../../../src/systemd/secrets/redactUnitText.js';
import { verifyUnit } from '../../../src/systemd/host-edit/verifyUnit.js';
import { cases } from '../../support/campaign.js';

const characters = (text: string): fc.Arbitrary<string> => fc.constantFrom(...Array.from(text));
const BASE62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** What is a secret because of the name or the place it has. */
const token = fc.oneof(
  fc.string({ unit: characters(`${BASE62}-_.~`), minLength: 9, maxLength: 40 }),
  fc.string({ unit: characters(`${BASE62}%$!*&^#@:+/=?`), minLength: 9, maxLength: 40 }).map((text) => `a${text}`),
);

/** What is a secret by its look alone: drawn by lot, with some of everything in it. */
const random = fc
  .oneof(
    fc.array(fc.tuple(characters('ABCDEFGHIJKLM'), characters('nopqrstuvwxyz'), characters('0123456789')), {
      minLength: 7,
      maxLength: 14,
    }),
    fc.array(fc.tuple(characters('abcdef'), characters('0123456789'), characters('0123456789abcdef')), {
      minLength: 7,
      maxLength: 21,
    }),
  )
  .map((parts) => parts.flat().join(''));

type Shape = (secret: string) => string;

const escaped: Shape = (text) =>
  [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
const base64: Shape = (text) => Buffer.from(text).toString('base64');
const doubled: Shape = (text) => text.replaceAll('%', '%%');
const inUrl: Shape = (text) => encodeURIComponent(text).replaceAll('%', '%%');
/** The text in two halves, for a line that breaks inside it. */
const halves = (text: string): readonly [string, string] => [
  text.slice(0, text.length >> 1),
  text.slice(text.length >> 1),
];

/** Ways to write a secret into a unit file; the first halves and the second ones count as well. */
const NAMED: Readonly<Record<string, Shape>> = {
  'a plain variable': (t) => `Environment=MY_TOKEN=${doubled(t)}`,
  'quoted as a whole': (t) => `Environment="MY_TOKEN=${doubled(t)}"`,
  'in single quotes': (t) => `Environment='MY_TOKEN=${doubled(t)}'`,
  'quoted in part': (t) => `Environment=MY_"TOKEN"="${doubled(t)}"`,
  'one of several on a line': (t) => `Environment=A=1 MY_SECRET=${doubled(t)} "B=2 3"`,
  'on a line of its own in a long value': (t) => `Environment=A=1 \\\n# c\n  MY_SECRET=${doubled(t)} \\\n  B=2`,
  'an argument': (t) => `ExecStart=/bin/x --token ${t} --verbose`,
  'an argument behind an equals sign': (t) => `ExecStart=/bin/x --api-key=${t} -v`,
  'a quoted argument': (t) => `ExecStart=/bin/x "--password" '${t}'`,
  'an argument on the next line': (t) => `ExecStart=/bin/x --password \\\n  ${t} \\\n  -v`,
  'in a shell': (t) => `ExecStart=/bin/sh -c "export DB_PASSWORD=${t}; exec x"`,
  'a password in a URL': (t) => `Environment=DB=postgres://user:${inUrl(t)}@localhost/x`,
  'a user in a URL argument': (t) => `ExecStart=/usr/bin/git clone https://${inUrl(t)}@example.org/x.git`,
  escaped: (t) => `Environment=MY_TOKEN=${escaped(t)}`,
  'escaped and quoted, its name too': (t) => `Environment="MY_\\x54OKEN=${escaped(t)}"`,
  'in base64, beside itself': (t) =>
    `Environment=A_TOKEN=${t} AUTH=${base64(t)} HEADER=${base64(`user:${t}`)} MORE=${base64(`me:${t}:x`)}`,
  'without a name, before the line that names it': (t) =>
    `Environment=A=${escaped(t)} B=x${escaped(t)}y\nEnvironment=MY_TOKEN=${escaped(t)}`,
  'in a comment': (t) => `# MY_TOKEN=${t}`,
  'in a directive that is commented out': (t) => `#Environment="A=1" "MY_TOKEN=${t}"`,
  'in a comment as a sentence': (t) => `; the password: ${t}`,
  'as a line of an environment file': (t) => `MY_TOKEN=${t}`,
  'as a line of a shell script': (t) => `export MY_TOKEN=${t}`,
  'in a header': (t) => `ExecStart=/usr/bin/curl -H "Authorization: token ${t}" https://example.org`,
  'in a header without quotes': (t) => `ExecStart=/usr/bin/curl -H Authorization:\\x20${t} https://example.org`,
  'in a header of a proxy': (t) => `ExecStart=/usr/bin/curl --proxy-header 'Proxy-Authorization: ${t}'`,
  'in a header with a key': (t) => `ExecStart=/usr/bin/curl -H "X-Api-Key: ${t}"`,
  'a credential': (t) => `SetCredential=any:${doubled(t)}`,
  'an encrypted credential': (t) => `SetCredentialEncrypted=any: \\\n  ${base64(t)}`,
};

const SPLIT: Readonly<Record<string, (one: string, other: string) => string>> = {
  'inside a quoted variable': (one, other) => `Environment="MY_TOKEN=${one}\\\n${other}"`,
  'inside a variable': (one, other) => `Environment=A=1 MY_TOKEN=${one}\\\n${other} B=2`,
  'inside a variable, around a comment': (one, other) => `Environment=MY_TOKEN=${one}\\\n# c\n${other}`,
  'inside an argument': (one, other) => `ExecStart=/bin/x --token ${one}\\\r\n${other} -v`,
  'inside a comment': (one, other) => `#Environment="MY_TOKEN=${one}\\\n#  ${other}"`,
};

const BY_LOOK: Readonly<Record<string, Shape>> = {
  'a variable': (t) => `Environment=LICENSE=${t}`,
  quoted: (t) => `Environment="A=1" "LICENSE=${t} b"`,
  'an argument': (t) => `ExecStart=/bin/x ${t}`,
  'behind an equals sign': (t) => `ExecStart=/bin/x --id=${t}`,
  'a part of a URL': (t) => `Environment=HOOK=https://example.org/hooks/${t}/x?y=1`,
  'a query of a URL': (t) => `ExecStart=/bin/x https://example.org/?sig=${t}&x=1`,
  base64: (t) => `Environment=A=${base64(t)}`,
  escaped: (t) => `Environment=A=${escaped(t)}`,
  'in a comment': (t) => `# ${t}`,
  'in JSON': (t) => `Environment='A={"a":"${t}"}'`,
};

/** The unit in which a secret stands, before and after a change nearby and of the line itself. */
function shown(lines: string, isSplit = false): string {
  const unit = `[Unit]\nDescription=x\n[Service]\nUser=a\n${lines}\nGroup=b\n`;
  const other = unit.replace('User=a', 'User=c');
  return [
    redactUnitText(unit),
    redactUnitText(`${lines}\n${unit}`),
    diffUnit(unit, other, 'x'),
    diffUnit('', unit, 'x'),
    diffUnit(unit, '', 'x'),
    diffUnit(unit.replaceAll('=', ' = '), unit, 'x'),
    ...(isSplit ? [] : [redactSecrets(lines.replace(/\\\r?\n */g, ''))]),
  ].join('\n');
}

function absent(text: string, forms: readonly string[]): void {
  for (const form of forms) expect(text.includes(form), `${form}\nin ${text}`).toBe(false);
}

describe('a secret', () => {
  it.each(Object.entries(NAMED))('never shows: %s', (_, shape) => {
    fc.assert(
      fc.property(token, (secret) => {
        const unquoted = secret.replace(/[^\w.~%$!*^@:+/=?-]/g, 'x');
        absent(shown(shape(unquoted)), [unquoted, doubled(unquoted), escaped(unquoted), base64(unquoted).slice(0, -4)]);
      }),
      { numRuns: cases(8, 40) },
    );
  });

  it.each(Object.entries(SPLIT))('never shows, in halves either: %s', (_, shape) => {
    fc.assert(
      fc.property(
        token.map((text) => text.replace(/[^\w-]/g, 'x')).filter((text) => text.length >= 16),
        (secret) => absent(shown(shape(...halves(secret)), true), [secret, ...halves(secret)]),
      ),
      { numRuns: cases(8, 40) },
    );
  });

  it.each(Object.entries(BY_LOOK))('that looks drawn by lot never shows, without a name: %s', (_, shape) => {
    fc.assert(
      fc.property(random, (secret) =>
        absent(shown(shape(secret)), [secret, escaped(secret), base64(secret).slice(0, -4)]),
      ),
      { numRuns: cases(8, 40) },
    );
  });

  it('never shows in what systemd complains about', async () => {
    const ways = [
      ...Object.values(NAMED),
      (t: string) => `Environment="X_TOKEN=${t}" "junk ${t}"`,
      (t: string) => `UMask=${t}`,
    ];
    const secret = 'q8Rz4Lw0Tn6Yb2Kd5Mj1';
    const said = await Promise.all(
      ways.map(async (way) => {
        const unit = `[Service]\nExecStart=/bin/true "unbalanced\nEnvironment=MY_TOKEN=${secret}\n${way(secret)}\n`;
        return (await verifyUnit('x.service', Buffer.from(unit)))._unsafeUnwrap().complaints.join('\n');
      }),
    );
    expect(said.join('\n').length).toBeGreaterThan(1000);
    absent(said.join('\n'), [secret, escaped(secret), base64(secret).slice(0, -4)]);
  });
});

describe('what is no secret', () => {
  it('shows in every unit of this system and of the packages, but for a few lines', ({ skip }) => {
    const units = [...systemUnits(), ...packageUnits(() => undefined)];
    if (units.length < 200 && process.env.CI !== 'true') skip('the packages could not be fetched');
    const hidden = units.flatMap(({ path, bytes }) => {
      const lines = redactUnitText(bytes)
        .split('\n')
        .filter((line) => line.includes('[secret]'));
      return lines.map((line) => `${path.split('/').at(-1) ?? ''}: ${line}`);
    });
    const all = units.reduce((sum, { bytes }) => sum + parseUnit(bytes).assignments.length, 0);
    expect(all).toBeGreaterThan(3000);
    expect(hidden.length, hidden.join('\n')).toBeLessThanOrEqual(5);
  });

  it.each([
    'ExecStart=/usr/lib/node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/codex/codex --port 29988',
    'RequiresMountsFor=/var/lib/docker/overlay2/0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9/merged',
    'After=docker-0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9.scope',
    'ExecStart=/usr/bin/docker run app@sha256:0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9',
    'ExecStart=/sbin/mount UUID=0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9',
    'Environment=PATH=/root/.nvm/versions/node/v20a1b2c3d4e5f60718/bin:/usr/bin KIMAKI_DATA_DIR=/home/opencode/.kimaki',
    'SystemCallFilter=~@clock @cpu-emulation @debug @keyring @module @mount @obsolete @raw-io @reboot @swap',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_NET_BIND_SERVICE CAP_SYS_ADMIN',
    'Description=Kimaki, the Discord bot that drives opencode, for example.org',
  ])('shows: %s', (line) => {
    expect(redactUnitText(`[Service]\n${line}\n`)).toBe(`[Service]\n${line}\n`);
  });
});
