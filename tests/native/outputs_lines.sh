#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Events as lines of JSON: to a file, to standard output, to a journal.
. "$(dirname "$0")/outputs.bash"

settled() { status 'all(x["unacked_batches"] == 0 and x["acked_batches"] > 0 for x in o)'; }

start_journal() {
	python3 tests/native/peer/journal_peer.py "$work/out/journal" "$work/out/messages" 2>>"$work/peer.log" &
	peer=$!
	within 5 test -S "$work/out/journal"
}

echo "1..18"
configure "{type: jsonl, path: $work/out/all.jsonl}" \
	"{name: some, type: jsonl, path: $work/out/some.jsonl, where: 'path~*7 and not pid=1000'}" \
	"{name: ecs, type: jsonl, path: $work/out/ecs.jsonl, format: ecs}" \
	"{name: out, type: jsonl, to: stdout}" \
	"{name: journal, type: jsonl, to: journal, socket: $work/out/journal}"
fill 5000
start_journal
start_daemon
within 10 all_spooled 5000 && within 10 settled
say $? "all outputs are done with 5000 events"
same "$work/out/all.jsonl" >/dev/null
say $? "file: each event once, under its own id"
diff -q <(spool_ids --where 'path~*7 and not pid=1000') <(file_ids "$work/out/some.jsonl") >/dev/null
say $? "where: exactly those that yaguractl finds by the same words"
[[ $(wc -l <"$work/out/some.jsonl") -gt 100 ]] && status 'o[1]["link"]["events"] + o[1]["link"]["left_out"] == 5000'
say $? "and the rest is counted as left out"
[[ $(grep -c '^{"@timestamp":".*Z","ecs":{"version":"8.11.0"}' "$work/out/ecs.jsonl") = 5000 ]]
say $? "format: ecs"
python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "$work/out/ecs.jsonl"
say $? "every line is JSON to others"
same "$work/stdout" >/dev/null
say $? "standard output: each event once"
same "$work/out/messages" >/dev/null
say $? "journal: each event once, with its level and id"

# ---- rotation, and a line that was cut
stop_daemon
mv "$work/out/all.jsonl" "$work/out/old.jsonl"
printf '{"id":"cut' >"$work/out/all.jsonl"
chmod 666 "$work/out/all.jsonl"
configure "{type: jsonl, path: $work/out/all.jsonl}"
rm "$work/rings"
fill 2000
start_daemon
within 10 settled && [[ $(head -n 1 "$work/out/all.jsonl") = '{"id":"cut' ]] && same <(tail -n +2 "$work/out/all.jsonl") >/dev/null
say $? "a line that was cut stays alone"
stop_daemon
rm -f "$work"/out/*.jsonl
fill 4000 1
start_daemon
sleep 0.5
mv "$work/out/all.jsonl" "$work/out/rotated.jsonl"
wait "$producer"; producer=''
both() { cat "$work/out/rotated.jsonl" "$work/out/all.jsonl" >"$work/both" && covers "$work/both"; }
within 10 all_spooled 4000 && within 10 both
say $? "a file that is renamed away is made anew, and nothing is lost between"
[[ -s $work/out/all.jsonl && -s $work/out/rotated.jsonl ]]
say $? "events are in both"
stop_daemon

# ---- down and back
rm -rf "$work"/out/*
configure "{type: jsonl, path: $work/out/all.jsonl, retry_max_s: 1}"
mkdir "$work/out/all.jsonl"
fill 3000
start_daemon
within 10 status '"directory" in o[0]["last_down"] and o[0]["acked_batches"] == 0'
say $? "a path that is a directory: said, and nothing counts as delivered"
rmdir "$work/out/all.jsonl"
within 10 settled && same "$work/out/all.jsonl" >/dev/null
say $? "and when it is none, all is delivered"
stop_daemon
stop_peer
rm -f "$work/out/journal"
configure "{type: jsonl, to: journal, socket: $work/out/journal, retry_max_s: 1}"
fill 3000
start_daemon
sleep 1
start_journal
within 10 settled && within 5 covers "$work/out/messages"
say $? "a journal that comes late"
stop_daemon

check_config "where" 7:36 'where: at character 5: expected a value' "{type: jsonl, path: /x/y, where: 'uid='}"
check_config "path" 7:3 '"path" is missing' "{type: jsonl}"
check_config "to" 7:21 'expected' "{type: jsonl, to: printer}"
check_config "format" 7:37 'expected' "{type: jsonl, path: /x/y, format: xml}"
exit $failed
