#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The daemon's configuration in several files: checked, shown, read again at SIGHUP.
. "$(dirname "$0")/daemon.bash"
. tests/native/result.bash

# said COMMAND... - what it says on both channels, without the working directory, and its status
said() {
	"$@" 2>&1 </dev/null | sed "s,$work/,,g"
	echo "exit status ${PIPESTATUS[0]}"
}

yagurad() { "$B/yagurad" -c "$work/yagurad.yaml" "$@"; }
shown() { yagurad --show-config 2>&1 | sed "s,$work/,,g" | grep -E "^ *$1:" | tr -s ' '; }
drop_in() { printf 'version: 1\n%s\n' "$2" >"$work/yagurad.yaml.d/$1.yaml"; }
sender_is() { grep -q "\"name\": \"$1\"" "$work/run/sender.json"; }
has_sender() { [[ -s $work/run/sender.json ]] && sender_is "$1"; }

echo "1..19"
build_helper ring_producer
root=$([[ $(id -u) = 0 ]] && echo yes)
cat >"$work/yagurad.yaml" <<END
version: 1
spool: {dir: $work/spool, limit: 64MiB, segment: 1MiB}
reader: {flush_ms: 20}
${root:+sender: {user: nobody\}}
outputs: [{type: "null", name: first}]
runtime_dir: $work/run
END

# ---- checked and shown
result "no directory of drop-ins" "$(said yagurad --check)" "exit status 0"
mkdir "$work/yagurad.yaml.d"
result "an empty one" "$(said yagurad --check)" "exit status 0"
drop_in 10-log 'log: debug'
drop_in 20-log 'log: notice'
result "the last file holds, and is told" "$(shown log)" "log: notice # yagurad.yaml.d/20-log.yaml:2"
result "a value of the file itself" "$(shown limit)" " limit: 64MiB # yagurad.yaml:2"
result "a value of no file" "$(shown hold_ms)" " hold_ms: 5 # default"
yagurad --show-config >"$work/shown.yaml"
result "what is shown is a configuration" "$(said "$B/yagurad" --check -c "$work/shown.yaml")" "exit status 0"
result "with the same values" "$("$B/yagurad" --show-config -c "$work/shown.yaml" | sed 's/ *#.*//')" \
	"$(sed 's/ *#.*//' "$work/shown.yaml")"
result "a full disk is no success" "$(yagurad --show-config 2>/dev/null >/dev/full; echo $?)" 74
drop_in 30-bad $'reader:\n  flush: 1'
result "a mistake has its place in the drop-in" "$(said yagurad --check)" \
	'yagurad.yaml.d/30-bad.yaml:3:3: error: unknown key "flush" in reader
exit status 78'
result "nothing is shown then" "$(yagurad --show-config 2>/dev/null; echo $?)" 78
drop_in 40-bad 'log: loud'
result "mistakes of all files" "$(said yagurad --check)" \
	'yagurad.yaml.d/30-bad.yaml:3:3: error: unknown key "flush" in reader
yagurad.yaml.d/40-bad.yaml:2:6: error: log: unknown value "loud" (expected error, warning, notice, info or debug)
exit status 78'
rm "$work"/yagurad.yaml.d/*-bad.yaml
ln -s nowhere "$work/yagurad.yaml.d/50-link.yaml"
result "a link to nowhere is not passed over" "$(said yagurad --check)" \
	"yagurad.yaml.d/50-link.yaml: error: No such file or directory
exit status 78"
rm "$work/yagurad.yaml.d/50-link.yaml"

# ---- read again
produce 2 1048576 2000 1000; wait_producer
start_daemon
within has_sender first
say $? "the daemon starts with its drop-ins"
drop_in 60-more 'outputs: [{type: "null", name: second}]'
kill -HUP "$daemon"
within has_sender second && sender_is first
say $? "SIGHUP: an output of a new drop-in, behind that of the file"
sender=$(value sender pid)
drop_in 70-none 'outputs: []'
drop_in 80-bad 'log: loud'
kill -HUP "$daemon"
within grep -q '80-bad.yaml:2:6: error: log' "$work/daemon.log"
say $? "SIGHUP with a bad drop-in: said"
within grep -q 'the old one stays in force' "$work/daemon.log" && sender_is second &&
	[[ $(value sender pid) = "$sender" && -d /proc/$sender ]]
say $? "and the good one before it does not hold either"
rm "$work/yagurad.yaml.d/80-bad.yaml"
kill -HUP "$daemon"
gone() { [[ ! -d /proc/$sender ]]; }
within gone
say $? "SIGHUP without it: an empty list takes all outputs away"
rm "$work/yagurad.yaml.d/70-none.yaml" "$work/yagurad.yaml.d/60-more.yaml"
kill -HUP "$daemon"
only_first() { has_sender first && ! sender_is second; }
within only_first
say $? "SIGHUP without a drop-in: its output is gone"
stop daemon
say $? "SIGTERM: status 0"
exit $failed
