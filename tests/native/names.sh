#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the other side is called, through the real reader: names of connections, TLS and HTTP,
# what is kept out, what each switch takes away, and the cache at its ceiling.
. "$(dirname "$0")/daemon.bash"
STORM=100000

is() { # NAME GOT WANTED
	[[ $2 = "$3" ]]
	local result=$?
	[[ $result = 0 ]] || printf '# wanted %q\n# got    %q\n' "$3" "$2"
	say $result "$1"
}

# section NAME KEY - a number of one part of reader.json
section() { sed -n "/^  \"$1\": {/,/}/s/.*\"$2\": \([0-9]*\).*/\1/p" "$work/run/reader.json" 2>/dev/null | head -n 1; }
has_all() { [[ $(section spool events) = "$1" ]]; }

# play ANSWERS [SETTINGS] - scene and storm; returns when all of it is durable
play() {
	local tries events
	rm -rf "$work"/{spool,run,rings}
	cat >"$work/yagurad.yaml" <<-END
		version: 1
		spool: {dir: $work/spool}
		runtime_dir: $work/run
		${2-}
	END
	"$work/name_producer" "$work/rings" "$1" >"$work/producer.txt" &
	producer=$!
	while [[ ! -s $work/rings ]]; do sleep 0.01; done
	start_daemon
	wait_producer
	events=$(sed -n 's/^events //p' "$work/producer.txt")
	for ((tries = 0; tries < 1200; tries++)); do
		has_all "$events" && return 0
		kill -0 "$daemon" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

cat_() { "$B/yaguractl" spool cat --spool "$work/spool" "$@"; }
count() { cat_ --where "$1" | wc -l; }
# fields WHERE FIELD... - of the first such event, as JSON
fields() {
	cat_ --format json --where "$1" | python3 -c 'import json, sys
event = json.loads(sys.stdin.readline() or "{}")
print(json.dumps([event.get(name) for name in sys.argv[1:]]))' "${@:2}"
}

helper_with='tests/unit/dns_packet.c tests/unit/client_hello_fake.c'
build_helper name_producer

echo "1..26"
play 0
say $? "every event is in the spool"
is "a connection has the name it was resolved from" \
	"$(fields 'type=connect and socket_cookie=1' dns_name dns_canonical dns_expired)" \
	'["web.example.org", "edge.example", null]'
is "an answer of another namespace names nothing" "$(fields socket_cookie=3 type dns_name)" '["connect", null]'
is "an answer never seen names nothing" "$(fields socket_cookie=4 type dns_name)" '["connect", null]'
is "one query finds all of a connection" "$(cat_ --format json --where 'dns_name=web.example.org' |
	sed 's/.*"type":"\([a-z_]*\)".*/\1/' | tr '\n' ' ')" 'connect stream socket_close '
is "HTTP: method, host and path" "$(fields 'http.host=web.example.org and http.path=/login' type http)" \
	'["stream", {"method": "POST", "host": "web.example.org", "path": "/login", "query_bytes": 16, "version": "1.1"}]'
is "what was sent to whom" "$(fields 'type=socket_close and http.host=web.example.org and bytes_out>70' dns_name dns_age_ms http)" \
	'["web.example.org", null, {"host": "web.example.org"}]'
is "TLS: server name and protocols" "$(fields 'tls.sni=api.example.org' dns_name tls)" \
	'["api.example.org", {"version": "1.3", "sni": "api.example.org", "alpn": ["h2"]}]'
is "the answer itself" "$(fields 'dns.question=web.example.org' type protocol dns answers)" \
	'["dns", 17, {"question": "web.example.org", "type": "A", "rcode": "NOERROR", "canonical": "edge.example", "id": 4660, "answer_nr": 2}, [{"name": "web.example.org", "type": "CNAME", "ttl": 300, "data": "edge.example"}, {"name": "edge.example", "type": "A", "ttl": 60, "data": "192.0.2.1"}]]'
is "an answer is found by an address in it" "$(count 'answers.data in 192.0.2.0/24') $(count 'answers.type=AAAA')" "1 1"
is "ECS: domain, server name, request" "$(cat_ --format ecs --type stream | python3 -c 'import json, sys
http, tls = [json.loads(line) for line in sys.stdin]
print(http["destination"]["domain"], http["http"]["request"]["method"], http["url"]["domain"], http["url"]["path"],
      tls["tls"]["client"]["server_name"])')" "web.example.org POST web.example.org /login api.example.org"
is "a line for people" "$(cat_ --where 'http.path=/login' | sed 's/.* > //')" \
	"192.0.2.1:80 (web.example.org) POST web.example.org/login?..."
for format in json ecs ocsf sigma; do
	cat_ --format $format | grep -qE 'hunter|aHVudGVy|Cookie'
	[[ $? = 1 ]]
	say $? "no query, cookie, password or body: $format"
done
cat "$work"/spool/*.ygs | lz4 -dc | grep -qaE 'hunter|aHVudGVy|Cookie'
[[ $? = 1 ]]
say $? "nor is one in the spool"
sleep 1.5	# a status that was written after the last of them
is "counted" "$(for key in answers malformed named unnamed tls http other_streams addresses; do section names $key; done | xargs)" \
	"3 0 4 2 1 1 0 2"
stop daemon

play 0 'names: {http_query: true}'
is "the query, where it is asked for" "$(fields 'http.path=/login' http | grep -o '"query": "[^"]*"')" '"query": "password=hunter2"'
stop daemon
play 0 'names: {dns: false}'
is "without dns: no names, no answers, every event" \
	"$(count dns_name) $(count 'dns or answers') $(count type=dns) $(count tls.sni) $(count http.host)" "0 0 3 1 2"
stop daemon
play 0 'names: {tls: false, http: false}'
is "without tls and http: addresses and names" "$(count 'tls or http') $(count 'type=stream and dns_name')" "0 2"
stop daemon

play $STORM 'names: {cache: 1MiB}'
say $? "$STORM answers, and as many connections: every event is in the spool"
is "each has its name" "$(count 'type=connect and dns_name~host-')" $STORM
sleep 1.5
echo "# cache: $(section names addresses) addresses, $(section names used_bytes) of $(section names limit_bytes) bytes, $(section names evicted) forgotten"
[[ $(section names used_bytes) -le $((1 << 20)) && $(section names evicted) -gt $((STORM / 2)) ]]
say $? "the cache stays below its ceiling"
[[ $(section names namespaces) = 5 ]] && [[ $(section names malformed) = 0 ]]
say $? "and forgets no namespace for another's answers"
peak=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$(value reader pid)/status")
echo "# peak $peak KiB"
[[ -n $peak && $peak -le 65536 ]]
say $? "at no time more than 64 MiB, rings included"
stop daemon
exit $failed
