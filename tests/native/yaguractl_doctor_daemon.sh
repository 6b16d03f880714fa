#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# yaguractl doctor beside the real daemon: a receiver that is not there, that comes; a daemon
# that is killed. What else it finds on this machine is not looked at.
. "$(dirname "$0")/daemon.bash"

# finds SEVERITY ID WORDS - a finding, on one line
finds() { "$B/yaguractl" doctor --all --run "$work/run" 2>&1 </dev/null | grep -q "^$1 *$2: .*$3"; }

build_helper ring_producer
# A port at which nobody listens now.
start_receiver
stop receiver
cat >"$work/yagurad.yaml" <<-END
	version: 1
	spool: {dir: $work/spool, limit: 8MiB, segment: 1MiB}
	outputs: [{name: far, type: yagura, host: 127.0.0.1, port: $port, retry_max_s: 1}]
	runtime_dir: $work/run
END
produce 1 65536 100 10
start_daemon
within finds ok daemon "the reader runs"; say $? "a daemon that runs"
within finds warning receiver "output far is down (.*refused"; say $? "a receiver that is not there"
start_receiver
within finds ok receiver "all outputs are up"; say $? "it comes"
within finds ok spool "has room"; say $? "a spool with room"
wait_producer
end daemon
within finds error daemon "the reader does not run (.* is gone)"; say $? "a daemon that was killed"
! finds ok receiver ""; say $? "what it last said of its receivers is no news"
echo "1..$number"
exit $failed
