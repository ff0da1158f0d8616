#!/bin/bash
# Runs once after provision.sh, for the `roadie` image: Roadie installed as root, as the installer's template has it, and the
# kimaki that it replaced disabled beside it.
set -euxo pipefail
lab=/opt/lab
site=/var/www/site
content=$site/wp-content

useradd -u 1000 -m -d /home/opencode -s /bin/bash -G www-data opencode
chmod 0750 /home/opencode
chmod 0700 /root

# The program: npm's layout in a prefix of the installer, readable for all.
prefix=/usr/local/lib/wp-coding-agents/roadie
install -d "$prefix/bin" "$prefix/lib/node_modules/@extrachill/roadie/bin"
echo '{ "name": "@extrachill/roadie", "version": "1.0.0-lab", "type": "module", "bin": { "roadie": "bin/roadie.js" } }' \
  > "$prefix/lib/node_modules/@extrachill/roadie/package.json"
install -m 0755 "$lab/roadie-double.mjs" "$prefix/lib/node_modules/@extrachill/roadie/bin/roadie.js"
ln -s ../lib/node_modules/@extrachill/roadie/bin/roadie.js "$prefix/bin/roadie"

# Its secrets and its configuration.
install -d -m 0755 /etc/wp-coding-agents /etc/wp-coding-agents/roadie
install -m 0600 /dev/null /etc/wp-coding-agents/roadie/bot-token
echo '@CANARY@' > /etc/wp-coding-agents/roadie/bot-token
install -m 0640 -g www-data /dev/null /etc/wp-coding-agents/roadie/send-token
echo 'send-@CANARY@' > /etc/wp-coding-agents/roadie/send-token
install -d -m 0755 /opt/roadie-config /opt/roadie-config/plugins /opt/roadie-config/roadie-plugins
echo 'prompt: lab' > /opt/roadie-config/prompt-config.yaml
echo 'export default {}' > /opt/roadie-config/roadie-plugins/host-upgrade.mjs

# What the agent keeps below its home.
mkdir -p /root/.roadie/projects/sandbox /root/.local/share/opencode/storage
install -d -m 0700 /root/.subrouter
install -m 0600 /dev/null /root/.subrouter/accounts.json
echo '{ "providers": {} }' > /root/.subrouter/accounts.json

# The way back to kimaki: its unit is disabled and does not run, its data stays.
mkdir -p /root/.kimaki
echo kept > /root/.kimaki/discord-sessions.db
cat > /etc/systemd/system/kimaki.service <<'UNIT'
[Unit]
Description=Kimaki Discord bot

[Service]
User=root
WorkingDirectory=/var/www/site
Environment=HOME=/root
ExecStart=/usr/bin/kimaki --data-dir /root/.kimaki --auto-restart
Restart=always

[Install]
WantedBy=multi-user.target
UNIT

install -m 0644 "$lab/roadie-channels.php" "$content/mu-plugins/wp-coding-agents-channels.php"
sudo -u www-data php -r '
  $_SERVER["HTTP_HOST"] = "127.0.0.1";
  require "/var/www/site/wp-load.php";
  $flows = get_option( "lab_dm_flows" );
  $flows[0]["channel"] = "roadie";
  update_option( "lab_dm_flows", $flows );'
chown -R root:root "$content/plugins/tiny"
(cd "$site" && wp --allow-root datamachine memory compose AGENTS.md)

install -m 0644 "$lab/roadie.service" /etc/systemd/system/
systemctl daemon-reload
systemctl enable --now roadie.service
for _ in $(seq 100); do
  curl -fs http://127.0.0.1:29988/health && break
  sleep 0.1
done
sqlite3 /root/.roadie/discord-sessions.db "PRAGMA busy_timeout=5000;
  INSERT INTO channel_directories VALUES ('1001', '/var/www/site'), ('1002', '/root/.roadie/projects/sandbox');"
