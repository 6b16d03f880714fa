# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of the daemon share: TAP, a working directory, helpers, both ends.
# Source it; it changes to the root of the tree. Sets: B work number failed daemon
# receiver producer port.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
B=${B:-build}
work=$(mktemp -d)
chmod 755 "$work"	# the sender is another user
number=0 failed=0 daemon='' receiver='' producer='' port=0

# say STATUS NAME - a result; repeat_with (if set) tells how to have it again
say() {
	number=$((number + 1))
	if [[ $1 = 0 ]]; then
		echo "ok $number - $2"
		return
	fi
	echo "not ok $number - $2"
	[[ -z ${repeat_with-} ]] || echo "# repeat: $repeat_with $0"
	tail -n 15 "$work"/*.log 2>/dev/null | sed 's/^/# /'
	failed=1
}

skip() { number=$((number + 1)); echo "ok $number # SKIP $1"; }

# within COMMAND... - try it for 8 s
within() {
	local tries
	for ((tries = 0; tries < 80; tries++)); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

# build_helper NAME... - tests/native/NAME.c, and $helper_with (if set), become $work/NAME
build_helper() {
	local name
	for name in "$@"; do
		${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -O2 -Iinclude/uapi -Iuserd -o "$work/$name" \
			"tests/native/$name.c" ${helper_with-} tests/unit/ring_fake.c "$B/libygr.a" -Wl,--as-needed \
			-luring -llz4 -lmsgpackc -lyaml -ljansson -lxxhash -lldns -lssl -lcrypto -lpthread || exit 1
	done
}

# produce CPUS RING_BYTES EVENTS PER_MS - fresh rings; it goes on in the background
produce() {
	rm -f "$work/rings"
	"$work/ring_producer" "$work/rings" "$@" >"$work/producer.txt" &
	producer=$!
	while [[ ! -s $work/rings ]]; do sleep 0.01; done
}

wait_producer() { wait "$producer"; producer=''; }

# start_daemon ARGS... - with $work/yagurad.yaml and $work/rings
start_daemon() {
	"$B/yagurad" -f -c "$work/yagurad.yaml" --source "$work/rings" "$@" 2>>"$work/daemon.log" &
	daemon=$!
}

# start_receiver ARGS... - on port $port; if that is 0, on any, and $port tells which
start_receiver() {
	local log=$work/recv.log lines
	lines=$(grep -c 'listens on' "$log" 2>/dev/null)
	"$B/yagura-recv" --listen "127.0.0.1:$port" --out "$work/out" "$@" 2>>"$log" &
	receiver=$!
	within eval "[[ \$(grep -c 'listens on' '$log') -gt ${lines:-0} ]]"
	port=$(sed -n 's/.* port \([0-9]*\),.*/\1/p' "$log" | tail -n 1)
}

# stop NAME - SIGTERM to $NAME. Return: its status
stop() {
	local pid=${!1} status=0
	[[ -n $pid ]] || return 0
	kill -TERM "$pid"
	wait "$pid" || status=$?
	printf -v "$1" ''
	return "$status"
}

# end NAME - SIGKILL to $NAME
end() {
	[[ -z ${!1} ]] || { kill -9 "${!1}" && wait "${!1}"; } 2>/dev/null
	printf -v "$1" ''
}

clean_up() {
	end producer; end daemon; end receiver
	rm -rf "$work"
}
trap clean_up EXIT

# delivered - the far end's file and the producer's account agree
delivered() { "$work/check_delivery" "$work/producer.txt" "${1:-$work/out}"/*.ygs; }

# value FILE KEY - the first number or word of that name in a status file
value() { sed -n "s/.*\"$2\": \"\{0,1\}\([^\",]*\).*/\1/p" "$work/run/$1.json" 2>/dev/null | head -n 1; }
