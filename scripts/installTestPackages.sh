#!/bin/sh
# Installs the Debian packages that the tests run, or those that are named, where they are missing. Says so before it
# does. Where it cannot (it takes root on Debian), the tests that need one are skipped.
set -eu
packages=${*:-systemd systemd-container mmdebstrap php-cli acl attr sudo strace sqlite3 git}
dpkg -s $packages >/dev/null 2>&1 && exit
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not installed, which takes root on Debian: some of $packages"
  exit
fi
echo "Installing with apt-get what is missing of: $packages"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
apt-get -qq -o DPkg::Lock::Timeout=600 update
apt-get -qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends $packages >/dev/null
