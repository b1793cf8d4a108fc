#!/bin/bash
# shellcheck shell=bash
# First process of the database host: one MariaDB that answers on TCP. Root has no password on the local socket.
set -eu
. /opt/bed/system.sh
cat > /etc/mysql/bed.cnf <<X
[mariadbd]
user = mysql
datadir = /var/lib/mysql
socket = /run/mysqld/mysqld.sock
pid-file = /run/mysqld/mysqld.pid
bind-address = 0.0.0.0
skip-name-resolve
innodb-buffer-pool-size = 32M
innodb-log-file-size = 8M
innodb-flush-log-at-trx-commit = 2
max-connections = 200
log-error = /var/log/mariadb.log
X
install -d -o mysql -g mysql -m 755 /run/mysqld
mariadbd --defaults-file=/etc/mysql/bed.cnf &
for _ in $(seq 600); do
  if mariadb-admin --no-defaults --socket=/run/mysqld/mysqld.sock ping > /dev/null 2>&1; then stay; fi
  sleep 0.05
done
tail -n 20 /var/log/mariadb.log >&2
exit 1
