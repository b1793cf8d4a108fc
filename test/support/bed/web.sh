#!/bin/bash
# shellcheck shell=bash
# First process of a web host: sshd, php-fpm and nginx for one app. Settings come from /opt/bed/web.env:
# APP_DIR, FPM_USER, PROCESS_CONTROL_TIMEOUT, BUSYBOX.
set -eu
. /opt/bed/system.sh
. /opt/bed/web.env

if ! id deploy > /dev/null 2>&1; then
  useradd -m -s /bin/sh deploy
  usermod -p '*' deploy # "!", a locked account, is refused by sshd
  [ "$FPM_USER" = deploy ] || usermod -aG deploy "$FPM_USER"
  chown deploy:deploy "$APP_DIR"
  install -d -o deploy -g deploy -m 700 /home/deploy/.ssh
  install -o deploy -g deploy -m 600 /opt/bed/authorized_keys /home/deploy/.ssh/authorized_keys
  rm -f /etc/ssh/ssh_host_*
  ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
  ssh-keygen -q -t ecdsa -N '' -f /etc/ssh/ssh_host_ecdsa_key
  # php-fpm's pid file has no newline at its end.
  printf '#!/bin/sh\nexec kill -USR2 "$(cat /run/php-fpm.pid)"\n' > /usr/local/sbin/fpm-reload
  chmod 755 /usr/local/sbin/fpm-reload
  echo 'deploy ALL=(root) NOPASSWD: /usr/local/sbin/fpm-reload ""' > /etc/sudoers.d/fpm-reload
  chmod 440 /etc/sudoers.d/fpm-reload
fi

cat > /etc/ssh/sshd_config <<X
Port 22
HostKey /etc/ssh/ssh_host_ed25519_key
HostKey /etc/ssh/ssh_host_ecdsa_key
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
AllowUsers deploy
MaxStartups 100
MaxSessions 100
LogLevel VERBOSE
Subsystem sftp internal-sftp
X

cat > /etc/php-fpm.conf <<X
[global]
pid = /run/php-fpm.pid
error_log = /var/log/php-fpm.log
process_control_timeout = $PROCESS_CONTROL_TIMEOUT
[www]
user = $FPM_USER
group = $FPM_USER
listen = /run/php-fpm.sock
listen.mode = 0666
pm = static
pm.max_children = 4
catch_workers_output = yes
php_admin_value[opcache.enable] = 1
php_admin_value[opcache.validate_timestamps] = 0
X

php_location() {
  cat <<X
    location $1 {
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $2\$fastcgi_script_name;
      fastcgi_param DOCUMENT_ROOT $2;
      fastcgi_read_timeout 60s;
      fastcgi_pass unix:/run/php-fpm.sock;
    }
X
}

server() {
  cat <<X
  server {
    listen $1;
    root "$APP_DIR/current/public";
    index index.php;
    location / { try_files \$uri /index.php?\$query_string; }
$(php_location "$2" "$3")
  }
X
}

{
  cat <<X
user $FPM_USER;
worker_processes 1;
pid /run/nginx.pid;
error_log /var/log/nginx-error.log warn;
events { worker_connections 1024; }
http {
  access_log /var/log/nginx-access.log;
  include /etc/nginx/mime.types;
X
  server 80 '~ \.php$' '$realpath_root'
  server 81 '~ \.php$' '$document_root'
  server 82 '= /index.php' '$realpath_root'
  echo '}'
} > /etc/nginx/nginx.conf

[ -z "$BUSYBOX" ] || [ -e /opt/bed/busybox.done ] || . /opt/bed/busybox.sh

mkdir -p /run/sshd
/usr/sbin/sshd -E /var/log/sshd.log
for fpm in /usr/sbin/php-fpm*; do "$fpm" -y /etc/php-fpm.conf; done
nginx
stay
