#!/bin/bash
# Runs once, as root inside the booted host that becomes the image: WordPress, installed and served, nothing broken yet.
set -euxo pipefail
lab=/opt/lab
site=/var/www/site
systemctl is-active mariadb nginx php8.2-fpm cron

mariadb -e "CREATE DATABASE wp; CREATE USER wp@localhost IDENTIFIED BY 'wp'; GRANT ALL ON wp.* TO wp@localhost;"
# Debian's WordPress is full of absolute links; a site as its owner would have unpacked it has none.
cp -aL /usr/share/wordpress "$site"
rm -f "$site/wp-config.php"
mkdir -p "$site"/wp-content/{mu-plugins,uploads,upgrade,plugins,languages}
chown -R www-data:www-data "$site"
install -m 0640 -o root -g www-data "$lab/wp-config.php" "$site/wp-config.php"
install -m 0644 -o www-data -g www-data "$lab/lab-datamachine.php" "$site/wp-content/mu-plugins/"
install -m 0755 "$lab/wp-double.php" /usr/local/bin/wp
sudo -u www-data php -r '
  define("WP_INSTALLING", true);
  $_SERVER["HTTP_HOST"] = $_SERVER["SERVER_NAME"] = "127.0.0.1";
  require "/var/www/site/wp-load.php";
  require ABSPATH . "wp-admin/includes/upgrade.php";
  wp_install("Lab", "admin", "admin@lab.invalid", false, "", "labpass");
  lab_dm_install();
  echo "WordPress $wp_version\n";'

# A plugin with a subdirectory, in two versions.
for version in 1.0.0 2.0.0; do
  build=$(mktemp -d)
  mkdir -p "$build/tiny/inc"
  printf '<?php\n/**\n * Plugin Name: Tiny\n * Version: %s\n */\nrequire __DIR__ . "/inc/a.php";\n' "$version" \
    > "$build/tiny/tiny.php"
  echo "<?php // $version" > "$build/tiny/inc/a.php"
  echo "$version" > "$build/tiny/readme.txt"
  (cd "$build" && zip -qr "$lab/tiny-$version.zip" tiny)
  rm -rf "$build"
done
sudo -u www-data unzip -q "$lab/tiny-1.0.0.zip" -d "$site/wp-content/plugins"

useradd --system --no-create-home --shell /usr/sbin/nologin visitor
systemctl daemon-reload
systemctl enable lab-visitors.timer
