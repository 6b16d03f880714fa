# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of outputs share: a spool that the real reader makes of played
# rings, the real sender, and a comparison of what came with what was there.
# shellcheck shell=bash
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
B=$(realpath "${B:-build}")
work=$(mktemp -d)
chmod 755 "$work"	# the sender is another user
mkdir -m 777 "$work/out"
number=0 failed=0 daemon='' peer='' producer=''

say() {
	number=$((number + 1))
	if [[ $1 = 0 ]]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		tail -n 15 "$work"/*.log "$work"/run/*.json 2>/dev/null | sed 's/^/# /'
		failed=1
	fi
}

skip() { number=$((number + 1)); echo "ok $number # SKIP $1"; }

stop() { # PID
	[[ -n $1 ]] || return 0
	kill -CONT "$1" 2>/dev/null; kill -TERM "$1" 2>/dev/null; wait "$1" 2>/dev/null
}

stop_peer() { [[ -z $peer ]] || kill -9 "$peer" 2>/dev/null; wait "$peer" 2>/dev/null; peer=''; }
stop_daemon() { stop "$daemon"; daemon=''; }
trap 'stop "$producer"; stop_daemon; stop_peer; rm -rf "$work"' EXIT

# within SECONDS COMMAND... - try it until it succeeds
within() {
	local tries=$(($1 * 10))
	shift
	while ((tries-- > 0)); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

build_producer() {
	"${CC:-gcc}" -std=gnu11 -D_GNU_SOURCE -O2 -Iinclude/uapi -Iuserd -o "$work/ring_producer" \
		tests/native/ring_producer.c tests/unit/ring_fake.c userd/clock.c || exit 1
}

# configure OUTPUT... - YAML flow mappings
configure() {
	local output
	{
		echo "version: 1"
		echo "spool: {dir: $work/spool, limit: 256MiB, segment: 32MiB}"
		echo "reader: {flush_ms: 20, batch: 64KiB}"
		echo "sender: {host_name: web-17}"
		echo "runtime_dir: $work/run"
		echo "outputs:"
		for output in "$@"; do echo "- $output"; done
	} >"$work/yagurad.yaml"
}

# fill EVENTS [PER_MS] - a fresh spool's rings, played all at once or over time
fill() {
	rm -rf "$work"/{spool,run,rings}
	"$work/ring_producer" "$work/rings" 2 4194304 "$1" "${2:-1000}" >"$work/producer.txt" &
	producer=$!
	within 5 test -s "$work/rings"
	[[ -n ${2-} ]] || { wait "$producer"; producer=''; }
}

start_daemon() {
	"$B/yagurad" -f -c "$work/yagurad.yaml" --source "$work/rings" >"$work/stdout" 2>>"$work/daemon.log" &
	daemon=$!
	within 5 test -s "$work/run/sender.json"
}

# status PYTHON - true of `o`, the list of outputs in the sender's status?
status() {
	python3 -c '
import json, sys
o = json.load(open(sys.argv[1]))["outputs"]
sys.exit(0 if eval(sys.argv[2]) else 1)' "$work/run/sender.json" "$1"
}

# The ids of all events in the spool; of all that are in a file of JSON lines.
spool_ids() { "$B/yaguractl" spool cat --spool "$work/spool" --format csv "$@" | tail -n +2 | cut -d, -f2 | sort; }
file_ids() { grep -ao '"id":"[0-9a-f]*-[0-9]*-[0-9]*"' "$@" | sed 's/.*"id":"\(.*\)"/\1/' | sort; }

all_spooled() { [[ $(spool_ids | wc -l) = "$1" ]]; }

# Every event of the spool is in FILE: once (same), or at least once (covers).
same() { diff -q <(spool_ids) <(file_ids "$1"); }
covers() { diff -q <(spool_ids) <(file_ids "$1" | uniq); }

check_config() { # NAME LINE:COLUMN PATTERN OUTPUT
	configure "$4"
	"$B/yagurad" -n -c "$work/yagurad.yaml" 2>"$work/errors"
	[[ $? = 78 ]] && grep -Eq "yagurad.yaml:$2: error: .*$3" "$work/errors"
	local result=$?
	[[ $result = 0 ]] || sed 's/^/# /' "$work/errors"
	say $result "refused with its place: $1"
}

build_producer
