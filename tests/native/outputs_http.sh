#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Events over HTTP: to a peer that behaves as it is told, and to a real ClickHouse
# where one is installed.
. "$(dirname "$0")/outputs.bash"

settled() { status 'o[0]["unacked_batches"] == 0 and o[0]["acked_batches"] + o[0]["parked_batches"] > 0'; }
acked() { status 'o[0]["unacked_batches"] == 0 and o[0]["acked_batches"] > 0 and o[0]["parked_batches"] == 0'; }
behave() { echo "$*" >"$work/out/mode"; }

start_peer() {
	python3 tests/native/peer/http_peer.py "$port" "$work/out" "$@" 2>>"$work/peer.log" &
	peer=$!
	within 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
}

# begin EVENTS MODE... - a fresh spool and a peer's empty shelf
begin() {
	local events=$1
	shift
	stop_daemon
	rm -f "$work"/out/{events,requests}
	behave "$@"
	fill "$events"
}

elastic() { echo "{type: http, kind: elasticsearch, url: http://127.0.0.1:$port, index: logs-yagura, retry_max_s: 1, timeout_s: 3${1-}}"; }
lines() { echo "{type: http, kind: lines, url: http://127.0.0.1:$port/in, retry_max_s: 1, timeout_s: 3${1-}}"; }

echo "1..39"
port=$(free_port)
configure "$(elastic)"
start_peer
begin 5000 take
start_daemon
within 10 all_spooled 5000 && within 10 acked
say $? "_bulk: all batches are acknowledged"
same "$work/out/events" >/dev/null
say $? "_bulk: each event once"
grep -q "^/logs-yagura/_bulk?filter_path=" "$work/out/requests"
say $? "_bulk: to its index"

begin 3000 busy-one 3
start_daemon
sleep 1
behave take
within 20 acked && same "$work/out/events" >/dev/null
say $? "_bulk: some events are told to come later: all are there once, by their ids"
status 'o[0]["link"]["duplicates"] > 0 and "as told" in o[0]["last_down"]'
say $? "and the duplicates were counted"

begin 3000 refuse-one /var/tmp/native/77
start_daemon
within 10 settled && within 5 status 'o[0]["parked_batches"] >= 1 and o[0]["acked_batches"] >= 1'
say $? "_bulk: one event is refused for good: its batch is parked, the others are acknowledged"
diff -q <(spool_ids --where 'path!~/var/tmp/native/77*') <(file_ids "$work/out/events") >/dev/null
say $? "and all but the refused ones are there, once"
status '"as told" in o[0]["last_refusal"] and o[0]["link"]["refused"] == 11'
say $? "and 11 events are counted as refused, with the reason"
"$B/yaguractl" spool cat "$work"/spool/parked/http/* --where 'path=/var/tmp/native/77' | grep -q native/77
say $? "and what is parked can be read"

configure "$(lines)"
begin 3000 limit 20000
start_daemon
within 20 acked && same "$work/out/events" >/dev/null
say $? "lines: 413: requests are halved until they fit, each event is there once"
status 'o[0]["link"]["splits"] > 0'
say $? "and the halving is counted"
begin 200 limit 100
start_daemon
within 20 settled && status 'o[0]["acked_batches"] == 0 and o[0]["link"]["refused"] == 200 and "too large" in o[0]["last_refusal"]'
say $? "lines: 413 for each single event: parked, not tried for ever"

begin 2000 status 400
start_daemon
within 10 status 'o[0]["parked_batches"] > 0 and o[0]["unacked_batches"] == 0 and "HTTP 400: as told" in o[0]["last_refusal"]'
say $? "lines: 400: parked, with the far end's reason"
[[ ! -s $work/out/events ]]
say $? "and nothing was taken"

for code in 429 503 401; do
	begin 2000 status $code
	start_daemon
	within 10 status "'HTTP $code' in o[0]['last_down'] and o[0]['acked_batches'] + o[0]['parked_batches'] == 0"
	say $? "lines: $code: kept, and said"
	behave take
	within 20 acked && same "$work/out/events" >/dev/null
	say $? "lines: $code, then not: all is delivered"
done

begin 3000 slow 0.05
start_daemon
within 30 acked && same "$work/out/events" >/dev/null
say $? "slow peer: each event once"
stop_daemon
rm -f "$work"/out/{events,requests}
behave slow 0.3
fill 3000 1
start_daemon
wait "$producer"; producer=''
within 10 all_spooled 3000 && within 20 acked && same "$work/out/events" >/dev/null
say $? "slow peer, a small batch every 20 ms: it keeps up, each event once"
status "o[0]['acked_batches'] >= 2 * $(wc -l <"$work/out/requests")"
say $? "because a request takes what has come meanwhile"

configure "$(elastic)"
begin 3000 refuse-one /var/tmp/native/29
sed -i 's/batch: 64KiB/batch: 4KiB/' "$work/yagurad.yaml"
start_daemon
within 20 settled && within 5 status "o[0]['acked_batches'] > 3 * o[0]['parked_batches'] > 0"
say $? "_bulk: of several batches in one request, only those with a refused event are parked"
diff -q <(spool_ids --where 'path!~/var/tmp/native/29*') <(file_ids "$work/out/events") >/dev/null
say $? "and all but the refused ones are there, once"
configure "$(lines)"

begin 2000 hang
start_daemon
within 15 status '"timed out" in o[0]["last_down"].lower()'
say $? "a peer that never answers: given up in time"
behave take
within 20 acked && covers "$work/out/events"
say $? "and all is delivered when it does"
begin 2000 cut
start_daemon
sleep 2
behave take
within 20 acked && covers "$work/out/events"
say $? "a peer that takes and breaks the connection: at least once"
begin 2000 take
stop_peer
start_daemon
within 10 status 'o[0]["last_down"] and not o[0]["up"]'
sleep 1
start_peer
within 20 acked && same "$work/out/events" >/dev/null
say $? "peer down for a while: each event once"
stop_peer

# ---- TLS
authority cert localhost
authority other other
printf 'Bearer s3cret\n' >"$work/token"
chmod 600 "$work/token"
tls() { echo "{type: http, kind: lines, url: 'https://$1:$port/in', retry_max_s: 1, token_file: $work/token, tls: {ca: $2}}"; }
configure "$(tls localhost "$work/cert")"
begin 1000 take
start_peer "$work/cert" "$work/cert.key"
start_daemon
within 10 acked && same "$work/out/events" >/dev/null && grep -q 'Bearer s3cret$' "$work/out/requests"
say $? "TLS with the right certificate, and a token"
configure "$(tls localhost "$work/other")"
begin 1000 take
start_daemon
within 10 status '"certificate" in o[0]["last_down"].lower()' && [[ ! -e $work/out/requests ]]
say $? "TLS, wrong authority: refused, nothing sent"
configure "$(tls 127.0.0.1 "$work/cert")"
begin 1000 take
start_daemon
within 10 status '"name" in o[0]["last_down"].lower()' && [[ ! -e $work/out/requests ]]
say $? "TLS, wrong name: refused, nothing sent"
stop_daemon
stop_peer

# ---- a real ClickHouse
if has_clickhouse; then
	clickhouse "$port"
	query "$port" 'CREATE TABLE events (id String, host String, type String, pid UInt32, path String) ENGINE = Log'
	configure "{type: http, kind: clickhouse, url: 'http://127.0.0.1:$port', table: default.events, retry_max_s: 1}"
	begin 3000 take
	start_daemon
	within 15 acked && diff -q <(spool_ids) <(query "$port" 'SELECT id FROM events ORDER BY id') >/dev/null &&
		[[ $(query "$port" "SELECT count() FROM events WHERE host = 'web-17' AND path LIKE '/var/tmp/native/%'") = 3000 ]]
	say $? "ClickHouse has each event once, in its columns"
	query "$port" 'DROP TABLE events'
	query "$port" 'CREATE TABLE events (id UInt8) ENGINE = Log'
	begin 1000 take
	start_daemon
	within 15 status 'o[0]["parked_batches"] > 0 and o[0]["unacked_batches"] == 0 and "Code: " in o[0]["last_refusal"]'
	say $? "ClickHouse refuses what its columns cannot hold: parked"
	stop_daemon
else
	skip "no clickhouse-server here"; skip "no clickhouse-server here"
fi

# ---- names
# with_silent_names - what start_daemon runs from here on has name servers that never answer
with_silent_names() {
	mkdir "$work/wrapped"
	ln -s "$B/yaguractl" "$work/wrapped/yaguractl"
	cat >"$work/wrapped/yagurad" <<-EOF
		#!/bin/sh
		exec unshare --mount --net python3 tests/native/peer/silent_names.py $work/resolv.conf "$B/yagurad" "\$@"
	EOF
	chmod 755 "$work/wrapped/yagurad"
}

if unshare --mount --net true 2>/dev/null; then
	with_silent_names
	configure "{type: jsonl, path: $work/out/near}" \
		"{type: http, kind: lines, url: 'http://far.example.test:80/', retry_max_s: 1}" \
		"{name: six, type: http, kind: lines, url: 'http://[::1]:9/', retry_max_s: 1}"
	begin 2000 take
	real=$B B=$work/wrapped
	start_daemon
	within 5 all_spooled 2000 && within 5 same "$work/out/near"
	say $? "name servers that are silent: other outputs do not wait for them"
	within 15 status '"far.example.test: no answer from the name servers" in o[1]["last_down"]'
	say $? "and it is said"
	status 'o[2]["links"] > 0 and "::1" in o[2]["last_down"]'
	say $? "an address of IPv6 needs no name server"
	stop_daemon
	B=$real
else
	skip "no namespaces here"; skip "no namespaces here"; skip "no namespaces here"
fi

check_config "url" 7:34 'expected http://... or https://...' "{type: http, kind: lines, url: ftp://x/}"
check_config "index" 7:3 '"index" is missing' "{type: http, kind: elasticsearch, url: http://x}"
exit $failed
