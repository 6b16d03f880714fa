#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `make install` puts everything where its prefix says, `make uninstall` takes it away.
set -euo pipefail
cd "$(dirname "$0")/../.."

root=$(mktemp -d "${TMPDIR:-/tmp}/yagura-install.XXXXXX")
trap 'rm -rf "$root"' EXIT
number=0 failed=0
check() {
	number=$((number + 1))
	if "${@:2}"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		failed=1
	fi
}

executable() { [[ -f $root/$1 && -x $root/$1 ]]; }
contains() { grep -q "$2" "$root/$1"; }
nothing_left() { [[ -z $(find "$root" ! -type d) ]] || { find "$root" ! -type d | sed 's/^/# /'; return 1; }; }
same_version() {
	local version
	version=$(sed -n 's/^#define YGR_VERSION "\(.*\)"/\1/p' include/ygr_version.h)
	[[ $("$@") == *"$version"* ]]
}

echo "1..22"
mkdir -p "$root/opt/y/lib/modules-load.d"
touch "$root/opt/y/lib/modules-load.d/yagura.conf"
check "install succeeds" make -s install DESTDIR="$root" prefix=/opt/y
check "yagurad is installed" executable opt/y/sbin/yagurad
check "yaguractl is installed" executable opt/y/sbin/yaguractl
check "yagura-recv is installed" executable opt/y/bin/yagura-recv
check "yagurad knows its version" same_version "$root/opt/y/sbin/yagurad" --version
check "yaguractl knows its version" same_version "$root/opt/y/sbin/yaguractl" version
check "the unit starts the installed yagurad" \
	contains opt/y/lib/systemd/system/yagurad.service '^ExecStart=/opt/y/sbin/yagurad'
check "the policy's unit runs the installed yaguractl" \
	contains opt/y/lib/systemd/system/yagura-policy.service '^ExecStart=/opt/y/sbin/yaguractl policy apply$'
check "and so does that of before services start" \
	contains opt/y/lib/systemd/system/yagura-policy-early.service '^ExecStart=-/opt/y/sbin/yaguractl policy apply$'
check "examples are installed, folders included" \
	contains opt/y/share/doc/yagura/examples/ansible/roles/yagura/tasks/main.yaml 'yaguractl'
check "yagura-boot is installed" executable opt/y/sbin/yagura-boot
check "the module's unit runs it" \
	contains opt/y/lib/systemd/system/yagura-module.service '^ExecStart=/opt/y/sbin/yagura-boot begin$'
check "and so does that of a boot that has settled" \
	contains opt/y/lib/systemd/system/yagura-boot-done.service '^ExecStop=/opt/y/sbin/yagura-boot done$'
check "the module is loaded at boot by nothing else" test ! -e "$root/opt/y/lib/modules-load.d/yagura.conf"
check "the sender's user is to be made" contains opt/y/lib/sysusers.d/yagurad.conf '^u _yagura '
check "manual pages are installed, each in its section" \
	test "$(cd "$root/opt/y/share/man" && find . -type f | sort | xargs)" = \
	"./man4/yagura.4 ./man5/yagura-policy.5 ./man5/yagurad.yaml.5 ./man8/yagura-boot.8 ./man8/yagura-recv.8 ./man8/yagura-upgrade.8 ./man8/yaguractl.8 ./man8/yagurad.8"
check "the completion completes yaguractl" \
	contains opt/y/share/bash-completion/completions/yaguractl '^complete .*yaguractl'
check "the policy's schema is installed" \
	contains opt/y/share/doc/yagura/policy.schema.json '"title": "A policy of Yagura'
check "the DKMS source is whole" \
	test -f "$root"/usr/src/yagura-*/dkms.conf -a -f "$root"/usr/src/yagura-*/kmod/main.c
make -s uninstall DESTDIR="$root" prefix=/opt/y
check "uninstall leaves nothing" nothing_left

make -s install DESTDIR="$root" prefix=/opt/y sbindir=/opt/y/bin
check "sbindir is where the units start them" eval \
	'executable opt/y/bin/yagurad && contains opt/y/lib/systemd/system/yagurad.service "^ExecStart=/opt/y/bin/yagurad"'
make -s uninstall DESTDIR="$root" prefix=/opt/y sbindir=/opt/y/bin
check "and uninstall leaves nothing there" nothing_left
exit $failed
