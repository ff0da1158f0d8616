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
    ${SITE}/wp-content/mu-plugins/wp-coding-agents-channels.php
    echo 10 > /run/lab-arrives-in`,
  /** HOME is root's own, so that the whole state lies there. */
  'home-of-root': `sed -i 's|HOME=/home/opencode|HOME=/root|' ${UNIT_FILE}
    systemctl daemon-reload
    systemctl restart kimaki`,
  /** A drop-in sets the user and a lock port. */
  'user-in-drop-in': `mkdir -p ${UNIT_FILE}.d
    printf '[Service]\\nUser=root\\nGroup=root\\n' > ${UNIT_FILE}.d/10-user.conf
    sed -i '/^User=/d' ${UNIT_FILE}
    systemctl daemon-reload`,
  /** Nothing runs, and nothing will at the next boot. */
  stopped: 'systemctl disable --now kimaki datamachine-worker.timer',
  /** Managed mu-plugins of three owners, writable for their group, as the installer and its users leave them. */
  'managed-of-three': `cd ${SITE}/wp-content/mu-plugins
    chmod 0664 wp-coding-agents-*.php
    chown opencode:www-data wp-coding-agents-channels.php
    chown www-data:www-data wp-coding-agents-runtimes.php`,
  /** The installer has handed its configuration to the service user. */
  'configuration-of-the-agent': 'chown -R opencode:opencode /opt/kimaki-config',
  /** A profile of the installer below the site that only root reads. */
  'private-profile': `install -D -m 0600 /dev/null ${SITE}/.wp-coding-agents/profile.json`,
  /** A plugin that root installed, with the .htaccess that it comes with. */
  'plugin-with-htaccess': `echo 'Deny from all' > ${SITE}/wp-content/plugins/agent-notes/.htaccess`,
  /** The uploads directory of this month is root's. */
  'month-of-root': `install -d -o root -g root ${SITE}/wp-content/uploads/$(date +%Y)/$(date +%m)`,
  /** New uploads are open to the agent by a default ACL. */
  'acl-on-uploads': `setfacl -R -m u:opencode:rwX,d:u:opencode:rwX ${SITE}/wp-content/uploads/2024`,
  /** opencode's sessions lie in the new home already, and lead to the old data directory. */
  'sessions-in-new-home': `sqlite3 /home/opencode/.local/share/opencode/opencode.db "create table session (id text, directory text);
    insert into session values ('s1', '/root/.kimaki/projects/sandbox')"`,
  /** Every file of WordPress core is root's. */
  'core-of-root': `chown -R root:root ${SITE}/wp-admin ${SITE}/wp-includes`,
  /** The modes of what WordPress writes are computed, as hosters have it. */
  'computed-modes': `sed -i "2i define( 'FS_CHMOD_DIR', ( 0755 \\& ~ umask() ) );" ${SITE}/wp-config.php`,
  /** The same, to what is right under the umask that php-fpm will have. */
  'computed-right-modes': `sed -i "2i define( 'FS_CHMOD_DIR', ( 02777 \\& ~ umask() ) );" ${SITE}/wp-config.php`,
  'database-down': 'systemctl disable --now mariadb',
  /** A file that a deploy account owns. */
  'file-of-another': `install -o games -g games -m 0644 /dev/null ${SITE}/wp-content/plugins/tiny/deployed.php`,
  /** A plugin that is closed to everybody but its owner and group. */
  'closed-plugin': `install -d -o www-data -g www-data -m 0750 ${SITE}/wp-content/plugins/closed`,
  /** A file of a plugin that only root reads. */
  'private-in-plugin': `install -m 0600 /dev/null ${SITE}/wp-content/plugins/agent-notes/keys.php`,
  /** A link in a plugin that leads nowhere. */
  'lost-link': `ln -s /nowhere ${SITE}/wp-content/plugins/tiny/lost`,
  /** wp-config.php is closed to its group. */
  'closed-config': `chown www-data:www-data ${SITE}/wp-config.php
    chmod 0600 ${SITE}/wp-config.php`,
  /** A pool with which php-fpm would not start again. */
  'torn-pool': `printf '[torn]\\nuser = nosuchuser\\nlisten = /run/php/torn.sock\\npm = ondemand\\npm.max_children = 1\\n' \
    > /etc/php/8.2/fpm/pool.d/zz.conf`,
  /** php-fpm may not use sudo. */
  'php-without-sudo': `mkdir -p /etc/systemd/system/php8.2-fpm.service.d
    printf '[Service]\\nNoNewPrivileges=yes\\n' > /etc/systemd/system/php8.2-fpm.service.d/hardening.conf
    systemctl daemon-reload
    systemctl restart php8.2-fpm`,
  /** An environment file that wins over the unit. */
  'home-in-environment-file': `mkdir -p /etc/wp-coding-agents
    echo HOME=/root > /etc/wp-coding-agents/ai-gateway.env`,
  /** Somebody else has the port that the agent will take. */
  'port-taken': `systemd-run --quiet --unit=lab-outsider \
    /usr/bin/node -e "require('net').createServer().listen(29988, '127.0.0.1')"
    sleep 1`,
  /** The package was installed under umask 077. */
  'closed-package': 'chmod 0600 /usr/lib/node_modules/kimaki/package.json',
  /** A database of the state is damaged. */
  'torn-sessions': `sqlite3 /home/opencode/.local/share/opencode/opencode.db 'create table t (a)'
    printf torn | dd of=/home/opencode/.local/share/opencode/opencode.db bs=1 seek=100 conv=notrunc status=none`,
} as const;

/** Names of the further breakages. */
export type Breakage = keyof typeof SCRIPTS;

/** Breaks a host further; rejects when nothing was changed by it. */
export async function breakHost(host: Host, breakage: Breakage): Promise<void> {
  const watched = `cat ${UNIT_FILE} ${SITE}/wp-content/mu-plugins/wp-coding-agents-channels.php \
    /usr/lib/node_modules/kimaki/package.json
    find /etc /opt /usr/lib/node_modules /home ${SITE} -path ${SITE}/wp-content/uploads/agent -prune -o -printf '%p %m %u %g %l\\n'
    systemctl is-active kimaki mariadb lab-outsider || true`;
  const before = await host.ok(watched);
  await host.ok(`set -e\n${SCRIPTS[breakage]}`);
  if (breakage === 'hard-unit' || breakage === 'home-of-root') await host.serviceListens();
  if ((await host.ok(watched)) === before) throw new Error(`${breakage} changed nothing on ${host.name}`);
}

/** All names, in the order above. */
export const BREAKAGES = Object.keys(SCRIPTS) as readonly Breakage[];
