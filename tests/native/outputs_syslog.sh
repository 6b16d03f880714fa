#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Events over syslog (TCP and TLS), to rsyslog where it is installed, and to a
# peer that counts octets itself.
. "$(dirname "$0")/outputs.bash"

acked() { status 'o[0]["unacked_batches"] == 0 and o[0]["acked_batches"] > 0 and o[0]["parked_batches"] == 0'; }

start_peer() {
	python3 tests/native/peer/syslog_peer.py "$port" "$work/out" "$@" 2>>"$work/peer.log" &
	peer=$!
	within 5 test -e "$work/out/listening"
}

begin() { # EVENTS
	stop_daemon
	rm -f "$work"/out/*
	fill "$1"
}

syslog() { echo "{type: syslog, host: $host, port: $port, retry_max_s: 1${1-}}"; }

echo "1..17"
host=127.0.0.1 port=$(free_port)
configure "$(syslog)"
begin 5000
start_peer
start_daemon
within 10 all_spooled 5000 && within 10 acked && within 5 same "$work/out/messages"
say $? "each event once, each frame as long as it says"
[[ $(grep -Ec '^<86>1 20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z web-17 yagura - open - \{"id":' "$work/out/messages") = 5000 ]]
say $? "the head is that of RFC 5424, facility authpriv"
stop_peer
configure "$(syslog ', facility: local3, format: ecs, where: pid=1000')"
begin 1000
start_peer
start_daemon
within 10 acked && [[ $(grep -c '^<158>1 .* - {"@timestamp"' "$work/out/messages") = 20 ]]
say $? "facility, format and where"
stop_peer

configure "$(syslog)"
begin 3000
start_daemon
within 10 status '"refused" in o[0]["last_down"].lower() and o[0]["acked_batches"] == 0'
say $? "peer down: said, and nothing counts as delivered"
start_peer
within 10 acked && within 5 same "$work/out/messages"
say $? "peer back: each event once"
stop_peer
begin 20000
start_peer slow
start_daemon
within 30 acked && within 30 same "$work/out/messages"
say $? "slow peer: each event once"
stop_peer
begin 20000
start_peer cut 3000000
start_daemon
within 10 status 'o[0]["links"] > 1'
within 20 acked && within 5 covers "$work/out/messages"
say $? "a peer that ends the connection again and again: at least once"
stop_peer

begin 20000
start_peer
# Before it has got anything: the kernel takes the connection for it.
kill -STOP "$peer"
start_daemon
sleep 2
status 'o[0]["acked_batches"] < 20'
say $? "a peer that stands still gets no more than its kernel takes"
kill -CONT "$peer"
within 20 acked && within 10 same "$work/out/messages"
say $? "and all when it goes on"
stop_peer

configure "$(syslog ', max_message: 480, format: ecs')"
begin 200
start_peer
start_daemon
within 10 status 'o[0]["parked_batches"] > 0 and o[0]["unacked_batches"] == 0 and "max_message" in o[0]["last_refusal"]'
say $? "a message that is too long: parked"
stop_peer

# ---- TLS
authority cert localhost
authority other localhost
authority wrong elsewhere
host=localhost
configure "$(syslog ", tls: {ca: $work/cert}")"
begin 3000
start_peer tls "$work/cert" "$work/cert.key"
start_daemon
within 10 acked && within 5 same "$work/out/messages"
say $? "TLS: each event once"
configure "$(syslog ", tls: {ca: $work/other}")"
begin 1000
start_daemon
within 10 status '"certificate" in o[0]["last_down"].lower() and o[0]["acked_batches"] == 0'
say $? "TLS, wrong authority: refused"
stop_peer
configure "$(syslog ", tls: {ca: $work/wrong}")"
begin 1000
start_peer tls "$work/wrong" "$work/wrong.key"
start_daemon
within 10 status 'o[0]["last_down"] and o[0]["acked_batches"] == 0 and not o[0]["up"]' && [[ ! -s $work/out/messages ]]
say $? "TLS, wrong name: refused"
stop_daemon
stop_peer

# ---- rsyslog
if has_rsyslog; then
	host=127.0.0.1
	configure "$(syslog)"
	begin 3000
	rsyslog "$port" "$work/out"
	start_daemon
	within 10 acked && within 10 same "$work/out/messages"
	say $? "rsyslog: each event once"
	stop_daemon
	stop_peer
else
	skip "no rsyslogd here"
fi
if has_rsyslog_tls; then
	host=localhost
	configure "$(syslog ", tls: {ca: $work/cert}")"
	begin 3000
	rsyslog "$port" "$work/out" cert
	start_daemon
	within 10 acked && within 10 same "$work/out/messages"
	say $? "rsyslog over TLS: each event once"
	stop_daemon
	stop_peer
else
	skip "no rsyslogd with OpenSSL here"
fi

check_config "facility" 7:48 'facility: unknown value' "{type: syslog, host: x, port: 514, facility: nobody}"
check_config "host" 7:3 '"host" is missing' "{type: syslog, port: 514}"
exit $failed
