#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The crash matrix: reader, sender, receiver, and all of the daemon at once, each
# killed at KILLS random points while events flow into two outputs. Afterwards no
# event is lost, none is there twice, and each chain of batches verifies.
# KILLS=n and SEED=n repeat or lengthen a run.
. "$(dirname "$0")/daemon.bash"
KILLS=${KILLS:-$([[ -n ${YAGURA_LONG-} ]] && echo 200 || echo 6)}
SEED=${SEED:-$RANDOM}
RANDOM=$SEED
repeat_with="SEED=$SEED KILLS=$KILLS"

configure() {
	mkdir -p "$work/far"
	[[ $(id -u) != 0 ]] || chown nobody "$work/far"
	cat >"$work/yagurad.yaml" <<-END
		version: 1
		spool: {dir: $work/spool, limit: 64MiB, segment: 1MiB}
		reader: {flush_ms: 5, batch: 16KiB}
		$([[ $(id -u) != 0 ]] || echo "sender: {user: nobody}")
		outputs:
		- {type: yagura, host: 127.0.0.1, port: $port, window: 8, retry_max_s: 1}
		- {type: file, path: $work/far/out.ygs, retry_max_s: 1}
		runtime_dir: $work/run
	END
}

# running NAME - sets pid to that of the daemon's present reader or sender
running() {
	pid=$(value "$1" pid)
	[[ -n $pid && $(awk '{ print $4 }' "/proc/$pid/stat" 2>/dev/null) = "$daemon" ]]
}

pause() { sleep "0.$(printf %03d $((RANDOM % $1)))"; }

# kill_child NAME - and wait for the next one. Its parent waits longer each time, so
# now and then there is a new parent.
kill_child() {
	local pid=
	within running "$1"; running "$1" || return 1
	pause 120
	kill -9 "$pid" 2>/dev/null || return 1
	[[ $((round % 3)) != 2 ]] || { end daemon; start_daemon; }
}

kill_reader() { kill_child reader; }
kill_sender() { kill_child sender; }
kill_receiver() { pause 250; end receiver; pause 60; start_receiver; }
kill_daemon() { pause 250; end daemon; start_daemon; }

# matrix VICTIM - one row
matrix() {
	local round done=0
	for ((round = 0; done < KILLS && round < 2 * KILLS; round++)); do
		"kill_$1" && done=$((done + 1))
	done
	[[ $done = "$KILLS" ]]
	say $? "$1: killed $done times"
}

all_there() { "$work/check_delivery" "$work/producer.txt" "$1"; }

echo "1..11"
build_helper ring_producer check_delivery
start_receiver
configure
produce 4 1048576 100000000 4
start_daemon
for victim in reader sender receiver daemon; do
	matrix "$victim"
done
stop producer
within all_there "$work"/out/*.ygs || within all_there "$work"/out/*.ygs
all_there "$work"/out/*.ygs
say $? "receiver: every event once, or told of in a gap record"
within all_there "$work/far/out.ygs"
all_there "$work/far/out.ygs"
say $? "file: every event once, or told of in a gap record"
cmp -s "$work"/out/*.ygs "$work/far/out.ygs"
say $? "both have the same batches, byte for byte"
"$B/yaguractl" spool verify "$work"/out/*.ygs >"$work/verify.log" 2>&1
say $? "receiver: the chain verifies"
"$B/yaguractl" spool verify "$work/spool" >"$work/verify.log" 2>&1
say $? "spool: the chain verifies"
stop daemon
say $? "SIGTERM: the daemon ends with status 0"
stop receiver
say $? "SIGTERM: the receiver ends with status 0"
exit $failed
