# SPDX-License-Identifier: GPL-2.0-only
#
# Root file systems of Debian 12 machines: made, changed by chroot, put on a disk,
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
	[[ ! -s ${3-} ]] || tail -n "${LINES_SHOWN:-25}" "$3" | sed 's/^/# /'
	failed=1
}

# try NAME COMMAND... - a result, from the command's status; its words go to $work/log
try() {
	local status=0
	"${@:2}" >"$work/log" 2>&1 || status=$?
	say "$status" "$1" "$work/log"
	return "$status"
}

# in_root ROOT COMMAND... - as root of that system, whose processes end with the command
in_root() {
	unshare --mount --pid --fork --kill-child --mount-proc="$1/proc" \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive chroot "$1" "${@:2}" </dev/null
}

# new_root ROOT - a fresh machine
new_root() {
	local base
	base=$(tests/install/base) || return
	rm -rf "$1"
	mkdir -p "$1"
	tar -x -C "$1" --numeric-owner -f "$base"
}

# give_job ROOT SCRIPT - what the guest is to run when it has booted: tests/install/guest/SCRIPT
give_job() {
	mkdir -p "$1/t"
	install -m 755 tests/install/guest/drive "$1/t/drive"
	install -m 755 "tests/install/guest/$2" "$1/t/job"
	install -m 644 tests/install/guest/*.bash tests/tap.awk "$1/t/"
	install -m 644 tests/install/guest/yagura-test.service "$1/etc/systemd/system/"
	in_root "$1" systemctl -q enable yagura-test.service
}

# boot ROOT SERIES SECONDS OUT - with the job that was given. Return: run-vm's status
boot() {
	mkdir -p "$4"
	rm -f "$4/root.img"
	mke2fs -q -F -t ext4 -L root -d "$1" "$4/root.img" 4G || return
	local status=0
	tests/vm/run-vm --kernel "$2" --timeout "$3" --out "$4" --root "$4/root.img" || status=$?
	rm -f "$4/root.img"
	return "$status"
}
