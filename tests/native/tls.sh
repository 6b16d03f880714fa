#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The real daemon and the real receiver over TLS: what is right passes, and each
# thing that is wrong is refused, said in words, and delivers nothing.
. "$(dirname "$0")/daemon.bash"

# ---- certificates -----------------------------------------------------------

# authority NAME
authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-keyout "$work/$1.key" -out "$work/$1.pem" -subj "/CN=$1" 2>/dev/null
}

# certificate NAME AUTHORITY SUBJECT_ALT_NAME NOT_AFTER
certificate() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$work/$1.key" -out "$work/$1.csr" -subj "/CN=$1" 2>/dev/null
	printf 'subjectAltName=%s\n' "$3" >"$work/$1.ext"
	mkdir -p "$work/ca-$2"
	: >>"$work/ca-$2/index"
	openssl rand -hex 8 >"$work/ca-$2/serial"
	cat >"$work/ca.conf" <<-END
		[ca]
		default_ca = one
		[one]
		database = $work/ca-$2/index
		serial = $work/ca-$2/serial
		new_certs_dir = $work/ca-$2
		default_md = sha256
		policy = any
		unique_subject = no
		[any]
		commonName = supplied
	END
	openssl ca -batch -config "$work/ca.conf" -cert "$work/$2.pem" -keyfile "$work/$2.key" \
		-startdate 20200101000000Z -enddate "$4" -notext \
		-extfile "$work/$1.ext" -in "$work/$1.csr" -out "$work/$1.pem" 2>/dev/null
}

make_certificates() {
	local later=20990101000000Z
	authority good; authority other
	certificate server good IP:127.0.0.1,DNS:recv.example "$later"
	certificate elsewhere good DNS:elsewhere.example "$later"
	certificate expired good IP:127.0.0.1 20210101000000Z
	certificate client good DNS:client.example "$later"
	certificate stranger other DNS:client.example "$later"
}

# ---- the two ends -----------------------------------------------------------

# receive ARGS... - a receiver on some port
receive() {
	rm -rf "$work/out" "$work/recv.log"
	port=0
	start_receiver "$@"
}

# send TLS - a daemon with 2000 events and these settings
send() {
	rm -rf "$work/spool" "$work/run" "$work/daemon.log"
	produce 2 1048576 2000 1000; wait_producer
	cat >"$work/yagurad.yaml" <<-END
		version: 1
		spool: {dir: $work/spool, limit: 64MiB, segment: 1MiB}
		reader: {flush_ms: 20}
		outputs: [{type: yagura, host: 127.0.0.1, port: $port, retry_max_s: 1$1}]
		runtime_dir: $work/run
	END
	start_daemon
}

stop_both() { stop daemon; stop receiver; }

said() { within grep -q "$1" "$work/$2.log"; }
nothing_delivered() { [[ ! -e $(echo "$work"/out/*.ygs) ]]; }

# refused NAME WHERE TEXT - both ends are running, and it comes to nothing
refused() {
	said "$3" "$2"
	say $? "$1: said by the $2"
	sleep 0.3
	nothing_delivered
	say $? "$1: nothing is delivered"
	stop_both
}

echo "1..24"
build_helper ring_producer check_delivery
make_certificates
mine=", cert: $work/client.pem, key: $work/client.key"
server=(--tls-cert "$work/server.pem" --tls-key "$work/server.key")

receive "${server[@]}" --tls-client-ca "$work/good.pem"
send ", tls: {ca: $work/good.pem$mine}"
within delivered
say $? "both certificates are right: delivered"
# The sender reads its key with root's rights, before it gives them up.
[[ $(stat -c %a "$work/client.key") = 600 ]]
say $? "the key is for its owner only"
within grep -q '"tls": "TLSv1.3"' "$work/run/sender.json"
say $? "the status tells the version"
[[ $(value sender ktls_send) =~ ^(true|false)$ ]]
say $? "and whether the kernel encrypts ($(value sender ktls_send))"
stop_both

receive "${server[@]}"
send ", tls: {ca: $work/good.pem, server_name: recv.example}"
within delivered
say $? "another name that the certificate bears: delivered"
stop_both

receive "${server[@]}"
send ", tls: {ca: $work/other.pem}"
refused "wrong CA" daemon "certificate is refused: unable to get local issuer certificate"

receive --tls-cert "$work/elsewhere.pem" --tls-key "$work/elsewhere.key"
send ", tls: {ca: $work/good.pem}"
refused "wrong address" daemon "certificate is refused: IP address mismatch"

receive "${server[@]}"
send ", tls: {ca: $work/good.pem, server_name: elsewhere.example}"
refused "wrong name" daemon "certificate is refused: hostname mismatch"

receive --tls-cert "$work/expired.pem" --tls-key "$work/expired.key"
send ", tls: {ca: $work/good.pem}"
refused "expired" daemon "certificate is refused: certificate has expired"

receive "${server[@]}" --tls-client-ca "$work/good.pem"
send ", tls: {ca: $work/good.pem}"
refused "client without a certificate" recv "peer did not return a certificate"

receive "${server[@]}" --tls-client-ca "$work/good.pem"
send ", tls: {ca: $work/good.pem, cert: $work/stranger.pem, key: $work/stranger.key}"
refused "client of another CA" recv "certificate is refused: unable to get local issuer certificate"

# The configuration is mended, and read again.
receive "${server[@]}" --tls-client-ca "$work/good.pem"
send ", tls: {ca: $work/good.pem, cert: $work/stranger.pem, key: $work/stranger.key}"
said "certificate is refused" recv
sed -i s,stranger,client,g "$work/yagurad.yaml"
kill -HUP "$daemon"
within delivered
say $? "another certificate by SIGHUP: delivered"
stop_both

# handshake VERSION - by somebody who would take any cipher
handshake() {
	openssl s_client -connect "127.0.0.1:$port" -CAfile "$work/good.pem" "-$1" -cipher DEFAULT@SECLEVEL=0 \
		</dev/null 2>&1 | grep -q '^New, TLS'
}

receive "${server[@]}"
handshake tls1_2
say $? "TLS 1.2 is spoken"
! handshake tls1_1
say $? "TLS 1.1 is not"
stop receiver

receive "${server[@]}"
send ""
refused "client without TLS" recv "tls: "

receive
send ", tls: {ca: $work/good.pem}"
refused "receiver without TLS" daemon "yagura: .*\(closed during the handshake\|reset by peer\)"
exit $failed
