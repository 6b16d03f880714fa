#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The reader's memory: 100,000 processes that run, a million short ones beside them, as
# fast as it takes them, with the default settings; and none of them unknown.
. "$(dirname "$0")/daemon.bash"
LIVE=100000 SHORT=1000000
LIMIT_KIB=65536

reader_status() { sed -n "s/^$1:[[:space:]]*\([0-9]*\) kB/\1/p" "/proc/$(value reader pid)/status"; }

# section NAME KEY - a number of one part of reader.json
section() { sed -n "/^  \"$1\": {/,/}/s/.*\"$2\": \([0-9]*\).*/\1/p" "$work/run/reader.json" | head -n 1; }

# has_all N - all N events are durable
has_all() { [[ $(section spool events) = "$1" ]]; }

settled() {
	local tries
	for ((tries = 0; tries < 1200; tries++)); do
		has_all "$1" && return 0
		kill -0 "$daemon" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

# storm LIVE SHORT
storm() {
	rm -rf "$work"/{spool,run,rings}
	"$work/process_storm" "$work/rings" 4 1048576 "$@" >"$work/producer.txt" &
	producer=$!
	while [[ ! -s $work/rings ]]; do sleep 0.01; done
	start_daemon
	wait_producer
	settled "$(sed -n 's/^events //p' "$work/producer.txt")"
}

cat >"$work/yagurad.yaml" <<-END
	version: 1
	spool: {dir: $work/spool}
	runtime_dir: $work/run
END
build_helper process_storm

echo "1..7"
storm $LIVE $SHORT
say $? "$LIVE processes that run and $SHORT short ones: every event is in the spool"
sleep 1.5	# a status that was written after the last of them
peak=$(reader_status VmHWM)
echo "# peak $peak KiB, now $(reader_status VmRSS) KiB, of that rings and files" \
	"$(($(reader_status RssFile) + $(reader_status RssShmem))) KiB; table $(section process_table used_bytes) bytes"
[[ -n $peak && $peak -le $LIMIT_KIB ]]
say $? "at no time more than $((LIMIT_KIB / 1024)) MiB, rings included"
[[ $(section process_table evicted) = 0 ]]
say $? "no process that runs was forgotten"
[[ $(section process_table entries) -ge $LIVE ]]
say $? "all $LIVE that run are known at the end"
[[ $(section process_table used_bytes) -le $(section process_table limit_bytes) ]]
say $? "the table is within its ceiling"
stop daemon
say $? "SIGTERM ends the daemon with status 0"

# Ten times what the table has room for.
sed -i '$a reader: {process_table: 2MiB}' "$work/yagurad.yaml"
storm $LIVE 1000
sleep 1.5
peak=$(reader_status VmHWM)
echo "# with a table of 2 MiB: peak $peak KiB, $(section process_table evicted) forgotten"
[[ $(section process_table used_bytes) -le $((2 << 20)) && $(section process_table evicted) -gt $((LIVE / 2)) &&
	-n $peak && $peak -le $((LIMIT_KIB / 2)) ]]
say $? "a small table stays small whatever runs"
exit $failed
