# shellcheck shell=bash
# Sourced by web.sh: a host on which BusyBox stands for the shell and the tools. What Debian's BusyBox has becomes a link to it,
# and what those packages bring besides is removed, so that a script sees what it would see on a BusyBox system.
busybox=/opt/bed/busybox
cp "$(command -v busybox)" $busybox
for package in coreutils findutils grep sed tar gzip diffutils procps hostname util-linux bsdutils mount cpio unzip mawk; do
  for file in $(dpkg -L $package 2> /dev/null); do
    case $file in
      /bin/* | /sbin/* | /usr/bin/* | /usr/sbin/*) echo "$file" ;;
    esac
  done
done > /opt/bed/replaced
for applet in $($busybox --list); do
  for dir in /usr/bin /usr/sbin; do
    if [ -e $dir/"$applet" ] || [ -L $dir/"$applet" ]; then echo "$dir/$applet"; fi
  done
done > /opt/bed/links
applets=$($busybox --list)
# shellcheck disable=SC2046 # a list of paths without blanks
$busybox rm -f $($busybox cat /opt/bed/replaced)
for link in $($busybox cat /opt/bed/links); do $busybox ln -sf $busybox "$link"; done
for applet in $applets; do
  case $applet in
    bash | ssh* | sudo | ip | php* | nginx | curl | git) ;;
    *) [ -e "/usr/bin/$applet" ] || [ -e "/usr/sbin/$applet" ] || $busybox ln -s $busybox "/usr/bin/$applet" ;;
  esac
done
$busybox ln -sf $busybox /usr/bin/sh
hash -r
: > /opt/bed/busybox.done
