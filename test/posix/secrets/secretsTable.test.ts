import { describe, expect, it } from 'vitest';
import { redactSecrets } from '../../../src/posix/secrets/redactSecrets.js';

const X = 'Canary7-of.this';

/** Ways to give a secret away, as they stand in crontabs, units, logs and last words of programs. */
export const GIVEN_AWAY: readonly string[] = [
  `PASS=${X}`,
  `SSHPASS=${X} sshpass -e ssh h`,
  `SMTPPASS=${X}`,
  `JWT=${X}`,
  `SESSION_JWT=${X}`,
  `AUTH=${X}`,
  `REDISCLI_AUTH=${X}`,
  `COOKIE=${X}`,
  `GITHUB_PAT=${X}`,
  `DISCORD_WEBHOOK=${X}`,
  `SLACK_WEBHOOK_URL=${X}`,
  `dbPass: ${X}`,
  `MYSQL_PWD=${X}`,
  `PGPASSWORD=${X} pg_dump x`,
  `PASS=two ${X} words`,
  `PASS="two ${X} words"`,
  `export PASS='it'\\''s ${X}'`,
  `db_password = two ${X} words`,
  `mysql -uroot -p${X} wp`,
  `mysqldump --single-transaction -p'a ${X}' wp`,
  `mysql "-p${X}" wp`,
  `mysql --password=${X}`,
  `redis-cli -h r -a ${X} ping`,
  `sshpass -p ${X} ssh h`,
  `sshpass -p${X} ssh h`,
  `curl -s -u admin:${X} https://e.org`,
  `curl --user=admin:${X} https://e.org`,
  `curl -H 'Authorization: Bearer ${X}' https://e.org`,
  `curl -H "X-Api-Key: ${X}" https://e.org`,
  `curl -b session=${X} https://e.org`,
  `app --dsn root:${X}@tcp(db:3306)/wp`,
  `postgres://root:${X}@db/wp`,
  `postgres://root:a@${X}@db/wp`,
  `env PASS=${X} /usr/bin/app`,
  `StandardInputText=${X}`,
  `StandardInputData=${X}`,
  `SetCredential=bot:${X}`,
  `login failed: password ${X} for bot was refused`,
  `the token '${X}' is not valid`,
  `unzip -P ${X} a.zip`,
  `ldapsearch -x -w ${X}`,
  `{"auth":"${X}"}`,
];

/** What looks a little like it. */
export const HARMLESS: readonly string[] = [
  'PATH=/usr/bin:/bin',
  'COMPASS=north',
  'AUTHOR=somebody',
  'PATTERN=a.*',
  'BYPASS=1',
  'PWD=/srv/site',
  'SSH_AUTH_SOCK=/run/user/0/agent',
  'COOKIE_DOMAIN=example.org',
  'PassEnvironment=LANG',
  'java -XX:+CrashOnOutOfMemoryError -jar a.jar',
  'KeepAliveIntervalSec=30',
  '# with --set-credential= or LoadCredential= a service is given credentials',
  '# see SetCredential= in systemd.exec(5)',
  'mysql -P3306 -h db wp',
  'mysql -p wp',
  'curl -s https://example.org/a@b',
  'docker run -p 8080:80 app:1.2@sha256:abc',
  'git@github.com:org/repository.git',
  'npm i x@npm:package@1.0.0',
  'password required for bot',
  "SyntaxError: Unexpected token 'export'",
  'Invalid token provided',
  'Failed to determine user credentials: No such process',
  'mkdir -p /srv/site/wp-content && cp -a /x /y',
  'redis-cli -h r ping; tar -a -c x',
  'user@1000.service: Main process exited, code=exited',
  'PassSecurity=yes',
];

describe('the table of secrets', () => {
  it.each(GIVEN_AWAY)('hides the canary in %s', (text) => {
    const shown = redactSecrets(`before\n${text}\nafter`);
    expect(shown).not.toContain(X);
    expect(shown).toContain('[secret]');
    expect(shown.split('\n')).toHaveLength(3);
    expect(shown).toMatch(/^before\n[^]*\nafter$/);
  });

  it.each(HARMLESS)('leaves alone: %s', (text) => {
    expect(redactSecrets(text)).toBe(text);
  });

  it('keeps the number of every line behind a private key', () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${X}\n${X}\n-----END RSA PRIVATE KEY-----`;
    expect(redactSecrets(`a\n${key}\nb`)).toBe('a\n[secret]\n\n\n\nb');
    expect(redactSecrets(`a\n${X}\nline\nb`, [`${X}\nline`])).toBe('a\n[secret]\n\nb');
  });
});
