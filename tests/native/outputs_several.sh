#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Several outputs of one daemon: each goes its own way, the spool waits for the
# slowest, what a receiver refuses is parked, and the sums add up.
. "$(dirname "$0")/daemon.bash"
second=''

# configure OUTPUT... - a fresh spool with these outputs
configure() {
	rm -rf "$work"/{spool,run}
	{
		printf 'version: 1\nspool: {dir: %s, limit: 64MiB, segment: 1MiB}\n' "$work/spool"
		printf 'reader: {flush_ms: 20, batch: 64KiB}\nruntime_dir: %s\noutputs:\n' "$work/run"
		printf -- '- {%s}\n' "$@"
	} >"$work/yagurad.yaml"
}

# of NAME KEY - a number or word of that output in the status file
of() {
	awk -v name="\"$1\"," -v key="\"$2\":" '
		$1 == "\"name\":" { here = $2 == name }
		here && $1 == key { gsub(/[",]/, "", $2); print $2; exit }' "$work/run/sender.json"
}

# adds_up NAME - the way of the position is the sum of what became of its batches
adds_up() {
	[[ $(($(of "$1" position_id) - $(of "$1" start_id))) = $(($(of "$1" acked_batches) + \
		$(of "$1" passed_batches) + $(of "$1" parked_batches) + $(of "$1" dropped_batches) + \
		$(of "$1" missing_batches))) ]]
}

# spooled - how many events the reader has put on disk
spooled() { awk '$1 == "\"spool\":" { here = 1 } here && $1 == "\"events\":" { print $2 + 0; exit }' "$work/run/reader.json"; }

# is_through NAME EVENTS - all of them are on disk, and that output is done with them
is_through() {
	[[ $(spooled) = "$2" && $(of "$1" position_id) = $(($(value reader next_batch_id) - 1)) &&
		$(of "$1" unacked_batches) = 0 ]]
}

segments() { find "$work/spool" -maxdepth 1 -name '*.ygs' | wc -l; }
parked() { find "$work/spool/parked/$1" -name '*.ygs' 2>/dev/null | wc -l; }

# fresh ARGS... - a receiver without a past, on any port
fresh() {
	end receiver
	rm -rf "$work"/{out,out2} "$work"/*.log
	port=0
	start_receiver "$@"
}

# free_port - sets port to one that nobody listens on
free_port() { fresh; end receiver; }

# ---- one of two receivers is away
several() {
	local first_port first_segment=$work/spool/0000000000000001.ygs
	free_port; first_port=$port
	free_port
	configure "type: yagura, name: near, host: localhost, port: $first_port, retry_max_s: 1" \
		"type: yagura, name: away, host: 127.0.0.1, port: $port, retry_max_s: 1" "type: 'null'"
	port=$first_port; start_receiver
	produce 2 8388608 250000 80
	start_daemon
	wait_producer
	within delivered
	say $? "two receivers, one away: the other one has all of it"
	within is_through near 250000 && within is_through null 250000
	say $? "two receivers, one away: and its position is at the end"
	[[ $(of away position_id) = 0 && $(of away up) = false ]]
	say $? "two receivers, one away: nothing is known of the one that is away"
	[[ $(segments) -gt 1 && -f $first_segment ]]
	say $? "two receivers, one away: the spool waits for it ($(segments) segments)"
	"$B/yagura-recv" --listen "127.0.0.1:$(sed -n 's/.*name: away.*port: \([0-9]*\).*/\1/p' "$work/yagurad.yaml")" \
		--out "$work/out2" 2>>"$work/recv2.log" &
	second=$!
	within delivered "$work/out2"
	say $? "it comes: it has all of it as well"
	within is_through away 250000 && within test ! -f "$first_segment"
	say $? "it comes: the spool is trimmed ($(segments) segments left)"
	adds_up near && adds_up away && adds_up null
	say $? "sums add up for each of them"
	cmp -s "$work"/out/*.ygs "$work"/out2/*.ygs
	say $? "both have the same bytes"
	stop daemon
	say $? "SIGTERM: status 0"
	[[ -s $work/spool/near.state && -s $work/spool/away.state && -s $work/spool/null.state ]]
	say $? "each has a position of its own on disk"
	end receiver
	end second
}

# ---- a receiver that takes no large batches
refused() {
	fresh --max-batch 4000
	configure "type: yagura, host: 127.0.0.1, port: $port"
	produce 2 1048576 6000 100; wait_producer
	start_daemon
	within is_through yagura 6000
	say $? "refused: the position goes on"
	[[ $(of yagura parked_batches) -gt 0 && $(parked yagura) = $(of yagura parked_batches) ]]
	say $? "refused: each of them is parked ($(parked yagura) batches)"
	adds_up yagura
	say $? "refused: the sums add up"
	[[ $(of yagura links) = 1 ]]
	say $? "refused: by a connection that goes on"
	local files=("$work"/spool/parked/yagura/*.ygs "$work"/out/*.ygs) file lines=0
	for file in "${files[@]}"; do
		[[ -f $file ]] || continue
		lines=$((lines + $("$B/yaguractl" spool cat "$file" 2>/dev/null | wc -l)))
	done
	[[ $lines = 6000 ]]
	say $? "refused: parked and stored together are all there was ($lines events)"
	stop daemon
	rm "$work/run/sender.json"
	start_daemon
	within test -s "$work/run/sender.json"
	sleep 0.5
	[[ $(of yagura sent_batches) = 0 ]]
	say $? "refused: not sent again by the next daemon"
	stop daemon
	end receiver
}

# ---- nowhere to park
dropped() {
	fresh --max-batch 1000
	configure "type: yagura, host: 127.0.0.1, port: $port, park: 1"
	produce 2 1048576 2000 100; wait_producer
	start_daemon
	within is_through yagura 2000
	say $? "no park: the position goes on"
	[[ $(of yagura dropped_batches) -gt 0 && $(parked yagura) = 0 ]] && adds_up yagura
	say $? "no park: what is dropped is counted ($(of yagura dropped_batches) batches)"
	stop daemon
	end receiver
}

# Connects and keeps quiet: that it is let go, and nobody else, is the test.
stranger() {
	exec 3<>"/dev/tcp/127.0.0.1/$port"
	timeout 8 cat <&3 >/dev/null
	say $? "a stranger that says nothing is let go"
	exec 3>&-
}

# ---- a connection that is there and says nothing
silent() {
	fresh
	configure "type: yagura, host: 127.0.0.1, port: $port, ack_timeout_s: 2, retry_max_s: 1" "type: 'null'"
	produce 2 4194304 20000 5
	start_daemon
	within eval '[[ $(of yagura acked_batches) -gt 0 ]]'
	kill -STOP "$receiver"
	within grep -q 'no acknowledgement in time' "$work/daemon.log"
	say $? "silent receiver: the link is broken after its time"
	wait_producer
	within is_through null 20000
	say $? "silent receiver: the other output goes on"
	kill -CONT "$receiver"
	within delivered
	say $? "silent receiver: speaks again, all is delivered once"
	stranger
	[[ $(of yagura up) = true ]]
	say $? "and the sender is not"
	stop daemon
	end receiver
}

# ---- a receiver that is awake for a tenth of its time
slow() {
	local i
	fresh
	configure "type: yagura, host: 127.0.0.1, port: $port, window: 2" "type: 'null'"
	produce 2 8388608 60000 20
	start_daemon
	for ((i = 0; i < 15; i++)); do
		kill -STOP "$receiver"; sleep 0.18
		kill -CONT "$receiver"; sleep 0.02
	done
	wait_producer
	within delivered
	say $? "slow receiver: all is delivered once"
	within is_through yagura 60000
	[[ $(of yagura links) = 1 ]]
	say $? "slow receiver: over one connection"
	within is_through null 60000
	say $? "slow receiver: the other output does not wait"
	stop daemon
	end receiver
}

echo "1..26"
build_helper ring_producer check_delivery
several
refused
dropped
silent
slow
exit $failed
