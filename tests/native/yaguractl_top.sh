#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# yaguractl top of what was recorded: line by line, as JSON, and in a terminal (check_top_screen.py). The
# status is a file, or a FIFO, which ends an interval when we say so; the events are a golden segment.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/native/result.bash
B=$(realpath "${B:-build}")
ctl=$B/yaguractl
segment=$PWD/tests/golden/spool/version-2.ygs
work=$(mktemp -d)
export TZ=UTC
ulimit -c 0

trap 'exec 3>&-; rm -rf "$work"' EXIT

# look EXEC FILE DROPPED MERGED SUPPRESSED - a status with these counts
look() {
	cat <<-END
	{"module": {"version": "0.1.0", "abi": 3, "schema": 3, "load_id": 1, "age_s": 12000, "features": []},
	 "policy": {"name": "web", "rules": 12, "enforce": 10, "monitor": 2, "generation": 7, "locked": true},
	 "hooks": [{"symbol": "a", "state": "attached", "error": 0}, {"symbol": "b", "state": "attached", "error": 0}],
	 "rings": [{"cpu": 0, "data_bytes": 1048576, "used_bytes": 0}, {"cpu": 1, "data_bytes": 1048576, "used_bytes": 524288}],
	 "classes": {"exec": {"produced": $1, "dropped": 0, "coalesced": 0, "suppressed": 0}, "exit": {}, "deny": {}, "sensor": {}, "fork": {},
		"file": {"produced": $2, "dropped": $3, "coalesced": $4, "suppressed": $5}, "socket": {}, "privilege": {}},
	 "reader": {"pid": 812, "running": true, "spool": {"used_bytes": 3145728, "limit_bytes": 1073741824, "waiting_for": ""}},
	 "sender": {"pid": 813, "running": true}}
	END
}

# top ARGUMENTS... - of the two looks
top() { timeout 20 "$ctl" top --status "$work/status" --interval 0.2 "$@" </dev/null; }

recorded() { top --spool "$segment" --all "$@"; }

# get EXPRESSION - of the lines of JSON in standard input: r is the list of them
get() { python3 -c '
import json, sys
r = [json.loads(line) for line in sys.stdin]
print(eval(sys.argv[1]))' "$1"; }

line_by_line() {
	recorded --batch >"$work/out" 2>"$work/err"
	result "batch: exit status, and nothing said" "$? $(<"$work/err")" "0 "
	result "batch: all lines" "$(sed 's/..:..:..$/TIME/' "$work/out")" "\
yagura 0.1.0, loaded 3 h 20 min ago  every 0.2 s, TIME
sensor   2 of 2 hooks; generation 7, web: 12 rules (10 enforce, 2 monitor), locked
rings    [##########          ] 50 % of 1024 KiB wait on cpu 1, 25 % on all 2
daemon   reader pid 812, sender pid 813; spool 3 of 1024 MiB
EVENTS/S   RECORD MERGED  SUPPR   DROP
exec         15.0      0      0      0
exit            0      0      0      0
deny            0      0      0      0
sensor          0      0      0      0
fork            0      0      0      0
file        25.0k   1000   35.0   20.0
socket          0      0      0      0
privilege       0      0      0      0
all         25.0k   1000   35.0   20.0  dropped since load: 9
    PID EVENTS/S  SUPPR/S DENIED/S PROCESS         PROGRAM  1-20 of 22
   1007      220        0        0 gencat          /usr/bin/gencat
   1008     90.0        0        0 column          /usr/bin/column
   1005     40.0        0        0 tmux            /usr/bin/tmux
   1014     35.0        0        0 base32          /usr/bin/base32
   1006     35.0        0        0 fpcmake-3.2.2   /usr/bin/fpcmake-3.2.2
   1011     30.0        0        0 cscope-indexer  /usr/bin/cscope-indexer
   1013     25.0        0        0 dpkg-name       /usr/bin/dpkg-name
   1001     25.0        0        0 flock           /usr/bin/flock
   1015     25.0        0        0 lsb_release     /usr/bin/lsb_release
   1012     25.0        0        0 osslsigncode    /usr/bin/osslsigncode
   1019     20.0        0        0 cg_merge        /usr/bin/cg_merge
   1020     20.0        0        0 cmp             /usr/bin/cmp
   1000     15.0        0        0 apt-mark        /usr/bin/apt-mark
   1010     15.0        0        0 column          /usr/bin/column
   1016     15.0        0        0 dpkg-maintscrip /usr/bin/dpkg-maintscript-helper
   1021     10.0        0        0 dpkg-preconfigu /usr/sbin/dpkg-preconfigure
   1002     10.0        0        0 git-shell       /usr/bin/git-shell
   1017     10.0        0        0 last            /usr/bin/last
   1003     10.0        0        0 pod2text        /usr/bin/pod2text
   1018     10.0        0        0 tclsh8.6        /usr/bin/tclsh8.6
       MATCHES/S  WOULD/S DENIED/S RULE  1-1 of 1
            45.0        0        0 static-content"
	result "no terminal: as --batch" "$(recorded | sed 's/..:..:..$//' | md5sum)" \
		"$(sed 's/..:..:..$//' "$work/out" | md5sum)"
	result "no colours" "$(recorded | tr -d '\n' | LC_ALL=C grep -c '[[:cntrl:]]')" 0
	result "--sort name" "$(recorded --sort name | awk '/^ *PID/ { getline; print $5 }')" apt-mark
	result "without --all only what comes is counted" "$(top --spool "$segment" | grep -c 'no event of a')" 2
}

json() {
	recorded --json >"$work/out"
	result "json: the interval is what was said" "$(get '[x["interval_ns"] for x in r]' <"$work/out")" "[200000000]"
	result "json: keys" "$(get '" ".join(r[0])' <"$work/out")" \
		"time_ns interval_ns module policy rings classes processes rules spool"
	result "json: classes" "$(get 'sorted(r[0]["classes"]["file"].items())' <"$work/out")" \
		"[('dropped', 4), ('merged', 200), ('recorded', 4996), ('suppressed', 7), ('total', {'recorded': 5991, 'merged': 207, 'suppressed': 8, 'dropped': 9})]"
	result "json: processes" "$(get '[(r[0]["processes"][k]) for k in ("events", "nr", "nr_is_least")], len(r[0]["processes"]["top"])' <"$work/out")" \
		"([140, 22, False], 20)"
	result "json: the first of them" "$(get '[(p["pid"], p["comm"], p["exe"], p["events"]) for p in r[0]["processes"]["top"]][0]' <"$work/out")" \
		"(1007, 'gencat', '/usr/bin/gencat', 44)"
	result "json: rules" "$(get 'r[0]["rules"]' <"$work/out")" \
		"{'events': 9, 'nr': 1, 'nr_is_least': False, 'top': [{'name': 'static-content', 'events': 9, 'error': 0, 'denied': 0, 'would_deny': 0}]}"
	result "json: the spool" "$(get 'r[0]["spool"]' <"$work/out")" \
		"{'faults': 0, 'missing_batches': 0, 'behind': False, 'error': ''}"
	result "as many events as spool cat has" "$("$ctl" spool cat --json "$segment" | wc -l)" 140
}

counts() {
	local i
	for i in 1 2 3 4 5; do look $((10 * i)) 0 0 0 0; done >"$work/status"
	result "to the end of the file" "$(top --json --spool "$segment" | get '[x["classes"]["exec"]["recorded"] for x in r]')" \
		"[10, 10, 10, 10]"
	result "--count" "$(top --json --spool "$segment" --count 2 | get '[x["classes"]["exec"]["total"]["recorded"] for x in r]')" \
		"[20, 30]"
	{ look 10 0 0 0 0; echo '{}'; look 50 0 0 0 0 | sed 's/"load_id": 1/"load_id": 2/'; } >"$work/status"
	result "a module that went, and another that came" \
		"$(top --json --spool "$segment" | get '[(x["module"] and x["module"]["load_id"], x["classes"] and x["classes"]["exec"]["recorded"]) for x in r]')" \
		"[(None, {}), (2, 50)]"
	look 1 1 0 0 0 >"$work/status"
	result "one look alone is no interval" "$(top --json; echo $?)" 0
}

# As the daemon writes it, while top runs. An interval may end before or after we say so: the sum does not change.
follow() {
	mkfifo "$work/fifo"
	timeout 60 "$ctl" top --json --all --interval 0.1 --status "$work/fifo" --spool "$work/spool" </dev/null >"$work/out" 2>&1 &
	local pid=$! i
	exec 3>"$work/fifo"
	look 1 1 0 0 0 >&3
	look 1 1 0 0 0 >&3
	mkdir "$work/spool"
	look 1 1 0 0 0 >&3
	cp "$segment" "$work/spool/0000000000000001.ygs"
	for i in 1 2 3; do look 1 1 0 0 0 >&3; done
	exec 3>&-
	wait $pid
	result "a spool that comes later: it ends" "$?" 0
	result "a spool that comes later: each event counts once" \
		"$(get 'len(r), sum(x["processes"]["events"] for x in r), r[-1]["spool"]["error"]' <"$work/out")" "(5, 140, '')"
}

faults() {
	two_looks
	mkdir "$work/bad"
	cp "$segment" "$work/bad/0000000000000001.ygs"
	cp "$segment" "$work/bad/0000000000000002.ygs"
	printf '\377' | dd of="$work/bad/0000000000000001.ygs" bs=1 seek=300 conv=notrunc status=none
	result "a damaged batch is counted" "$(top --json --all --spool "$work/bad" | get 'r[0]["spool"]["faults"] > 0')" True
	result "and told" "$(top --batch --all --spool "$work/bad" | grep -c '^spool: [1-9][0-9]* faults, 0 batches missing$')" 1
	result "no spool" "$(top --batch --spool "$work/none" | grep -c '^ *no events: the spool: No such file or directory (has yagurad run?)$')" 2
	head -c 100 /dev/urandom >"$work/status"
	result "rubbish in place of a status" "$(top 2>&1; echo $?)" "yaguractl: $work/status is not what status --json prints
Try \"yaguractl --help\".
2"
	{ look 1 1 0 0 0; echo '[]'; } >"$work/status"
	result "rubbish in place of the second one" "$(top 2>&1 | head -n 1)" \
		"yaguractl: $work/status is not what status --json prints"
	result "no status" "$("$ctl" top --status "$work/none" 2>&1 | head -n 1)" "yaguractl: $work/none: No such file or directory"
	two_looks
	result "a full disk behind it" "$(recorded 2>&1 >/dev/full; echo $?)" \
		"yaguractl: writing the output: No space left on device
1"
	recorded --json | true
	result "nobody reads: it ends" "${PIPESTATUS[0]}" 141
}

# refuses MESSAGE ARGUMENTS...
refuses() {
	result "refused: ${*:2}" "$(top "${@:2}" 2>&1; echo $?)" "yaguractl: $1
Try \"yaguractl --help\".
2"
}

usage() {
	refuses '--interval: "0" is no number of seconds from 0.1 to 3600' --interval 0
	refuses '--interval: "1x" is no number of seconds from 0.1 to 3600' --interval 1x
	refuses '--interval: "nan" is no number of seconds from 0.1 to 3600' --interval nan
	refuses '--count: "0" is no number from 1 on' --count 0
	refuses '--count: "-1" is no number from 1 on' --count -1
	refuses '--sort: "evnts" is no order (events, denied, name) (did you mean "events"?)' --sort evnts
	refuses 'top takes no argument "x"' x
	result "--help" "$("$ctl" top --help | head -n 2 | cut -c 1-40)" "Usage:
  yaguractl top [--interval SECONDS] [--"
	if [[ -e /dev/yagura ]]; then
		number=$((number + 1))
		echo "ok $number # SKIP the module is loaded here"
	else
		result "no module" "$("$ctl" top --count 1 2>&1; echo $?)" \
			"yaguractl: /dev/yagura: the module is not loaded (modprobe yagura)
3"
	fi
}

# Its results are ours.
screen() {
	local line
	timeout 200 /usr/bin/python3 tests/native/check_top_screen.py "$ctl" "$work/status" "$segment" >"$work/screen" 2>&1
	result "in a terminal: exit status" "$?" 0
	while IFS= read -r line; do
		case $line in
		"ok - "*) number=$((number + 1)) && echo "ok $number - screen: ${line#ok - }" ;;
		"not ok - "*) number=$((number + 1)) && echo "not ok $number - screen: ${line#not ok - }" ;;
		*) echo "# ${line#\# }" ;;
		esac
	done <"$work/screen"
}

two_looks() { { look 10 1000 5 7 1; look 13 6000 9 207 8; } >"$work/status"; }

two_looks
line_by_line
json
counts
follow
faults
usage
screen
echo "1..$number"
exit $failed
