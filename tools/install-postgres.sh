#!/usr/bin/env bash
# Tests of the register run on SQLite and on Debian's PostgreSQL. Install it where we may; otherwise
# say what is missing. No server is started here: tests start one of their own.
set -u
for initdb in /usr/lib/postgresql/*/bin/initdb; do
  [ -x "$initdb" ] && [ -n "$(ls /usr/share/postgresql/*/extension/postgis.control 2>/dev/null)" ] && exit 0
done
if command -v apt-get >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo"; else as_root="none"; fi
  if [ "$as_root" != none ]; then
    echo "Installing Debian's postgresql and PostGIS for the tests of the register …"
    $as_root apt-get update -qq
    postgis=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | sort -V | tail -n 1 | cut -d' ' -f1)
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends postgresql $postgis >/dev/null \
      && exit 0
  fi
fi
echo "PostgreSQL is missing: tests of the register on it are skipped. Install it with: apt-get install postgresql postgresql-15-postgis-3" >&2
exit 0
