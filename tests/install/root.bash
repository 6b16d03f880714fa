# SPDX-License-Identifier: GPL-2.0-only
#
# Root file systems of Debian machines: made, changed by chroot, put on a disk,
# booted. Source it; it changes to the root of the tree. Needs root.
#
# What costs much under emulation (compiling, apt) is done in the chroot, by the same
# hooks that would do it on the machine; what needs the machine's kernel, in a guest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/setup/env.sh
export B=${B:-build}
number=0 failed=0
version=$(sed -n 's/^PACKAGE_VERSION="\([^"]*\)"/\1/p' dkms.conf)

if [[ $(id -u) != 0 ]]; then
	echo "${0##*/}: must be root, for chroot" >&2
	exit 1
fi

# say STATUS NAME [LOG] - a result, and what the log says last if it is a bad one
say() {
	number=$((number + 1))
	if [[ $1 = 0 ]]; then
		echo "ok $number - $2"
		return
	fi
	echo "not ok $number - $2"
	[[ ! -s ${3-} ]] || tail -n 25 "$3" | sed 's/^/# /'
	failed=1
}

# try NAME COMMAND... - a result, from the command's status; its words go to $work/log
try() {
	local status=0
	"${@:2}" >"$work/log" 2>&1 || status=$?
	say "$status" "$1" "$work/log"
	return "$status"
}

# in_root COMMAND... - as root of that machine, without its kernel; what it starts ends with it
in_root() {
	unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive chroot "$root" "$@" </dev/null
}

# new_root [RELEASE] - a fresh machine, of Debian 12 if no other is named
new_root() {
	local base
	base=$(tests/install/base "$@") || return
	rm -rf "$root"
	mkdir -p "$root"
	tar -x -C "$root" --numeric-owner -f "$base"
}

# give_job SCRIPT - what the guest is to run when it has booted: tests/install/guest/SCRIPT
give_job() {
	mkdir -p "$root/t"
	install -m 755 tests/install/guest/drive "$root/t/drive"
	install -m 755 "tests/install/guest/$1" "$root/t/job"
	install -m 644 tests/install/guest/*.bash tests/tap.awk "$root/t/"
	install -m 644 tests/install/guest/yagura-test.service "$root/etc/systemd/system/"
	in_root systemctl -q enable yagura-test.service
}

# guest SERIES SCRIPT [OPTION...] - a result: boots $root, undoes what happens there. What it says
# comes out as comments; console, journal and the rest are in $work/SCRIPT. OPTIONs are run-vm's.
guest() {
	local out=$work/$2 status=0
	mkdir -p "$out"
	give_job "$2"
	truncate -s 4G "$out/root.img"
	mke2fs -q -F -t ext4 -d "$root" "$out/root.img"
	tests/vm/run-vm --kernel "$1" --timeout 900 --out "$out" --root "$out/root.img" "${@:3}" >"$work/log" 2>&1 ||
		status=$?
	rm -f "$out/root.img"
	# Not its frame: it is a part of this one.
	sed -n '/^# run: /d; s/^\(not \)\?ok/# &/; s/^run-vm/# &/; /^# /p' "$work/log"
	say "$status" "the guest on $1: $2"
}
