#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Events in the Fluent Forward protocol. The peer is of this project, written from
# the specification and in another language.
. "$(dirname "$0")/outputs.bash"

acked() { status 'o[0]["unacked_batches"] == 0 and o[0]["acked_batches"] > 0 and o[0]["parked_batches"] == 0'; }
behave() { echo "$*" >"$work/out/mode"; }

start_peer() {
	rm -f "$work/out/listening"
	python3 tests/native/peer/fluent_peer.py "$port" "$work/out" "$@" 2>>"$work/peer.log" &
	peer=$!
	within 5 test -e "$work/out/listening"
}

# begin EVENTS OPTIONS PEER_ARGUMENTS...
begin() {
	local events=$1 options=$2
	shift 2
	stop_daemon
	stop_peer
	rm -f "$work"/out/*
	start_peer "$@"
	configure "{type: fluent, host: localhost, port: $port, retry_max_s: 1$options}"
	fill "$events"
}

key() { echo ", shared_key_file: $work/$1"; }

echo "1..19"
port=$(free_port)
begin 5000 ''
start_daemon
within 10 all_spooled 5000 && within 10 acked && same "$work/out/records" >/dev/null
say $? "each event once"
grep -q '"host":"web-17".*"path":"/var/tmp/native/42"' "$work/out/records" && grep -q '^yagura.events [0-9]* None$' "$work/out/chunks"
say $? "records are the events, under the tag"
begin 5000 ', gzip: true, tag: a.b'
start_daemon
within 10 acked && same "$work/out/records" >/dev/null && grep -q '^a.b [0-9]* gzip$' "$work/out/chunks"
say $? "gzip"
begin 3000 ', format: ecs, where: pid=1007, chunk: 4KiB'
start_daemon
within 10 acked && [[ $(grep -c '^{"@timestamp":' "$work/out/records") = 60 && $(wc -l <"$work/out/chunks") -gt 5 ]]
say $? "format, where and chunk"

printf 'opensesame\n' >"$work/key"
printf 'wrong\n' >"$work/wrong"
chmod 600 "$work/key"
begin 2000 "$(key key)" key opensesame
start_daemon
within 10 acked && same "$work/out/records" >/dev/null
say $? "shared key"
begin 1000 "$(key wrong)" key opensesame
start_daemon
within 10 status '"shared_key mismatch" in o[0]["last_down"] and o[0]["acked_batches"] == 0' && [[ ! -e $work/out/records ]]
say $? "another key: refused, nothing sent"
begin 1000 '' key opensesame
start_daemon
within 10 status '"asks for a shared key" in o[0]["last_down"] and o[0]["acked_batches"] == 0'
say $? "a key is wanted and none set: said"
printf 'pass\n' >"$work/password"
begin 2000 "$(key key), user: u, password_file: $work/password" key opensesame u pass
start_daemon
within 10 acked && same "$work/out/records" >/dev/null
say $? "user and password"
begin 1000 "$(key key), user: u, password_file: $work/wrong" key opensesame u pass
start_daemon
within 10 status '"username/password mismatch" in o[0]["last_down"]' && [[ ! -e $work/out/records ]]
say $? "another password: refused, nothing sent"

begin 3000 ''
behave slow 0.2
start_daemon
within 30 acked && same "$work/out/records" >/dev/null
say $? "slow peer: each event once"
begin 2000 ', ack_timeout_s: 1'
behave deaf
start_daemon
within 10 status '"acknowledgement" in o[0]["last_down"] and o[0]["acked_batches"] == 0'
say $? "a peer that acknowledges nothing: nothing counts as delivered"
behave take
within 20 acked && covers "$work/out/records"
say $? "and all is delivered when it does"
begin 2000 ''
behave other
start_daemon
within 10 status '"out of turn" in o[0]["last_down"] and o[0]["acked_batches"] == 0'
say $? "an acknowledgement of another chunk: not taken for ours"
begin 2000 ''
behave cut
start_daemon
within 10 status 'o[0]["links"] > 1'
behave take
within 20 acked && covers "$work/out/records"
say $? "a peer that breaks the connection: at least once"
begin 2000 ''
stop_peer
start_daemon
within 10 status 'o[0]["last_down"] and o[0]["acked_batches"] == 0'
start_peer
within 20 acked && same "$work/out/records" >/dev/null
say $? "peer down and back: each event once"

authority cert localhost
authority other other
begin 2000 "$(key key), tls: {ca: $work/cert}" key opensesame tls "$work/cert" "$work/cert.key"
start_daemon
within 10 acked && same "$work/out/records" >/dev/null
say $? "TLS and shared key"
begin 1000 "$(key key), tls: {ca: $work/other}" key opensesame tls "$work/cert" "$work/cert.key"
start_daemon
within 10 status '"certificate" in o[0]["last_down"].lower()' && [[ ! -e $work/out/records ]]
say $? "TLS, wrong authority: refused, nothing sent"
stop_daemon
stop_peer

check_config "user without key" 7:3 'need a "shared_key_file"' "{type: fluent, host: x, port: 1, user: u}"
check_config "gzip" 7:46 'gzip' "{type: fluent, host: x, port: 24224, gzip: maybe}"
exit $failed
