#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The daemon as a system sees it: rights of its processes, signals, exit statuses,
# the outputs without a receiver.
. "$(dirname "$0")/daemon.bash"

pid_of() { value "$1" pid; }
field() { awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"; }
fds() { readlink "/proc/$1/fd/"* 2>/dev/null; }
all_taken() { [[ $(value sender acked_batches) -gt 0 && $(value sender unacked_batches) = 0 ]]; }
all_spooled() { grep -A 2 '"spool"' "$work/run/reader.json" | grep -q '"events": 2000,'; }

configure() {
	cat >"$work/yagurad.yaml" <<-END
		version: 1
		spool: {dir: $work/spool, limit: 64MiB, segment: 1MiB}
		reader: {flush_ms: 20}
		${root:+sender: {user: nobody\}}
		outputs: [{$1}]
		runtime_dir: $work/run
	END
}

start() {
	start_daemon
	within test -s "$work/run/reader.json"
}

fill() {
	rm -rf "$work/spool" "$work/run"
	produce 2 1048576 2000 1000; wait_producer
}

echo "1..27"
build_helper ring_producer

"$B/yagurad" --no-such-option 2>/dev/null; [[ $? = 64 ]]
say $? "wrong options: status 64"
echo "version: 1" >"$work/good.yaml"
"$B/yagurad" -n -c "$work/good.yaml"
say $? "-n on a good configuration: status 0"
printf 'version: 1\nspol: {}\n' >"$work/bad.yaml"
"$B/yagurad" -n -c "$work/bad.yaml" 2>"$work/errors"; [[ $? = 78 ]]
say $? "-n on a bad one: status 78"
grep -q "bad.yaml:2:1: error: .*spol.*did you mean \"spool\"" "$work/errors"
say $? "and says where and what"
"$B/yagurad" -n -c "$work/none.yaml" 2>/dev/null; [[ $? = 78 ]]
say $? "a configuration that is named and missing: status 78"
"$B/yagurad" -n -c docs/examples/yagurad.yaml
say $? "the example configuration is good"
"$B/yagurad" --version | grep -q '^yagurad [0-9]' && "$B/yagura-recv" --version | grep -q '^yagura-recv [0-9]'
say $? "--version"

# ---- rights
fill
root=$([[ $(id -u) = 0 ]] && echo yes)
configure "type: 'null'"
start
within test -s "$work/run/sender.json"
reader=$(pid_of reader) sender=$(pid_of sender)
within all_spooled
say $? "null: every record is spooled"
within all_taken
say $? "null: every batch is taken"
[[ $(field "$reader" NoNewPrivs) = 1 && $(field "$sender" NoNewPrivs) = 1 ]]
say $? "neither process can gain privileges"
[[ $(field "$reader" Seccomp) = 2 && $(field "$sender" Seccomp) = 2 ]]
say $? "the system calls of both are filtered"
fds "$reader" | grep -q "$work/rings" && ! fds "$sender" | grep -q "$work/rings"
say $? "the reader has the source open, the sender has not"
! fds "$sender" | grep -q '\.ygs$' || [[ -z $root ]] ||
	grep -q 'flags:.*0[0-7]*0$' "/proc/$sender/fdinfo/$(find "/proc/$sender/fd" -lname '*.ygs' -printf '%f\n' | head -n 1)"
say $? "the sender has segments open for reading only"
if [[ $root ]]; then
	[[ $(field "$sender" Uid) = "$(id -u nobody)" && $(field "$sender" CapEff) = 0000000000000000 ]]
	say $? "the sender is nobody, with no capability"
	if unshare --net true 2>/dev/null; then
		[[ $(readlink "/proc/$reader/ns/net") != "$(readlink /proc/self/ns/net)" ]]
		say $? "the reader has a network namespace of its own"
	else
		skip "no network namespaces here"
	fi
	[[ $(field "$reader" CapEff) = 000000000008000e ]]
	say $? "the reader keeps file and ptrace capabilities only"
else
	skip "not root"; skip "not root"; skip "not root"
fi

# ---- signals
echo "nonsense: [" >"$work/yagurad.yaml"
kill -HUP "$daemon"
within grep -q 'the old one stays in force' "$work/daemon.log"
say $? "SIGHUP with a bad configuration: said"
configure "type: 'null'"
sed -i "s,$work/spool,$work/other," "$work/yagurad.yaml"
kill -HUP "$daemon"
within grep -q 'spool.dir and runtime_dir cannot change' "$work/daemon.log"
say $? "SIGHUP with another spool: said"
[[ $(pid_of sender) = "$sender" && -d /proc/$sender ]]
say $? "and nothing changed"
mkdir "$work/far"
[[ -z $root ]] || chown nobody "$work/far"
configure "type: file, path: $work/far/out.ygs"
kill -HUP "$daemon"
other_sender() { [[ $(pid_of sender) != "$sender" ]] && grep -q '"type": "file"' "$work/run/sender.json"; }
within other_sender && [[ $(pid_of reader) = "$reader" ]]
say $? "SIGHUP with a good one: another sender, the same reader"
stop daemon
say $? "SIGTERM: status 0"

# ---- file output, from the start
fill
rm "$work/far/out.ygs"
start
within all_taken
stop daemon
cmp -s <(cat "$work"/spool/*.ygs) "$work/far/out.ygs"
say $? "file: the spool's batches, byte for byte"
lz4 -dc "$work/far/out.ygs" 2>/dev/null | grep -aq /var/tmp/native/1999
say $? "file: lz4 -dc shows the last event"

# ---- the service
if command -v systemd-analyze >/dev/null; then
	# One wants the other.
	for unit in userd/yagurad.service tools/yaguractl/*.service tools/yagura-boot/*.service; do
		sed "/^Documentation/d; s,/usr/local/sbin/\(yagurad\|yaguractl\),$(realpath "$B")/\1,
			s,/usr/local/sbin/yagura-boot,$(realpath tools/yagura-boot/yagura-boot)," "$unit" >"$work/${unit##*/}"
	done
	verify() { SYSTEMD_UNIT_PATH=$work: systemd-analyze verify --man=no "${@/#/$work/}" >"$work/verify.log" 2>&1 && [[ ! -s $work/verify.log ]]; }
	verify yagurad.service
	say $? "the service file has nothing that systemd does not know"
	systemd-analyze security --offline=yes --threshold=40 "$work/yagurad.service" >"$work/security" 2>&1
	say $? "its exposure is at most 4.0 ($(sed -n 's/.*Overall.*: \([0-9.]*\).*/\1/p' "$work/security"))"
	verify yagura-policy.service yagura-policy-early.service
	say $? "nor have the policy's"
	verify yagura-module.service yagura-boot-done.service
	say $? "nor have those of the boot"
else
	skip "no systemd here"; skip "no systemd here"; skip "no systemd here"; skip "no systemd here"
fi
exit $failed
