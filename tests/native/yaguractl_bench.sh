#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# yaguractl bench without a module: its report, what it refuses, that it keeps to what it was
# asked for, and that nothing is left of it, however it ends. No figure is judged.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/native/result.bash
B=$(realpath "${B:-build}")
ctl=$B/yaguractl
work=$(mktemp -d)
export TMPDIR=$work/tmp
mkdir "$TMPDIR"
ulimit -c 0

trap 'rm -rf "$work"' EXIT

# said COMMAND... - what it says on both channels, and its status
said() {
	"$@" 2>&1 </dev/null
	echo "exit status $?"
}

# signalled SIGNAL SECONDS COMMAND... - which gets the signal after so long; it is not ignored
signalled() {
	local signal=$1 after=$2
	shift 2
	timeout --preserve-status -k 20 -s "$signal" "$after" env --default-signal="$signal" "$@"
}

# with_files NUMBER COMMAND... - which can have no more files open than that
with_files() {
	bash -c 'ulimit -n "$1" && shift && exec "$@"' - "$@"
}

nothing_left() {
	result "nothing is left: $1" "$(ls -A "$TMPDIR")" ""
}

# judge EXPRESSION - of the report r, in Python
judge() {
	python3 -c '
import json, sys
r = json.load(open(sys.argv[1]))
kinds = r.get("calls", {})
sides = [side for kind in kinds.values() for side in (kind["call"], kind["twin"])]
run, asked = r.get("run"), r["asked"]
print(eval(sys.argv[2]))' "$work/report" "$1"
}

bench() {
	$ctl bench "$@" --json >"$work/report" 2>"$work/said"
	echo "exit status $?"
}

reports() {
	result "a run" "$(bench --duration 2 --rate 2000 --threads 2; cat "$work/said")" "exit status 0"
	nothing_left "a run"
	result "it says what was asked" "$(judge 'asked == dict(mix="exec=1,open=10,connect=5", seconds=2, threads=2, rate=2000, objects=256)')" True
	result "there is no sensor" "$(judge 'r["sensor"], r["method"], "events" in r, "memory" in r')" \
		"({'state': 'absent'}, 'twin', False, False)"
	result "all kinds, in order" "$(judge 'list(kinds)')" "['exec', 'open', 'connect']"
	result "calls are those of the sides" "$(judge 'run["calls"] == sum(s["made"] for s in sides) > 100')" True
	result "none failed" "$(judge 'run["failed"], any(s["failed"] for s in sides), run["interrupted"]')" "(0, False, False)"
	result "each side has its mix" "$(judge '[all(abs(kinds[k][s]["made"] - share * sum(kinds[j][s]["made"] for j in kinds) / 16) <= 4
		for k, share in (("exec", 1), ("open", 10), ("connect", 5))) for s in ("call", "twin")]')" "[True, True]"
	result "percentiles ascend" "$(judge 'all(0 < s["p50_ns"] <= s.get("p99_ns", 1e18) <= s.get("p99_9_ns", 1e18)
		and s.get("p99_9_ns", s.get("p99_ns", s["p50_ns"])) <= s["max_ns"] for s in sides)')" True
	result "only of enough calls" "$(judge 'all(("p99_ns" in s) == (s["made"] >= 100) and ("p99_9_ns" in s) == (s["made"] >= 1000) for s in sides)')" True
	result "differences are such" "$(judge 'all(v == k["call"][n] - k["twin"][n] for k in kinds.values() for n, v in k["difference"].items())')" True
	result "a mix of one kind" "$(bench --mix connect --duration 1; judge 'list(kinds)')" $'exit status 0\n[\'connect\']'
	result "the text says that there is no module" \
		"$("$ctl" bench --duration 1 2>&1 | grep -c 'THE MODULE IS NOT LOADED')" 1
	result "progress on a terminal, and not else" \
		"$(python3 -c 'import os, pty, sys
out = os.open(os.devnull, os.O_WRONLY)
pid, fd = pty.fork()
if not pid:
    os.dup2(out, 1)
    os.execv(sys.argv[1], [sys.argv[1], "bench", "--duration", "1"])
said = b""
try:
    while chunk := os.read(fd, 4096):
        said += chunk
except OSError:
    pass
print(b" of 1 s, " in said, said.endswith(b"\x1b[K"), os.waitpid(pid, 0)[1])' "$ctl")" "True True 0"
	nothing_left "all that"
}

limits() {
	result "no faster than asked, and no longer" "$(bench --duration 2 --rate 300 --threads 3 --mix open,connect
		judge 'run["calls"] <= 300 * run["elapsed_ns"] / 1e9 + 3, run["calls"] > 60, 1.9e9 < run["elapsed_ns"] < 4e9')" \
		$'exit status 0\n(True, True, True)'
	result "one call a second" "$(bench --duration 2 --rate 1 --mix open; judge 'run["calls"] in (1, 2)')" \
		$'exit status 0\nTrue'
	result "a run lasts, also where no more calls are due" "$(bench --duration 1 --rate 1 --mix open
		judge '1e9 <= run["elapsed_ns"] < 3e9, run["calls"], run["calls_per_s"] <= 1')" \
		$'exit status 0\n(True, 1, True)'
	result "a median, of one call, too" "$(judge '[("p50_ns" in s, "p99_ns" in s) for s in sides if s["made"]]')" \
		"[(True, False)]"
	result "more threads than calls" "$(bench --duration 1 --rate 2 --threads 64 --mix connect; judge 'run["calls"] <= 3')" \
		$'exit status 0\nTrue'
	result "as fast as possible" "$(bench --duration 1 --rate max --objects 1 --threads 2 --mix open
		judge 'run["calls"] > 100, run["elapsed_ns"] < 3e9')" $'exit status 0\n(True, True)'
	result "no more threads and files than asked" "$("$ctl" bench --threads 3 --objects 7 --duration 2 --rate 50 >/dev/null &
		sleep 1
		echo "$(ls /proc/$!/task | wc -l) $(find "$TMPDIR" -type f | wc -l) $(find "$TMPDIR" -type d -perm 700 | wc -l)"
		wait)" "4 7 1"
	# Whoever takes in orphans would find what it left running.
	result "no process is left" "$(python3 -c 'import ctypes, os, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
subprocess.run([sys.argv[1], "bench", "--mix", "exec", "--rate", "max", "--threads", "4", "--duration", "1"], stdout=subprocess.DEVNULL)
try:
    print("left", os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print("none")' "$ctl")" none
	nothing_left "all that"
}

# refuses MESSAGE ARGUMENT...
refuses() {
	local message=$1
	shift
	result "refused: $*" "$(said "$ctl" bench "$@")" "yaguractl: $message
Try \"yaguractl --help\".
exit status 2"
}

refusals() {
	local text
	for text in 0 601 -1 1.5 x '' 18446744073709551617; do
		refuses "--duration: \"$text\" is no number from 1 to 600" --duration "$text"
	done
	refuses '--threads: "0" is no number from 1 to 64' --threads 0
	refuses '--threads: "65" is no number from 1 to 64' --threads 65
	refuses '--rate: "0" is no number from 1 to 1000000' --rate 0
	refuses '--rate: "1000001" is no number from 1 to 1000000' --rate 1000001
	refuses '--objects: "4097" is no number from 1 to 4096' --objects 4097
	refuses '--mix: "opne" is no kind of call (open)' --mix opne=1
	refuses '--mix: no kind has a share above 0' --mix open=0
	refuses 'bench takes no argument "now"' now
	result "no directory to work in" "$(TMPDIR=/nonexistent said "$ctl" bench | sed 's/bench\.[^:]*/bench.X/')" \
		"yaguractl: /nonexistent/yagura-bench.X: No such file or directory
exit status 1"
	result "a name that is too long" "$(TMPDIR=/$(printf 'x%.0s' {1..2000}) said "$ctl" bench | sed 's/x\{255,\}/X/')" \
		"yaguractl: /X: File name too long
exit status 1"
	: >"$work/file"
	result "no directory, but a file" "$(TMPDIR=$work/file said "$ctl" bench | sed 's/bench\.[^:]*/bench.X/')" \
		"yaguractl: $work/file/yagura-bench.X: Not a directory
exit status 1"
	result "no file to be made" "$(said with_files 4 "$ctl" bench --mix open | sed 's/bench\.[^:]*/bench.X/')" \
		"yaguractl: $TMPDIR/yagura-bench.X: Too many open files
exit status 1"
	nothing_left "refusals"
}

baselines() {
	bench --mix open=3 --duration 1 >/dev/null
	cp "$work/report" "$work/baseline"
	result "a baseline beside another" "$(said "$ctl" bench --mix open=3 --baseline "$work/baseline")" \
		"yaguractl: $work/baseline: the sensor is absent now, too: there is nothing to compare
exit status 1"
	result "a baseline of another mix" "$(said "$ctl" bench --baseline "$work/baseline")" \
		"yaguractl: $work/baseline: made with another mix: open=3, not exec=1,open=10,connect=5
exit status 1"
	echo '{' >"$work/baseline"
	result "a baseline that is cut" "$(said "$ctl" bench --baseline "$work/baseline" | tail -n 1)" "exit status 1"
	mkfifo "$work/fifo"
	result "a baseline that does not come" "$(signalled TERM 1 "$ctl" bench --baseline "$work/fifo" 2>&1
		echo "exit status $?")" "exit status 143"
	nothing_left "baselines"
}

failures() {
	result "every call fails" "$(ctl="with_files 5 $ctl" bench --mix open,connect --duration 1; cat "$work/said"
		judge 'kinds["open"]["call"]["error"], kinds["open"]["call"]["made"] == kinds["open"]["call"]["failed"] > 0, kinds["connect"]["call"]["failed"]')" \
		"exit status 1
yaguractl: of some kind every call failed
('EMFILE', True, 0)"
	result "a link is not followed" "$(bench --mix open --objects 1 --rate 200 --duration 2 &
		sleep 1
		ln -sf "$work/file" "$TMPDIR"/yagura-bench.*/file-0000
		wait
		judge 'kinds["open"]["call"]["error"], run["failed"] < run["calls"]')" \
		$'exit status 0\n(\'ELOOP\', True)'
	result "a full disk behind the output" "$("$ctl" bench --duration 1 2>&1 >/dev/full; echo "exit status $?")" \
		"yaguractl: writing the output: No space left on device
exit status 1"
	result "programs can be waited for" "$(ctl="env --ignore-signal=CHLD $ctl" bench --mix exec --duration 1
		judge 'run["failed"], run["calls"] > 10')" $'exit status 0\n(0, True)'
	nothing_left "failures"
}

# interrupted SIGNAL NAME - with the calls that are worst to interrupt
interrupted() {
	result "$1 ends it" "$(signalled "$1" 1 "$ctl" bench --duration 60 --rate max --threads 4 --mix exec,open --json \
		>"$work/report" 2>"$work/said"; echo "exit status $?"; cat "$work/said"
		judge 'run["interrupted"], run["failed"], run["calls"] > 0, run["elapsed_ns"] < 20e9')" \
		"exit status 4
yaguractl: interrupted ($2)
(True, 0, True, True)"
	nothing_left "$1"
}

# ignores SIGNAL
ignores() {
	result "$1 that is ignored does not end it" "$(
		timeout --preserve-status -s "$1" 0.5 env --ignore-signal="$1" "$ctl" bench --duration 2 --mix exec --json \
			>"$work/report" 2>"$work/said"; echo "exit status $?"; cat "$work/said"
		judge 'run["interrupted"], run["failed"], run["elapsed_ns"] > 1.9e9')" $'exit status 0\n(False, 0, True)'
	nothing_left "$1 that is ignored"
}

interruptions() {
	local delay signal
	interrupted INT Interrupt
	interrupted TERM Terminated
	interrupted HUP Hangup
	interrupted QUIT Quit
	# Many at once, so that the signal meets those that have not executed anything yet.
	for _ in {1..10}; do
		signalled INT 0.4 "$ctl" bench --duration 60 --rate max --threads 64 --mix exec --json >"$work/report" 2>/dev/null
		judge 'run["failed"]'
	done >"$work/failed"
	result "who has executed nothing yet has not failed" "$(sort -u "$work/failed")" 0
	for signal in INT TERM HUP QUIT; do
		ignores "$signal"
	done
	result "one that sleeps" "$(signalled TERM 0.5 "$ctl" bench --duration 60 --rate 1 >"$work/report" 2>&1
		echo "$?, $(grep -c INTERRUPTED "$work/report")")" "4, 1"
	# While it begins, too.
	for delay in 0.0{1..9} 0.{10..15}; do
		signalled INT "$delay" "$ctl" bench --objects 300 --rate max >/dev/null 2>&1
	done
	nothing_left "interrupted at any time"
}

completion() {
	(
		. tools/yaguractl/completion.bash
		COMP_WORDS=(yaguractl "$@") COMP_CWORD=$#
		_yaguractl 2>/dev/null
		echo "${COMPREPLY[*]}"
	)
}

if [[ -e /dev/yagura ]]; then
	echo "1..0 # SKIP the module is loaded here"
	exit 77
fi
reports
limits
refusals
baselines
failures
interruptions
result "its usage has all options" "$("$ctl" --help | grep -c 'yaguractl bench .*--baseline FILE.*--run DIR.*--json')" 1
result "completes the verb" "$(completion be)" bench
result "completes its options" "$(completion bench --r)" "--rate --run"
result "completes a rate" "$(completion bench --rate m)" max
echo "1..$number"
exit "$failed"
