# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of outputs share: a spool that the real reader makes of played
# rings, the real sender, and a comparison of what came with what was there.
# shellcheck shell=bash
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
B=$(realpath "${B:-build}")
work=$(mktemp -d)
chmod 755 "$work"	# the sender is another user
mkdir -m 777 "$work/out"
number=0 failed=0 daemon='' peer='' producer=''

say() {
	number=$((number + 1))
	if [[ $1 = 0 ]]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		tail -n 15 "$work"/*.log "$work"/run/*.json 2>/dev/null | sed 's/^/# /;$a\'
		failed=1
	fi
}

skip() { number=$((number + 1)); echo "ok $number # SKIP $1"; }

stop() { # PID
	[[ -n $1 ]] || return 0
	kill -CONT "$1" 2>/dev/null; kill -TERM "$1" 2>/dev/null; wait "$1" 2>/dev/null
}

stop_peer() { [[ -z $peer ]] || kill -9 "$peer" 2>/dev/null; wait "$peer" 2>/dev/null; peer=''; }
stop_daemon() { stop "$daemon"; daemon=''; }
trap 'stop "$producer"; stop_daemon; stop_peer; rm -rf "$work"' EXIT

# within SECONDS COMMAND... - try it until it succeeds
within() {
	local tries=$(($1 * 10))
	shift
	while ((tries-- > 0)); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

build_producer() {
	"${CC:-gcc}" -std=gnu11 -D_GNU_SOURCE -O2 -Iinclude/uapi -Iuserd -o "$work/ring_producer" \
		tests/native/ring_producer.c tests/unit/ring_fake.c userd/clock.c || exit 1
}

# configure OUTPUT... - YAML flow mappings
configure() {
	local output
	{
		echo "version: 1"
		echo "spool: {dir: $work/spool, limit: 256MiB, segment: 32MiB}"
		echo "reader: {flush_ms: 20, batch: 64KiB}"
		echo "sender: {host_name: web-17}"
		echo "runtime_dir: $work/run"
		echo "outputs:"
		for output in "$@"; do echo "- $output"; done
	} >"$work/yagurad.yaml"
}

# fill EVENTS [PER_MS] - a fresh spool's rings, played all at once or over time
fill() {
	rm -rf "$work"/{spool,run,rings}
	"$work/ring_producer" "$work/rings" 2 4194304 "$1" "${2:-1000}" >"$work/producer.txt" &
	producer=$!
	within 5 test -s "$work/rings"
	[[ -n ${2-} ]] || { wait "$producer"; producer=''; }
}

start_daemon() {
	"$B/yagurad" -f -c "$work/yagurad.yaml" --source "$work/rings" >"$work/stdout" 2>>"$work/daemon.log" &
	daemon=$!
	within 5 test -s "$work/run/sender.json"
}

# status PYTHON - true of `o`, the list of outputs in the sender's status, and `by`, the same by name?
status() {
	python3 -c '
import json, sys
o = json.load(open(sys.argv[1]))["outputs"]
by = {x["name"]: x for x in o}
sys.exit(0 if eval("(" + sys.argv[2] + ")") else 1)' "$work/run/sender.json" "$1"
}

# The ids of all events in the spool; of all that are in a file of JSON lines.
spool_ids() { "$B/yaguractl" spool cat --spool "$work/spool" --format csv "$@" | tail -n +2 | cut -d, -f2 | sort; }
file_ids() { grep -ao '"id":"[0-9a-f]*-[0-9]*-[0-9]*"' "$@" | sed 's/.*"id":"\(.*\)"/\1/' | sort; }

all_spooled() { [[ $(spool_ids | wc -l) = "$1" ]]; }

# Every event of the spool is in FILE: once (same), or at least once (covers).
same() { diff -q <(spool_ids) <(file_ids "$1"); }
covers() { diff -q <(spool_ids) <(file_ids "$1" | uniq); }

check_config() { # NAME LINE:COLUMN PATTERN OUTPUT
	configure "$4"
	"$B/yagurad" -n -c "$work/yagurad.yaml" 2>"$work/errors"
	[[ $? = 78 ]] && grep -Eq "yagurad.yaml:$2: error: .*$3" "$work/errors"
	local result=$?
	[[ $result = 0 ]] || sed 's/^/# /' "$work/errors"
	say $result "refused with its place: $1"
}

# ---- partners that several tests have

# authority NAME HOST - a certificate that is its own authority: $work/NAME, $work/NAME.key
authority() {
	local kind=DNS
	[[ ! $2 =~ ^[0-9.]+$ ]] || kind=IP
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj "/CN=$2" \
		-addext "subjectAltName=$kind:$2" -keyout "$work/$1.key" -out "$work/$1" 2>/dev/null
}

has_rsyslog() { command -v rsyslogd >/dev/null; }
has_rsyslog_tls() { has_rsyslog && [[ -e $(find /usr/lib -name lmnsd_ossl.so -print -quit) ]]; }

# rsyslog PORT DIR [NAME] - as $peer; each message becomes a line of DIR/messages. Over TLS
# with the certificate NAME of authority(), if there is one.
rsyslog() {
	local port=$1 dir=$2 driver='' input=''
	if [[ -n ${3-} ]]; then
		driver="defaultNetstreamDriver=\"ossl\" defaultNetstreamDriverCAFile=\"$work/$3\""
		driver+=" defaultNetstreamDriverCertFile=\"$work/$3\" defaultNetstreamDriverKeyFile=\"$work/$3.key\""
		input='streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon"'
	fi
	cat >"$dir/rsyslog.conf" <<-END
		global(workDirectory="$dir" maxMessageSize="64k" $driver)
		module(load="imtcp" $input)
		input(type="imtcp" port="$port" address="127.0.0.1" ruleset="all")
		template(name="message" type="string" string="%msg%\n")
		ruleset(name="all") { action(type="omfile" file="$dir/messages" template="message") }
	END
	rsyslogd -n -f "$dir/rsyslog.conf" -i "$dir/rsyslog.pid" >>"$work/peer.log" 2>&1 &
	peer=$!
	within 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
}

has_clickhouse() { command -v clickhouse-server >/dev/null; }

# clickhouse PORT - as $peer, with its data in $work/clickhouse
clickhouse() {
	local data=$work/clickhouse
	mkdir -p "$data"
	cat >"$data/config.xml" <<-END
		<yandex><logger><level>warning</level><log>$data/log</log><errorlog>$data/errors</errorlog></logger>
		<http_port>$1</http_port><listen_host>127.0.0.1</listen_host><path>$data/</path><tmp_path>$data/tmp/</tmp_path>
		<users_config>$data/users.xml</users_config><default_profile>default</default_profile>
		<default_database>default</default_database><mark_cache_size>1000000</mark_cache_size></yandex>
	END
	cat >"$data/users.xml" <<-END
		<yandex><profiles><default/></profiles><quotas><default/></quotas>
		<users><default><password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></default></users></yandex>
	END
	clickhouse-server --config-file="$data/config.xml" >>"$work/peer.log" 2>&1 &
	peer=$!
	within 10 query "$1" 'SELECT 1'
}

# query PORT SQL - of ClickHouse
query() { python3 -c 'import sys, urllib.request; print(urllib.request.urlopen("http://127.0.0.1:" + sys.argv[1], sys.argv[2].encode()).read().decode(), end="")' "$1" "$2"; }

build_kafka_peer() {
	"${CC:-gcc}" -std=gnu11 -D_GNU_SOURCE -O2 -o "$work/kafka_peer" tests/native/peer/kafka_peer.c -lrdkafka || exit 1
}

build_producer
