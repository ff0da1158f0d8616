import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootHost, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';

const lab = labAvailable();

describe.skipIf(!lab.ok)('a line that stays root’s, as systemd runs it', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
  });
  afterAll(() => host.down());

  it('gets the home of the account of User=, the environment files and the working directory, and systemd’s own expansions', async () => {
    const unit = `[Service]
Type=oneshot
User=opencode
WorkingDirectory=/var/www/site
Environment=A=one "B=two three" C=c
EnvironmentFile=/etc/plus.env
UnsetEnvironment=C
ExecStart=+/bin/sh -c 'echo "$$(id -u) $$HOME $$PWD $$A $\${C-none}"; for a; do echo "<$$a>"; done' sh $B \${B} x$A $$A %h
ExecStart=:+/bin/echo $A
`;
    await host.ok(
      `echo A=file > /etc/plus.env; cat > /etc/systemd/system/plus.service <<'EOF'\n${unit}EOF\nsystemctl daemon-reload`,
    );
    await host.ok('systemctl start plus');
    const said = await host.ok('journalctl -u plus -o cat _TRANSPORT=stdout');
    expect(said.split('\n')).toEqual([
      '0 /home/opencode /var/www/site file none',
      '<two>',
      '<three>',
      '<two three>',
      '<x$A>',
      '<$A>',
      '</root>',
      '$A',
    ]);
  });
});
