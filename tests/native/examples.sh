#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the example policies decide of a day's work, and of what they are there to stop.
set -u
cd "$(dirname "$0")/../.." || exit 2
B=$(realpath "${B:-build}")
number=0 failed=0 policy=''

# decide WANTED EVENT KEY=VALUE... - WANTED: "allowed", or "allowed", "ignored", "denied" or "would" and the rule
decide() {
	local wanted=$1 said rule
	shift
	number=$((number + 1))
	said=$("$B/yaguractl" policy explain --policy "docs/examples/$policy.yaml" "$@" 2>&1 | tail -n 1)
	rule=$(sed -n 's/.*rule "\(.*\)" decides.*/ \1/p' <<<"$said")
	case $said in
	"allowed, and recorded: no rule"*) rule=allowed ;;
	"allowed, and not recorded: no rule"*) rule=allowed ;;
	"allowed, and not recorded"*) rule=ignored$rule ;;
	*"would"*) rule=would$rule ;;
	"allowed"*) rule=allowed$rule ;;
	"denied"*) rule=denied$rule ;;
	*) rule=$said ;;
	esac
	if [[ $rule = "$wanted" ]]; then
		echo "ok $number - $policy: $* is $wanted"
	else
		echo "not ok $number - $policy: $* is $wanted"
		echo "# but: $said"
		failed=1
	fi
}

policy=web-server
nginx=(exe=/usr/sbin/nginx uid=33)
worker=("${nginx[@]}" label=from-web)
decide allowed accept "${nginx[@]}" family=inet port=443 cidr=192.0.2.1
decide allowed open-write "${worker[@]}" path=/var/log/nginx/access.log
decide allowed open-read "${worker[@]}" path=/var/www/html/index.html
decide allowed create "${worker[@]}" path=/var/lib/nginx/body/0000000001
decide allowed unlink "${worker[@]}" path=/var/lib/nginx/body/0000000001
decide allowed mmap-exec "${worker[@]}" path=/usr/lib/x86_64-linux-gnu/libnss_files.so.2
decide allowed chmod "${worker[@]}" path=/var/lib/nginx/body
decide allowed connect "${worker[@]}" family=unix unix=/run/php/php-fpm.sock
decide allowed connect "${worker[@]}" family=inet cidr=10.0.0.5 port=8080
decide "allowed web-may-run-helpers" exec exe=/usr/sbin/php-fpm8.2 uid=33 label=from-web path=/usr/sbin/sendmail
decide "allowed web-may-send-mail" exec "${worker[@]}" path=/usr/bin/dash argv=sh argv=-c "argv=/usr/sbin/sendmail -t -i"
decide "allowed web-may-run-helpers" exec exe=/usr/bin/dash uid=33 label=from-web path=/usr/bin/msmtp
decide "allowed deploy-may-run" exec exe=/bin/sh uid=0 path=/var/www/deploy/bin/unpack
decide allowed exec exe=/usr/lib/systemd/systemd uid=0 path=/usr/sbin/nginx
decide allowed exec exe=/bin/bash uid=1000 path=/usr/bin/ls
decide "denied web-runs-nothing-else" exec "${worker[@]}" path=/usr/bin/dash argv=sh argv=-c argv=id
decide "denied web-runs-nothing-else" exec "${worker[@]}" path=/tmp/x
decide "denied no-exec-from-scratch" exec exe=/bin/bash uid=1000 path=/tmp/x
decide "denied no-exec-from-scratch" exec exe=/bin/bash uid=1000 file=memfd
decide allowed exec exe=/bin/bash uid=0 path=/tmp/x
decide "denied web-makes-no-programs" chmod "${worker[@]}" path=/var/www/html/x file=to-executable
decide "denied web-leaves-settings-alone" create "${worker[@]}" path=/etc/cron.d/x
decide "denied web-reads-no-secrets" open-read "${worker[@]}" path=/etc/shadow
decide "allowed who-reads-credentials" open-read exe=/usr/sbin/sshd uid=0 path=/etc/shadow
decide "would web-writes-no-code" create "${worker[@]}" path=/var/www/html/shell.php
decide "would no-library-from-scratch" mmap-exec exe=/usr/bin/python3 uid=33 path=/tmp/x.so
decide "denied web-asks-no-metadata" connect "${worker[@]}" family=inet cidr=169.254.169.254 port=80

policy=database-host
postgres=(exe=/usr/lib/postgresql/15/bin/postgres uid=105)
decide allowed accept "${postgres[@]}" family=unix
decide "ignored database-at-work" open-write "${postgres[@]}" label=serves-clients path=/var/lib/postgresql/15/main/base/1/1259
decide "ignored database-at-work" unlink "${postgres[@]}" label=serves-clients path=/var/lib/postgresql/15/main/pg_wal/x
decide "ignored database-at-work" create exe=/usr/lib/postgresql/15/bin/initdb uid=105 path=/var/lib/postgresql/15/main/PG_VERSION
decide allowed open-read "${postgres[@]}" path=/var/lib/postgresql/15/main/PG_VERSION
decide allowed mmap-exec "${postgres[@]}" path=/usr/lib/postgresql/15/lib/llvmjit.so
decide allowed exec exe=/usr/bin/perl uid=105 path=/usr/lib/postgresql/15/bin/pg_ctl
decide allowed connect "${postgres[@]}" family=inet cidr=10.1.2.3 port=5432
decide allowed connect "${postgres[@]}" family=unix unix=/run/systemd/journal/socket
decide allowed create exe=/bin/bash uid=105 path=/var/lib/postgresql/.bash_history
decide allowed create exe=/usr/bin/tar uid=0 path=/var/lib/mysql/ibdata1
decide "denied only-the-database-writes-data" open-write exe=/usr/bin/vi uid=1000 path=/var/lib/mysql/ibdata1
decide "denied only-the-database-writes-data" chmod exe=/usr/bin/chmod uid=105 path=/var/lib/postgresql/15/main/pg_hba.conf
decide "allowed who-else-reads-data" open-read exe=/usr/bin/tar uid=0 path=/var/lib/mysql/ibdata1
decide "denied database-starts-no-shell" exec "${postgres[@]}" label=serves-clients path=/bin/dash
decide "denied database-runs-nothing-it-wrote" mmap-exec exe=/usr/sbin/mariadbd uid=110 path=/var/lib/mysql/plugin/x.so
decide "would database-stays-at-home" connect "${postgres[@]}" family=inet cidr=203.0.113.9 port=443

policy=build-machine
cc=(exe=/usr/lib/gcc/x86_64-linux-gnu/12/cc1 uid=1000)
decide "ignored build-tree-is-noise" create "${cc[@]}" path=/build/x.o
decide "ignored build-tree-is-noise" rename "${cc[@]}" path=/home/joe/.cache/a path=/home/joe/.cache/b
decide allowed open-write "${cc[@]}" path=/tmp/cc1x.s
decide allowed mmap-exec "${cc[@]}" path=/usr/lib/x86_64-linux-gnu/libc.so.6
decide allowed exec exe=/usr/bin/make uid=1000 path=/usr/bin/gcc
decide allowed connect exe=/usr/bin/git uid=1000 family=inet cidr=192.0.2.1 port=443
decide "allowed packages-are-installed" create exe=/usr/bin/dpkg uid=0 path=/usr/bin/new.dpkg-new
decide "allowed packages-are-installed" create exe=/bin/sh ancestor=/usr/bin/dpkg uid=33 path=/etc/x
decide allowed open-write exe=/usr/bin/vi uid=0 path=/etc/hosts
decide "denied system-files-are-not-written" open-write "${cc[@]}" path=/usr/include/stdio.h
decide "denied compilers-do-not-connect" connect "${cc[@]}" family=inet cidr=192.0.2.1 port=443
decide "denied nothing-fetched-is-run" exec exe=/bin/sh ancestor=/usr/bin/make uid=1000 path=/tmp/fetched
decide "allowed tools-run-from-scratch" exec exe=/usr/bin/go uid=1000 path=/tmp/go-build123/b001/exe/x.test
decide allowed exec exe=/usr/bin/apt-get uid=0 path=/tmp/installer
decide "allowed keys-are-not-the-builds" open-read exe=/bin/sh ancestor=/usr/bin/make uid=1000 path=/home/joe/.ssh/id_ed25519

policy=container-host
inside=(process=container process=pid-ns process=mnt-ns uid=0)
decide allowed exec "${inside[@]}" exe=/usr/bin/runc path=/usr/sbin/nginx
decide allowed open-write "${inside[@]}" exe=/usr/sbin/nginx path=/var/log/nginx/access.log
decide allowed open-write "${inside[@]}" exe=/bin/sh path=/proc/self/oom_score_adj
decide allowed connect "${inside[@]}" exe=/usr/bin/curl family=inet cidr=10.0.0.9 port=443
decide allowed open-write "${inside[@]}" exe=/usr/bin/runc path=/proc/sys/kernel/msgmax
decide allowed mmap-exec exe=/usr/bin/containerd-shim-runc-v2 uid=0 path=/usr/bin/runc
decide allowed connect exe=/usr/bin/docker uid=0 family=unix unix=/run/docker.sock
decide allowed rename exe=/usr/bin/dpkg uid=0 path=/usr/bin/runc.dpkg-new path=/usr/bin/runc
decide "denied no-escape-through-the-kernel" open-write "${inside[@]}" exe=/bin/sh path=/proc/sys/kernel/core_pattern
decide "denied no-escape-through-the-kernel" open-write "${inside[@]}" exe=/bin/sh path=/tmp/cgrp/release_agent
decide "denied no-escape-through-the-kernel" open-write "${inside[@]}" exe=/bin/dd path=/dev/sda1
decide allowed open-write exe=/usr/lib/systemd/systemd-sysctl uid=0 path=/proc/sys/kernel/core_pattern
decide "denied no-modules-from-containers" exec "${inside[@]}" exe=/bin/sh path=/sbin/insmod
decide "denied no-runtime-socket-in-containers" connect "${inside[@]}" exe=/usr/bin/curl family=unix unix=/var/run/docker.sock
decide "denied runtime-is-only-replaced-by-packages" open-write exe=/bin/cp uid=0 path=/usr/bin/runc
decide "allowed runtime-is-not-replaced-from-within" open-write "${inside[@]}" exe=/bin/sh path=/usr/bin/runc
decide "would no-packet-sockets-in-containers" socket-create "${inside[@]}" exe=/usr/bin/tcpdump family=packet type=raw
decide "allowed program-from-memory" exec "${inside[@]}" exe=/bin/sh file=memfd

policy=hardening
decide allowed exec exe=/bin/bash uid=1000 path=/usr/bin/ls
decide allowed open-write exe=/usr/bin/vi uid=1000 path=/home/joe/notes
decide "allowed packages-change-the-system" create exe=/usr/bin/dpkg uid=0 path=/etc/systemd/system/x.service
decide "allowed accounts-are-changed" rename exe=/usr/bin/passwd uid=0 path=/etc/nshadow path=/etc/shadow
decide allowed unlink exe=/usr/sbin/logrotate uid=0 path=/var/log/syslog.7.gz
decide allowed unlink exe=/usr/bin/gzip ancestor=/usr/sbin/logrotate uid=0 path=/var/log/syslog.1
decide allowed unlink exe=/usr/bin/rm uid=0 label=rotates-logs path=/var/log/dmesg.4.gz
decide "would logs-are-kept" unlink exe=/usr/bin/rm uid=0 path=/var/log/dmesg.4.gz
decide "allowed accounts-are-changed" rename exe=/usr/sbin/newusers uid=0 path=/etc/passwd+ path=/etc/passwd
decide "allowed accounts-are-changed" open-write exe=/usr/sbin/chgpasswd uid=0 path=/etc/gshadow
decide allowed create exe=/usr/sbin/rsyslogd uid=0 path=/var/log/syslog
decide allowed socket-create exe=/usr/bin/curl uid=1000 family=inet type=stream protocol=tcp
decide "allowed packets-are-read" socket-create exe=/usr/bin/ping uid=1000 family=inet type=raw protocol=icmp
decide "allowed keys-that-let-in" open-write exe=/usr/bin/vi uid=1000 path=/home/joe/.ssh/authorized_keys
decide "allowed something-starts-by-itself" create exe=/usr/bin/vi uid=0 path=/etc/cron.d/x
decide "denied no-exec-from-scratch" exec exe=/bin/bash uid=1000 path=/dev/shm/x
decide "allowed root-from-scratch" exec exe=/bin/bash uid=0 path=/tmp/installer
decide "denied no-setuid-from-scratch" exec exe=/bin/bash uid=0 path=/home/joe/x file=setuid
decide "denied no-new-setuid" chmod exe=/usr/bin/chmod uid=1000 path=/home/joe/x file=to-setid
decide "would accounts-are-changed-by-something-else" open-write exe=/usr/bin/vi uid=0 path=/etc/sudoers
decide "would logs-are-kept" truncate exe=/usr/bin/truncate uid=0 path=/var/log/auth.log
decide "denied no-rare-protocols" socket-create exe=/usr/bin/x uid=1000 family=inet type=stream protocol=sctp

echo "1..$number"
exit $failed
