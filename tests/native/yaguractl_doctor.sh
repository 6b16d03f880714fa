#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# yaguractl doctor on a small tree in place of a machine: whole, there is no finding; broken, the finding
# and what mends it. Then rubbish in place of its files.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/native/result.bash
B=$(realpath "${B:-build}")
ctl=$B/yaguractl
work=$(mktemp -d)
tree=$work/tree
release=6.1.0-99-amd64
modules=lib/modules/$release
ulimit -c 0

trap 'chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT

# put FILE TEXT - below the tree, with its directories
put() {
	mkdir -p "$tree/$(dirname "$1")"
	printf '%s\n' "$2" >"$tree/$1"
}

# status JSON - what the device would say
status() { printf '%s' "$1" >"$work/status.json"; }

good_status='{"hooks": [{"symbol": "security_file_open", "state": "attached", "error": 0}],
	"rings": [{"cpu": 0, "data_bytes": 1048576}],
	"policy": {"generation": 3, "name": "web", "rules": 1, "enforce": 1, "locked": true},
	"classes": {"file": {"produced": 10, "dropped": 0}}}'
good_sender='{"pid": 5, "outputs": [{"name": "far", "up": true, "links": 1}]}'
good_reader='{"pid": 4, "sandbox": {"no_network": true, "few_capabilities": true, "seccomp": true},
	"spool": {"used_bytes": 0, "limit_bytes": 1000, "waiting_for": ""}}'
good_settings='version: 1
spool: { limit: 4MiB, segment: 1MiB }
outputs:
- { name: far, type: yagura, host: collector.example.net, port: 7514 }'

# A machine on which all is well.
make_tree() {
	rm -rf "$tree"
	put proc/sys/kernel/osrelease $release
	put proc/sys/kernel/ftrace_enabled 1
	put proc/sys/kernel/io_uring_disabled 0
	put proc/cmdline "ro quiet"
	put proc/meminfo "MemTotal:        1000000 kB"
	put proc/4/stat 4
	put proc/5/stat 5
	put sys/module/module/parameters/sig_enforce N
	put sys/module/yagura/parameters/disable N
	put sys/module/yagura/parameters/observe_only N
	put sys/module/yagura/parameters/ring_kib 1024
	put sys/devices/system/cpu/possible 0-1
	put sys/kernel/security/lockdown "[none] integrity confidentiality"
	put sys/kernel/tracing/enabled_functions "security_file_open (1) R I     	tramp: 0x1 (yagura)"
	put boot/config-$release "CONFIG_MODULES=y
CONFIG_KPROBES=y
CONFIG_SECURITY=y
CONFIG_DYNAMIC_FTRACE=y
CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y"
	put $modules/updates/dkms/yagura.ko "module"
	put usr/src/linux-headers-$release/Makefile all:
	ln -s /usr/src/linux-headers-$release "$tree/$modules/build"
	put usr/src/yagura-0.1.0/dkms.conf x
	put etc/yagura/yagurad.yaml "$good_settings"
	put run/yagura/reader.json "$good_reader"
	put run/yagura/sender.json "$good_sender"
	put run/yagura-boot "unfinished=0
parameter="
	put var/lib/yagura/boot 1
	mkdir -p "$tree/var/lib/yagura/spool"
	status "$good_status"
}

doctor() { timeout 20 "$ctl" doctor --sysroot "$tree" --status "$work/status.json" "$@" 2>&1 </dev/null; }

# finding ID - each of these as "SEVERITY what (evidence)", and what mends it
finding() { grep -A 1 "^[a-z]* *$1: " <<<"$2" | grep -v '^--$' | grep "^[a-z]* *$1: \|^         mend:"; }

# provoked ID SEVERITY STATUS WORDS MEND - the tree is broken: it is found. Of the whole tree, well() says that
# nothing is.
provoked() {
	local got code
	got=$(doctor)
	code=$?
	got=$(finding "$1" "$got")
	[[ $got = "$2 "*"$4"*"mend: "*"$5"* || ( -z $5 && $got = "$2 "*"$4"* && $got != *mend:* ) ]] && got=found
	result "$1: $4" "$got" found
	result "$1: $4: exit status" "$code" "$3"
	make_tree
}

well() {
	make_tree
	doctor >"$work/out"
	result "a good machine: exit status" "$?" 0
	result "a good machine" "$(tail -n +2 "$work/out")" \
		"23 checks: 0 errors, 0 warnings, 0 notes; 2 could not be made here"
	result "a good machine: no finding in JSON" "$(doctor --json)" "[]"
	result "--all names every check that was made" "$(doctor --all | grep -c '^ok ')" 22
	result "an absolute link stays in the tree" "$(doctor --all | grep -c 'ok .*headers of this kernel are here')" 1
}

kernel() {
	put proc/sys/kernel/osrelease 6.3.7
	mkdir -p "$tree/lib/modules/6.3.7"
	cp -a "$tree/$modules/." "$tree/lib/modules/6.3.7"
	provoked kernel-series warning 1 "series 6.3 has not been tested" "apt-get install linux-image-amd64"
	sed -i /KPROBES/d "$tree/boot/config-$release"
	provoked kernel-config error 3 CONFIG_KPROBES "boot that kernel"
	put proc/sys/kernel/ftrace_enabled 0
	provoked ftrace error 3 "ftrace is off" "sysctl -w kernel.ftrace_enabled=1 && yagura-upgrade"
	put proc/sys/kernel/io_uring_disabled 2
	provoked io-uring note 0 "the daemon uses epoll" ""
	mkdir -p "$tree/sys/kernel/livepatch/kp/vmlinux/do_exit,1"
	provoked livepatch note 0 "/sys/kernel/livepatch/kp" ""
	mkdir -p "$tree/sys/kernel/livepatch/kp/vmlinux/security_file_open,1"
	provoked livepatch warning 1 "kp: security_file_open" "echo 0 > /sys/kernel/livepatch/kp/enabled"
}

# With a module that DKMS has signed and compressed, which is not loaded.
secure_boot() {
	put sys/module/module/parameters/sig_enforce Y
	mv "$tree/$modules/updates/dkms/yagura.ko" "$tree/$modules/updates/dkms/yagura.ko.xz"
	put var/lib/dkms/mok.pub "the key"
	put sys/firmware/efi/mok-variables/MokListRT "$1"
	rm -r "$tree/sys/module/yagura"
}

enrolment() {
	secure_boot "the keys of others"
	provoked signature warning 3 "does not know DKMS's key" "mokutil --import /var/lib/dkms/mok.pub, reboot"
	secure_boot "the keys of others"
	put sys/firmware/efi/efivars/MokNew-605dab50-e046-4300-abb6-3dd810dd8b23 x
	provoked signature warning 3 "waits to be confirmed" "reboot, and confirm at the console (Enroll MOK)"
	secure_boot "others, the key
and more"
	provoked signature warning 3 "yagura.ko.xz is compressed or unreadable and not loaded" "dkms install --force yagura/0.1.0 -k $release; modprobe yagura"
	secure_boot "others, the key
and more"
	put sys/module/yagura/taint O
	result "signature: of a compressed module, the kernel knows it" "$(finding signature "$(doctor)")" ""
	put sys/module/yagura/taint OE
	provoked signature note 0 "compressed" "modinfo -k $release -F signer yagura"
}

module() {
	rm -r "$tree/usr/src/linux-headers-$release"
	provoked headers note 0 "cannot build the module again" "apt-get install linux-headers-$release"
	rm -r "$tree/$modules/updates" "$tree/sys/module/yagura"
	provoked module error 3 "no yagura.ko below /lib/modules/$release" "dkms install yagura/0.1.0 -k $release"
	rm -r "$tree/$modules/updates" "$tree/usr/src/yagura-0.1.0"
	provoked module warning 1 "the next boot is without it" "apt-get install yagura-dkms"
	rm -r "$tree/sys/module/yagura"
	provoked module error 3 "not loaded" "modprobe yagura"
	put proc/cmdline "ro yagura.disable=1"
	provoked disabled error 3 yagura.disable=1 update-grub
	put sys/module/yagura/parameters/disable Y
	provoked disabled error 3 "is Y" yagura-upgrade
	put sys/module/yagura/parameters/observe_only Y
	provoked disabled error 3 "observe_only is Y" "take observe_only=1 from where"
	put proc/cmdline "ro yagura.observe_only=1"
	provoked disabled error 3 yagura.observe_only=1 update-grub
	put sys/kernel/security/lockdown "none [integrity] confidentiality"
	provoked signature error 3 "lockdown is integrity" \
		"dkms install --force yagura/0.1.0 -k $release; mokutil --import /var/lib/dkms/mok.pub"
	put sys/module/module/parameters/sig_enforce Y
	provoked signature error 3 "sig_enforce is Y" "mokutil --import /var/lib/dkms/mok.pub"
	put sys/module/module/parameters/sig_enforce Y
	mv "$tree/$modules/updates/dkms/yagura.ko" "$tree/$modules/updates/dkms/yagura.ko.xz"
	provoked signature note 0 "compressed" "modinfo -k $release -F signer yagura"
	put sys/module/module/parameters/sig_enforce Y
	printf '~Module signature appended~\n' >>"$tree/$modules/updates/dkms/yagura.ko"
	result "signature: a signed module that is loaded" "$(finding signature "$(doctor)")" ""
	rm -r "$tree/sys/module/yagura"
	provoked signature warning 3 "signed and not loaded" "mokutil --import"
	enrolment
	mkdir -p "$tree/$modules/extra/deep/down"
	mv "$tree/$modules/updates/dkms/yagura.ko" "$tree/$modules/extra/deep/down/"
	result "module: wherever it lies" "$(finding module "$(doctor)")" ""
	make_tree
}

# tripped NUMBER PARAMETER - so many boots did not settle, and the module was given it
tripped() {
	put run/yagura-boot "unfinished=$1
parameter=$2"
	put var/lib/yagura/boot $(($1 + 1))
	put "sys/module/yagura/parameters/$2" Y
}

boot() {
	tripped 2 observe_only
	result "boot: not told twice" "$(finding disabled "$(doctor)")" ""
	provoked boot error 3 \
		"nothing is denied (2 unfinished boots in /run/yagura-boot; /sys/module/yagura/parameters/observe_only is Y)" \
		"see to what journalctl -b -1 ends with; then: yagura-boot reset && yagura-upgrade"
	tripped 4 disable
	provoked boot error 3 \
		"nothing is seen (4 unfinished boots in /run/yagura-boot; /sys/module/yagura/parameters/disable is Y)" \
		"yagura-boot reset && yagura-upgrade"
	tripped 2 observe_only
	put sys/module/yagura/parameters/observe_only N
	result "boot: a module that was loaded anew" "$(finding boot "$(doctor)")" ""
	make_tree
	rm "$tree/run/yagura-boot"
	put var/lib/yagura/boot 2
	provoked boot warning 1 "at the next one nothing is denied (/var/lib/yagura/boot is 2)" "yagura-boot --root DIR reset"
}

sensor() {
	status "${good_status/attached/busy: somebody else redirects it}"
	put sys/kernel/tracing/enabled_functions "security_file_open (1) R I     	tramp: 0x1 (klp)"
	provoked redirectors warning 3 "tramp: 0x1 (klp)" yagura-upgrade
	put sys/kernel/tracing/enabled_functions "security_file_open (2) R I D   	tramp: 0x1 (yagura)"
	provoked redirectors note 0 "1 hooked functions are traced" "bpftool link"
	status "${good_status/\"hooks\": [/\"hooks\": [{\"symbol\": \"b\", \"state\": \"busy: x\", \"error\": -16\},}"
	provoked hooks warning 1 "busy: x (Device or resource busy)" "grep b /sys/kernel/tracing/enabled_functions"
	status "${good_status/attached/stopped}"
	provoked hooks error 3 "let go of its hooks" yagura-upgrade
	put proc/meminfo "MemTotal: 10240 kB"
	provoked rings warning 1 "1024 KiB of 10240 KiB" ring_kib=512
	put proc/meminfo "MemTotal: 2048 kB"
	provoked rings error 3 "1024 KiB of 2048 KiB" ring_kib=64
	put proc/meminfo "MemTotal: 10240 kB"
	status '{}'
	provoked rings warning 1 "2 rings, together 2048 KiB" ring_kib=256
	status "${good_status/\"dropped\": 0/\"dropped\": 4}"
	provoked drops warning 1 "4 of 10 since" ring_kib=2048
	put etc/yagura/policy.d/.half.yaml ""
	put etc/yagura/policy.d/README ""
	status "${good_status/\"name\": \"web\",/}"
	provoked policy note 0 "no policy is in force" "yaguractl policy load"
	put etc/yagura/policy.d/10-web.yaml ""
	status "${good_status/\"name\": \"web\",/}"
	provoked policy error 3 "the host's policy is not in force" "yaguractl policy apply"
	status "${good_status/\"locked\": true/\"locked\": false}"
	provoked policy note 0 "not locked" "yaguractl policy lock --until-reboot"
	status "${good_status/\"locked\"/\"tripped\": true, \"locked\"}"
	provoked policy error 3 "breaker has tripped" "yaguractl policy stats"
	status "${good_status/\"locked\"/\"no_reader\": true, \"locked\"}"
	provoked policy error 3 "no daemon reads" "systemctl restart yagurad"
	status "${good_status/\"locked\"/\"confirm_left_ms\": 5000, \"locked\"}"
	provoked policy note 0 "on trial" "yaguractl policy confirm"
}

daemon() {
	put etc/yagura/yagurad.yaml "version: 1
spol: 3"
	provoked settings error 3 "/etc/yagura/yagurad.yaml:2:1: error: unknown key" "yagurad --check"
	put etc/yagura/yagurad.yaml.d/10-log.yaml "version: 1
log: loud"
	provoked settings error 3 "/etc/yagura/yagurad.yaml.d/10-log.yaml:2:6: error: log" "yagurad --check"
	mkdir -p "$tree/etc/yagura/yagurad.yaml.d/20-none.yaml"
	provoked settings error 3 "/etc/yagura/yagurad.yaml.d/20-none.yaml: error: Invalid argument" "yagurad --check"
	put etc/yagura/yagurad.yaml "version: 1"
	provoked settings note 0 "no output is set" "yagurad --check"
	rm "$tree/run/yagura/reader.json"
	provoked daemon error 3 "the reader does not run" "systemctl restart yagurad"
	rm -r "$tree/proc/5"
	provoked daemon error 3 "pid 5 is gone" "systemctl restart yagurad"
	put run/yagura/reader.json "${good_reader/\"seccomp\": true/\"seccomp\": false}"
	provoked sandbox note 0 "seccomp" "journalctl -u yagurad"
	put run/yagura/reader.json "${good_reader/\"used_bytes\": 0/\"used_bytes\": 990}"
	provoked spool warning 1 "nearly full" "yaguractl status"
	put run/yagura/reader.json "${good_reader/\"waiting_for\": \"\"/\"waiting_for\": \"spool_full\"}"
	provoked spool error 3 "waiting for spool_full" "yaguractl status"
	put etc/yagura/yagurad.yaml "${good_settings/4MiB/1000TiB}"
	provoked disk warning 1 "before the spool is at its limit" "df -h /var/lib/yagura/spool"
	put run/yagura/sender.json "${good_sender/\"up\": true/\"up\": false, \"last_down\": \"refused\"}"
	provoked receiver warning 1 "collector.example.net:7514: refused" "see to collector.example.net:7514"
	put run/yagura/sender.json "${good_sender/\"up\"/\"parked_batches\": 2, \"up\"}"
	provoked receiver warning 1 "2 kept, 0 lost" parked/far
	put etc/yagura/yagurad.yaml 'version: 1
spool: { limit: 4MiB, segment: 1MiB }
outputs: [ { name: far, type: http, kind: lines, url: "https://user:secret@siem.example.net:8443/in?token=secret" } ]'
	put run/yagura/sender.json "${good_sender/\"up\": true/\"up\": false}"
	result "no secret of an URL is told" "$(doctor | grep -c secret)" 0
	provoked receiver warning 1 "not up yet" "see to siem.example.net:8443"
}

# survives NAME - it ends by itself, with one of its statuses, and its JSON is such
survives() {
	local code
	doctor --json --all >"$work/out"
	code=$?
	[[ $code = [013] ]] && python3 -c '
import json, sys
for f in json.load(open(sys.argv[1])):
    assert list(f) == ["id", "severity", "what", "evidence", "mend"], f
    assert f["severity"] in ("ok", "note", "warning", "error") and all(type(v) is str for v in f.values()), f' \
		"$work/out" && code=good
	result "$1" "$code" good
	make_tree
}

rubbish() {
	local file files
	mapfile -t files < <(cd "$tree" && find . -type f | sort)
	for file in "${files[@]}"; do head -c 70000 /dev/urandom >"$tree/$file"; done
	survives "random bytes in each file"
	for file in "${files[@]}"; do : >"$tree/$file"; done
	survives "each file empty"
	for file in "${files[@]}"; do truncate -s 200G "$tree/$file" 2>/dev/null || truncate -s 4G "$tree/$file"; done
	survives "each file huge"
	for file in "${files[@]}"; do rm "$tree/$file" && mkdir "$tree/$file"; done
	survives "a directory in place of each file"
	for file in "${files[@]}"; do rm "$tree/$file" && mkfifo "$tree/$file"; done
	survives "a FIFO in place of each file"
	for file in "${files[@]}"; do ln -sf "$file" "$tree/$file"; done
	survives "links in circles"
	put run/yagura/reader.json "$(printf '[%.0s' {1..5000})"
	survives "JSON that is too deep"
	put proc/sys/kernel/osrelease '6.1;reboot'
	survives "a release that is a command"
	put proc/sys/kernel/osrelease '../../../etc'
	survives "a release that is a path"
	file=$tree/$modules/d
	for ((i = 0; i < 40; i++)); do mkdir -p "$file" && file+=/d; done
	survives "directories without end"
	chmod 0 "$tree/lib/modules" "$tree/sys/module" "$tree/proc/sys" "$tree/run/yagura" "$tree/etc/yagura"
	survives "directories that cannot be read"
	rm -rf "$tree" && mkdir "$tree"
	survives "an empty tree"
	# Not what the release, a version or a name says of itself ends in a command.
	put proc/sys/kernel/osrelease '6.1;reboot'
	mkdir -p "$tree/usr/src/yagura-1;reboot" "$tree/lib/modules/6.1;reboot"
	result "no command is made of a name" "$(doctor | grep -c reboot)" 0
	make_tree
	put run/yagura/sender.json '{"pid": 5, "outputs": [{"name": "a\u001b[2Jb", "up": false}]}'
	result "nothing steers the terminal" \
		"$(doctor | grep -c 'x1b\[2J') $(doctor --all | tr -d '\n\t' | LC_ALL=C grep -c '[[:cntrl:]]')" "1 0"
	make_tree
}

usage() {
	result "wrong usage: an option" "$("$ctl" doctor --nonsense >/dev/null 2>&1; echo $?)" 2
	result "wrong usage: an argument" "$("$ctl" doctor x 2>&1; echo $?)" "yaguractl: doctor takes no argument \"x\"
Try \"yaguractl --help\".
2"
	result "wrong usage: no such directory" "$("$ctl" doctor --sysroot "$work/none" >/dev/null 2>&1; echo $?)" 2
	result "wrong usage: no status" "$("$ctl" doctor --status /dev/null >/dev/null 2>&1; echo $?)" 2
	"$ctl" doctor --json >"$work/out" 2>&1
	result "this machine, whatever it is" "$(($? <= 3)) $(python3 -m json.tool <"$work/out" >/dev/null 2>&1; echo $?)" "1 0"
	result "a full disk behind it" "$(doctor >/dev/full; echo $?)" 1
}

well
kernel
module
boot
sensor
daemon
rubbish
usage
echo "1..$number"
exit $failed
