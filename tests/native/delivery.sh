#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The real daemon and the real receiver, end to end, on a played kernel: whatever
# is killed at whatever point, every event arrives exactly once or is told of in
# a gap record. KILLS=n and SEED=n repeat or lengthen a run.
. "$(dirname "$0")/daemon.bash"
KILLS=${KILLS:-$([[ -n ${YAGURA_LONG-} ]] && echo 60 || echo 12)}
SEED=${SEED:-$RANDOM}
RANDOM=$SEED
repeat_with="SEED=$SEED KILLS=$KILLS"

# configure LIMIT - a fresh spool, an empty far end
configure() {
	rm -rf "$work"/{spool,run,out,rings} "$work"/*.log
	cat >"$work/yagurad.yaml" <<-END
		version: 1
		spool: {dir: $work/spool, limit: $1, segment: 1MiB}
		reader: {flush_ms: 20, batch: 64KiB}
		outputs: [{type: yagura, window: 4, host: 127.0.0.1, port: $port}]
		runtime_dir: $work/run
	END
}

# child NAME - the process id that NAME's status file tells, if it is the daemon's child now
child() {
	local pid
	pid=$(sed -n 's/.*"pid": \([0-9]*\).*/\1/p' "$work/run/$1.json" 2>/dev/null)
	[[ -n $pid && $(awk '{ print $4 }' "/proc/$pid/stat" 2>/dev/null) = "$daemon" ]] && echo "$pid"
}

kill_one() {
	local victim
	case $((RANDOM % 4)) in
	0 | 1) victim=$(child reader); [[ -z $victim ]] || { kill -9 "$victim" && killed reader; } ;;
	2) victim=$(child sender); [[ -z $victim ]] || { kill -9 "$victim" && killed sender; } ;;
	3) if ((RANDOM % 2)); then
		end receiver; killed receiver; sleep 0.0$((RANDOM % 10)); start_receiver
	   else
		end daemon; killed supervisor; sleep 0.0$((RANDOM % 10)); start_daemon --io "$io"
	   fi ;;
	esac
}

killed() { count[$1]=$((${count[$1]-0} + 1)); }

# Three times as long as anything else may take.
wait_delivered() { within delivered || within delivered || within delivered; }

stop_all() {
	stop daemon; daemon_status=$?
	stop receiver; receiver_status=$?
}

# play NAME RING_BYTES EVENTS PER_MS KILLS LIMIT
play() {
	local i pause
	declare -gA count=()
	configure "$6"
	start_receiver
	produce 4 "$2" "$3" "$4"
	start_daemon --io "$io"
	for ((i = 0; i < $5; i++)); do
		pause=$((RANDOM % 700 + 50))
		sleep "0.$(printf %03d $pause)"
		kill_one
	done
	wait_producer
	wait_delivered
	for i in "${!count[@]}"; do echo "# killed: $i ${count[$i]} times"; done
	delivered
	say $? "$1: all delivered once or told of"
	stop_all
	[[ $daemon_status = 0 && $receiver_status = 0 ]]
	say $? "$1: SIGTERM ends daemon and receiver with status 0"
	lz4 -dc "$work"/out/*.ygs >"$work/stream" 2>/dev/null && [[ -s $work/stream ]]
	say $? "$1: lz4 -dc reads what the receiver stored"
}

# all_waits BYTES - the far end has not grown beyond them, the spool has
all_waits() {
	[[ $(stat -c %s "$work"/out/*.ygs) = "$1" && $(stat -c %s "$work"/spool/*.ygs | sort -n | tail -n 1) -gt $1 ]]
}

# The spool is put back to an earlier state while the far end has gone on.
restore() {
	configure 64MiB
	start_receiver
	produce 2 1048576 3000 1000; wait_producer
	start_daemon
	wait_delivered
	stop daemon
	rm -rf "$work/copy"; cp -a "$work/spool" "$work/copy"
	produce 2 1048576 3000 1000; wait_producer
	start_daemon
	sleep 1
	stop daemon
	local before; before=$(stat -c %s "$work"/out/*.ygs)
	rm -rf "$work/spool"; mv "$work/copy" "$work/spool"
	produce 2 1048576 9000 1000; wait_producer
	start_daemon
	within grep -q 'restored from a copy' "$work/daemon.log"
	say $? "a restored spool: said"
	within all_waits "$before"
	say $? "a restored spool: nothing is taken for what the far end has, all of it waits"
	stop_all
}

# The far end goes away and comes back while there is nothing to send.
idle() {
	configure 64MiB
	start_receiver
	produce 2 1048576 2000 2
	start_daemon
	sleep 0.5
	kill -STOP "$producer"
	sleep 1
	end receiver
	sleep 1
	start_receiver
	kill -CONT "$producer"
	wait_producer
	wait_delivered
	delivered
	say $? "receiver away while idle: all delivered afterwards"
	stop_all
}

# The configuration is read again and again while events flow.
reload() {
	local i
	configure 64MiB
	start_receiver
	produce 4 1048576 60000 15
	start_daemon
	for ((i = 0; i < 12; i++)); do
		sleep 0.3
		kill -HUP "$daemon"
	done
	wait_producer
	wait_delivered
	delivered
	say $? "SIGHUP twelve times under load: all delivered once"
	[[ $(grep -c 'sends to' "$work/daemon.log") = 13 ]]
	say $? "SIGHUP twelve times: each of them was followed"
	stop_all
}

build_helper ring_producer check_delivery
port=$((20000 + RANDOM % 20000))
echo "# SEED=$SEED KILLS=$KILLS"
echo "1..17"
io=uring play "calm, io_uring" 1048576 100000 50 0 64MiB
io=epoll play "calm, epoll" 1048576 100000 50 0 64MiB
io=auto play "killed at random" 1048576 100000 $((KILLS > 20 ? 5 : 20)) "$KILLS" 64MiB
io=auto play "small rings that overflow, killed at random" 65536 200000 200 4 4MiB
restore
idle
reload
exit $failed
