#!/bin/sh
# Install the system packages the full test suite can use. Without root or password-less sudo nothing is installed:
# the tests that need them skip with a reason and pytest counts them.
set -eu
packages=""
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages="$packages postgresql"
# A real ODBC driver manager, driver and server stand in for Tally's (tests/connectors/tally_odbc).
ls /usr/lib/*/libodbc.so.2 >/dev/null 2>&1 || packages="$packages unixodbc"
ls /usr/lib/*/odbc/libmaodbc.so >/dev/null 2>&1 || packages="$packages odbc-mariadb"
command -v mariadbd >/dev/null 2>&1 || [ -x /usr/sbin/mariadbd ] || packages="$packages mariadb-server-core"
# The drivers BUSY's databases are read by (tests/connectors/busy_db), and the reader they are measured beside.
ls /usr/lib/*/odbc/libmdbodbc.so >/dev/null 2>&1 || packages="$packages odbc-mdbtools"
ls /usr/lib/*/odbc/libtdsodbc.so >/dev/null 2>&1 || packages="$packages tdsodbc"
command -v mdb-export >/dev/null 2>&1 || packages="$packages mdbtools"
[ -n "$packages" ] || exit 0
if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else
  echo "Not installed (needs root):$packages; the tests that need them will skip."; exit 0
fi
command -v apt-get >/dev/null 2>&1 || { echo "No apt-get here; install by hand:$packages"; exit 0; }
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq >/dev/null && $as_root apt-get install -y -qq --no-install-recommends $packages >/dev/null ||
  echo "Could not install:$packages; the tests that need them will skip."
