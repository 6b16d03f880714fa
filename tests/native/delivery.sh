#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The real daemon and the real receiver, end to end, on a played kernel: whatever
# is killed at whatever point, every event arrives exactly once or is told of in
# a gap record. KILLS=n and SEED=n repeat or lengthen a run.
set -u
cd "$(dirname "$0")/../.." || exit 2
B=${B:-build}
KILLS=${KILLS:-$([[ -n ${YAGURA_LONG-} ]] && echo 60 || echo 12)}
SEED=${SEED:-$RANDOM}
RANDOM=$SEED
work=$(mktemp -d)
chmod 755 "$work"	# the sender is another user
number=0 failed=0 daemon='' receiver='' producer=''

say() {
	number=$((number + 1))
	if [[ $1 = 0 ]]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		echo "# repeat: SEED=$SEED KILLS=$KILLS $0; logs of this run:"
		tail -n 15 "$work"/*.log | sed 's/^/# /'
		failed=1
	fi
}

end() {
	[[ -n $1 ]] && kill -9 "$1" 2>/dev/null && wait "$1" 2>/dev/null
	return 0
}

clean_up() {
	end "$producer"; end "$daemon"; end "$receiver"
	rm -rf "$work"
}
trap clean_up EXIT

build_helpers() {
	local name flags="-std=gnu11 -D_GNU_SOURCE -O2 -Iinclude/uapi -Iuserd"
	for name in ring_producer check_delivery; do
		# shellcheck disable=SC2086
		${CC:-gcc} $flags -o "$work/$name" "tests/native/$name.c" tests/unit/ring_fake.c \
			"$B/libygr.a" -luring -llz4 -lmsgpackc -lyaml -ljansson -lxxhash -lpthread || exit 1
	done
}

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

start_receiver() {
	"$B/yagura-recv" --listen "127.0.0.1:$port" --out "$work/out" 2>>"$work/recv.log" &
	receiver=$!
}

start_daemon() {
	"$B/yagurad" -f -c "$work/yagurad.yaml" --io "$io" --source "$work/rings" 2>>"$work/daemon.log" &
	daemon=$!
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
		end "$receiver"; killed receiver; sleep 0.0$((RANDOM % 10)); start_receiver
	   else
		end "$daemon"; killed supervisor; sleep 0.0$((RANDOM % 10)); start_daemon
	   fi ;;
	esac
}

killed() { count[$1]=$((${count[$1]-0} + 1)); }

# Everything is delivered when the far end's file and the producer's account agree.
wait_delivered() {
	local tries
	for ((tries = 0; tries < 100; tries++)); do
		"$work/check_delivery" "$work/producer.txt" "$work"/out/*.ygs >"$work/check.txt" 2>&1 && break
		sleep 0.2
	done
}

stop_all() {
	kill -TERM "$daemon"; wait "$daemon"; daemon_status=$?; daemon=''
	kill -TERM "$receiver"; wait "$receiver"; receiver_status=$?; receiver=''
}

# play NAME RING_BYTES EVENTS PER_MS KILLS LIMIT
play() {
	local i pause
	declare -gA count=()
	configure "$6"
	start_receiver
	"$work/ring_producer" "$work/rings" 4 "$2" "$3" "$4" >"$work/producer.txt" &
	producer=$!
	while [[ ! -s $work/rings ]]; do sleep 0.01; done
	start_daemon
	for ((i = 0; i < $5; i++)); do
		pause=$((RANDOM % 700 + 50))
		sleep "0.$(printf %03d $pause)"
		kill_one
	done
	wait "$producer"; producer=''
	wait_delivered
	cat "$work/check.txt"
	for i in "${!count[@]}"; do echo "# killed: $i ${count[$i]} times"; done
	"$work/check_delivery" "$work/producer.txt" "$work"/out/*.ygs >/dev/null
	say $? "$1: all delivered once or told of"
	stop_all
	[[ $daemon_status = 0 && $receiver_status = 0 ]]
	say $? "$1: SIGTERM ends daemon and receiver with status 0"
	lz4 -dc "$work"/out/*.ygs >"$work/stream" 2>/dev/null && [[ -s $work/stream ]]
	say $? "$1: lz4 -dc reads what the receiver stored"
}

# The spool is put back to an earlier state while the far end has gone on.
restore() {
	configure 64MiB
	start_receiver
	"$work/ring_producer" "$work/rings" 2 1048576 3000 1000 >"$work/producer.txt"
	start_daemon
	wait_delivered
	kill -TERM "$daemon"; wait "$daemon"; daemon=''
	rm -rf "$work/copy"; cp -a "$work/spool" "$work/copy"
	rm "$work/rings"; "$work/ring_producer" "$work/rings" 2 1048576 3000 1000 >"$work/producer.txt"
	start_daemon
	sleep 1
	kill -TERM "$daemon"; wait "$daemon"; daemon=''
	local before; before=$(stat -c %s "$work"/out/*.ygs)
	rm -rf "$work/spool"; mv "$work/copy" "$work/spool"
	rm "$work/rings"; "$work/ring_producer" "$work/rings" 2 1048576 9000 1000 >"$work/producer.txt"
	start_daemon
	sleep 2
	grep -q 'restored from a copy' "$work/daemon.log"
	say $? "a restored spool: said"
	[[ $(stat -c %s "$work"/out/*.ygs) = "$before" && $(stat -c %s "$work"/spool/*.ygs | sort -n | tail -n 1) -gt $before ]]
	say $? "a restored spool: nothing is taken for what the far end has, all of it waits"
	stop_all
}

# The far end goes away and comes back while there is nothing to send.
idle() {
	configure 64MiB
	start_receiver
	"$work/ring_producer" "$work/rings" 2 1048576 2000 2 >"$work/producer.txt" &
	producer=$!
	while [[ ! -s $work/rings ]]; do sleep 0.01; done
	start_daemon
	sleep 0.5
	kill -STOP "$producer"
	sleep 1
	end "$receiver"
	sleep 1
	start_receiver
	kill -CONT "$producer"
	wait "$producer"; producer=''
	wait_delivered
	cat "$work/check.txt"
	"$work/check_delivery" "$work/producer.txt" "$work"/out/*.ygs >/dev/null
	say $? "receiver away while idle: all delivered afterwards"
	stop_all
}

build_helpers
port=$((20000 + RANDOM % 20000))
echo "# SEED=$SEED KILLS=$KILLS"
echo "1..15"
io=uring play "calm, io_uring" 1048576 100000 50 0 64MiB
io=epoll play "calm, epoll" 1048576 100000 50 0 64MiB
io=auto play "killed at random" 1048576 100000 $((KILLS > 20 ? 5 : 20)) "$KILLS" 64MiB
io=auto play "small rings that overflow, killed at random" 65536 200000 200 4 4MiB
io=auto restore
io=auto idle
exit $failed
