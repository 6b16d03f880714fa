#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Events to Kafka: to librdkafka's mock broker, which another process runs.
. "$(dirname "$0")/outputs.bash"

acked() { status 'o[0]["unacked_batches"] == 0 and o[0]["acked_batches"] > 0 and o[0]["parked_batches"] == 0'; }
told() { [[ $(wc -l <"$work/out/records.obeyed") -ge $1 ]]; }
is_down() { status 'o[0]["last_down"] and o[0]["acked_batches"] + o[0]["parked_batches"] == 0'; }

tell() { # COMMAND... - and it is in force when this returns
	local nr
	nr=$(wc -l <"$work/out/records.obeyed")
	echo "$*" >"$work/commands"
	within 10 told $((nr + 1))
}

start_peer() {
	rm -f "$work"/out/*
	"$work/kafka_peer" yagura "$work/out/records" "$work/commands" 2>>"$work/peer.log" &
	peer=$!
	within 5 test -s "$work/out/records.brokers" && brokers=$(<"$work/out/records.brokers")
}

begin() { # EVENTS OPTIONS [PER_MS]
	stop_daemon
	stop_peer
	start_peer
	configure "{type: kafka, brokers: '$brokers', topic: yagura, retry_max_s: 1, timeout_s: 3${2-}}"
	fill "$1" ${3+"$3"}
}

echo "1..17"
build_kafka_peer
mkfifo "$work/commands"

begin 5000
start_daemon
within 10 all_spooled 5000 && within 10 acked && within 10 same "$work/out/records"
say $? "each event once, as a record"
[[ $(sort -u "$work/out/records.keys") = web-17 ]]
say $? "the key is the host"
status 'o[0]["link"]["delivered"] == 5000 and o[0]["link"]["under_way"] == 0'
say $? "and that many are counted"
begin 2000 ", format: sigma, where: pid=1007, codec: none"
start_daemon
within 10 acked && within 5 test "$(grep -c '^{"product":"linux"' "$work/out/records")" = 40
say $? "format, where and codec"

begin 5000
tell slow 300
start_daemon
within 30 acked && within 10 same "$work/out/records"
say $? "slow broker: each event once"
begin 5000
tell errors 5
start_daemon
within 20 acked && within 10 same "$work/out/records"
say $? "a broker without enough replicas for a while: each event once"
begin 5000
tell down
start_daemon
within 30 is_down
say $? "broker down: said, and nothing counts as delivered"
tell up
within 30 acked && within 10 covers "$work/out/records"
say $? "broker back: all is delivered"
begin 200
tell down
sed -i 's/flush_ms: 20,/flush_ms: 1500,/' "$work/yagurad.yaml"
start_daemon
within 30 is_down
say $? "broker down before there was anything to send: said"
tell up
within 30 acked && within 10 covers "$work/out/records"
say $? "and all is delivered when it is back"
begin 30000 "" 10
start_daemon
sleep 1
tell down
sleep 2
tell up
wait "$producer"; producer=''
within 10 all_spooled 30000 && within 40 acked && within 20 covers "$work/out/records"
say $? "broker down and back meanwhile: at least once"
begin 200 ", max_message: 1000, format: ocsf"
sed -i "s/web-17/$(printf 'h%.0s' {1..200})/" "$work/yagurad.yaml"
start_daemon
within 10 status 'o[0]["parked_batches"] > 0 and o[0]["unacked_batches"] == 0 and "too large" in o[0]["last_refusal"]'
say $? "records that are too large: parked"
stop_daemon

# ---- TLS, in front of a broker that has none; its address is in its certificate
behind_tls() { # CERTIFICATE AUTHORITY
	begin 2000 ", tls: {ca: $work/$2}"
	cat >"$work/wrapped/yagurad" <<-EOF
		#!/bin/sh
		exec python3 tests/native/peer/tls_front.py ${brokers##*:} $work/$1 $work/$1.key "$real/yagurad" "\$@"
	EOF
	chmod 755 "$work/wrapped/yagurad"
	B=$work/wrapped
	start_daemon
	B=$real
}

if unshare --net true 2>/dev/null; then
	mkdir "$work/wrapped"
	real=$B
	authority cert 127.0.0.1
	authority other 127.0.0.1
	authority elsewhere 127.0.0.2
	behind_tls cert cert
	within 10 all_spooled 2000 && within 20 acked && within 10 same "$work/out/records"
	say $? "TLS with the right certificate: each event once"
	behind_tls cert other
	within 20 is_down && status '"certificate" in o[0]["last_down"].lower()' && [[ ! -s $work/out/records ]]
	say $? "TLS, wrong authority: refused, nothing sent"
	behind_tls elsewhere elsewhere
	within 20 is_down && status '"certificate" in o[0]["last_down"].lower()' && [[ ! -s $work/out/records ]]
	say $? "TLS, wrong name: refused, nothing sent"
	stop_daemon
else
	skip "no namespaces here"; skip "no namespaces here"; skip "no namespaces here"
fi
stop_peer

check_config "brokers" 7:3 '"brokers" is missing' "{type: kafka, topic: x}"
check_config "password without user" 7:3 '"password_file" without "user"' \
	"{type: kafka, brokers: x, topic: y, password_file: /x/y}"
exit $failed
