import { SITE, UNIT_FILE } from './constants.js';
import type { Host } from './host.js';

/** One thing more that can be wrong with a host; each is a script run as root in it. */
const SCRIPTS = {
  /** A unit that was edited by hand: comments in between, a continued line, a lock port, no settings of today's installer. */
  'hard-unit': `install -m 0644 /opt/lab/kimaki-hard.service ${UNIT_FILE}
    systemctl daemon-reload
    systemctl restart kimaki`,
  /** The post-upgrade script runs as root whatever `User=` says. */
  'post-upgrade-as-root': `sed -i 's|^ExecStartPre=-\\?/opt/kimaki-config|ExecStartPre=+/opt/kimaki-config|' ${UNIT_FILE}
    systemctl daemon-reload`,
  /** The program has been upgraded since the script ran last, which brings back a skill: as anyone but root it now fails. */
  'upgrade-pending': `sed -i 's|0.26.0-lab|0.26.1-lab|' /usr/lib/node_modules/kimaki/package.json
    mkdir /usr/lib/node_modules/kimaki/skills/critique`,
  /** The dispatch command lies under the service user's closed home, as after flipping nothing but names. */
  'dispatch-under-home': `sed -i "s|'/root/.kimaki/bin/kimaki'|'/home/opencode/.kimaki/bin/kimaki'|" \
    ${SITE}/wp-content/mu-plugins/wp-coding-agents-channels.php`,
  /** The dispatch command is a program that does nothing, successfully. */
  'dispatch-to-nowhere': `sed -i -E "/BEGIN bridge:kimaki/,/END bridge:kimaki/ \
      s|'command' => '[^']*'|'command' => '/bin/true'|" \
    ${SITE}/wp-content/mu-plugins/wp-coding-agents-channels.php`,
} as const;

/** Names of the further breakages. */
export type Breakage = keyof typeof SCRIPTS;

/** Breaks a host further; rejects when nothing was changed by it. */
export async function breakHost(host: Host, breakage: Breakage): Promise<void> {
  const watched = `cat ${UNIT_FILE} ${SITE}/wp-content/mu-plugins/wp-coding-agents-channels.php \
    /usr/lib/node_modules/kimaki/package.json`;
  const before = await host.ok(watched);
  await host.ok(`set -e\n${SCRIPTS[breakage]}`);
  if (breakage === 'hard-unit') await host.serviceListens();
  if ((await host.ok(watched)) === before) throw new Error(`${breakage} changed nothing on ${host.name}`);
}
