#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# yaguractl as a person uses it: what it says to good and bad policies, to a spool
# that the real daemon wrote, and to the same spool after it was damaged.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/native/result.bash
B=$(realpath "${B:-build}")
ctl=$B/yaguractl
golden=$PWD/tests/golden/policy
work=$(mktemp -d)
daemon=''

clean_up() {
	[[ -z $daemon ]] || kill -9 "$daemon" 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT

# matches NAME GOT PATTERN - an extended regular expression for all of it
matches() {
	number=$((number + 1))
	if [[ $2 =~ ^$3$ ]]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		printf '# wanted %s\n# got    %s\n' "$3" "$2"
		failed=1
	fi
}

# said COMMAND... - what it says on both channels, and its status
said() {
	"$@" 2>&1 </dev/null
	echo "exit status $?"
}

# ---- policies ------------------------------------------------------------------

policies() {
	local file name
	for file in "$golden"/*.yaml; do
		name=$(basename "$file" .yaml)
		result "policy check $name" "$(cd "$golden" && said "$ctl" policy check "$name.yaml")" \
			"$(cat "$golden/$name.txt")"
	done
	for file in docs/examples/*.yaml; do
		[[ $file != */yagurad.yaml ]] || continue
		matches "policy check --strict $file" "$(said "$ctl" policy check --strict "$file")" \
			"$file: ok, policy \"[a-z-]+\", [0-9]+ rules? \\([0-9]+ enforce, [0-9]+ monitor\\), [0-9]+ bytes"$'\nexit status 0'
	done
	result "a blob of version 1 is refused" "$(cd "$golden" && said "$ctl" policy check every-feature.v1.blob)" \
		"yaguractl: every-feature.v1.blob: byte 4: a blob version that is not supported
exit status 1"
	result "a blob of version 2 is read" "$(cd "$golden" && said "$ctl" policy check every-feature.v2.blob)" \
		"every-feature.v2.blob: ok, policy \"every-feature\", 9 rules (8 enforce, 1 monitor), 2640 bytes
exit status 0"
	head -c 100 "$golden/every-feature.v2.blob" >"$work/short"
	result "a blob that was cut" "$(cd "$work" && said "$ctl" policy check short)" \
		"yaguractl: short: byte 8: shorter or longer than it says
exit status 1"
	result "--strict makes warnings errors" "$(cd "$golden" && said "$ctl" policy check --strict warnings.yaml)" \
		"$(grep " warning: " "$golden/warnings.txt")
yaguractl: warnings.yaml: refused for its warnings (--strict)
exit status 1"
	result "a policy from a pipe" "$(printf 'version: 1\nname: p\nrules: 3\n' | "$ctl" policy check - 2>&1)" \
		"<stdin>:3:8: error: rules: expected a list, got a number"
	printf 'version: 1\nname: h\nrules:\n- { name: r, on: exec, do: deny, where: { uid: root, gid: root, same-file-as: / } }\n' \
		>"$work/host.yaml"
	matches "users, groups and files of this host" "$(said "$ctl" policy check "$work/host.yaml")" \
		"$work/host.yaml:4:79: warning: rule \"r\": same-file-as: \"/\" is the file of this name now: load again when it is replaced
$work/host.yaml: ok, policy \"h\", 1 rule \(1 enforce, 0 monitor\), [0-9]+ bytes
exit status 0"
	result "a policy without end" "$(said "$ctl" policy check /dev/zero)" \
		"yaguractl: /dev/zero: File too large
exit status 1"
	result "no such file" "$(said "$ctl" policy check /nonexistent)" \
		"yaguractl: /nonexistent: No such file or directory
exit status 1"
}

# ---- usage ---------------------------------------------------------------------

usage() {
	result "a misspelt verb" "$(said "$ctl" polcy)" \
		"yaguractl: unknown command \"yaguractl polcy\" (did you mean \"policy\"?)
Try \"yaguractl --help\".
exit status 2"
	result "a misspelt event type" "$(said "$ctl" watch --type open,conect)" \
		"yaguractl: --type: \"conect\" is no event type (did you mean \"connect\"?)
Try \"yaguractl --help\".
exit status 2"
	result "a generation that is none" "$(said "$ctl" policy load --expect-generation x y)" \
		"yaguractl: \"x\" is no generation number
Try \"yaguractl --help\".
exit status 2"
	result "no verb" "$("$ctl" >/dev/null 2>&1; echo $?)" 2
	result "--help" "$("$ctl" --help 2>&1 >/dev/null; echo $?)" 0
	result "--help of a verb" "$(said "$ctl" policy show --help)" \
		"Usage:
  yaguractl policy show [--blob | --source | --protected]
        print the policy in force, as text that load takes
exit status 0"
	result "--help of a group" "$("$ctl" policy --help | grep -c '^  yaguractl policy ')" 13
	result "a full disk behind the output" "$("$ctl" version 2>&1 >/dev/full; echo "exit status $?")" \
		"yaguractl: writing the output: No space left on device
exit status 1"
	matches "version" "$(said "$ctl" version)" \
		"yaguractl [0-9.]+, ABI 3, schema 3, policy format 2"$'\nexit status 0'
	if [[ -e /dev/yagura ]]; then
		number=$((number + 1))
		echo "ok $number # SKIP the module is loaded here"
	else
		result "no module" "$(said "$ctl" policy show)" \
			"yaguractl: /dev/yagura: the module is not loaded (modprobe yagura)
exit status 3"
	fi
}

# complete WORD... - what bash offers for the last of these words
complete_words() {
	(
		. tools/yaguractl/completion.bash
		COMP_WORDS=(yaguractl "$@") COMP_CWORD=$#
		_yaguractl 2>/dev/null
		echo "${COMPREPLY[*]}"
	)
}

completion() {
	result "completes verbs" "$(complete_words s)" "status spool stop"
	result "completes what a verb takes" "$(complete_words policy c)" "check confirm clear"
	result "completes options" "$(complete_words policy load --)" "--strict --expect-generation --confirm --signature"
	result "completes files" "$(complete_words policy check docs/examples/web)" "docs/examples/web-server.yaml"
	result "completes a list of types" "$(complete_words watch --type open,ex)" \
		"open,exec_check open,exec open,exit"
}

# ---- a spool -------------------------------------------------------------------

# Two played CPUs whose rings overflow, so that there are gaps to account for.
play() {
	local flags="-std=gnu11 -D_GNU_SOURCE -O2 -Iinclude -Iinclude/uapi -Iuserd" tries
	# shellcheck disable=SC2086
	${CC:-gcc} $flags -o "$work/ring_producer" tests/native/ring_producer.c tests/unit/ring_fake.c \
		"$B/libygr.a" -luring -llz4 -lmsgpackc -lyaml -ljansson -lpthread || exit 1
	cat >"$work/yagurad.yaml" <<-END
		version: 1
		spool: {dir: $work/spool, limit: 64MiB, segment: 1MiB}
		reader: {flush_ms: 20, batch: 64KiB}
		runtime_dir: $work/run
	END
	"$work/ring_producer" "$work/rings" 2 262144 20000 20 >"$work/account.txt" &
	while [[ ! -s $work/rings ]]; do sleep 0.01; done
	sleep 0.3
	"$B/yagurad" -f -c "$work/yagurad.yaml" --source "$work/rings" 2>"$work/daemon.log" &
	daemon=$!
	for ((tries = 0; tries < 100; tries++)); do [[ -d $work/spool ]] && break; sleep 0.05; done
	TZ=XYZ-2:30 timeout 2 "$ctl" watch --spool "$work/spool" >"$work/watched" 2>&1
	wait %1
	sleep 0.5
	kill -TERM "$daemon"
	wait "$daemon"
	daemon=''
}

sum() { awk -v field="$1" '{ sum += $field } END { print sum }' "$work/account.txt"; }

good_spool() {
	local published dropped
	published=$(sum 6) dropped=$(sum 8)
	result "watch says what it is about" "$(head -n 1 "$work/watched")" \
		"yaguractl: waiting for events, times in XYZ (+0230); Ctrl-C ends this"
	matches "watch shows events as they come" "$(tail -n 1 "$work/watched")" \
		"[0-9:]{8}\\.[0-9]{3}       open    root +producer\\[[0-9]+\\] > /var/tmp/native/[0-9]+ \\(write\\)"
	result "cat prints every event once" "$("$ctl" spool cat --spool "$work/spool" | wc -l)" "$published"
	result "cat --json prints JSON" "$("$ctl" spool cat --spool "$work/spool" --json --type open | grep -c '^{"type":"open",.*}$')" \
		"$("$ctl" spool cat --spool "$work/spool" --type open | wc -l)"
	matches "verify finds nothing" "$(said "$ctl" spool verify --spool "$work/spool")" \
		"[0-9]+ batches, $published events, 0 faults"$'\nexit status 0'
	result "some were dropped" "$((dropped > 0))" 1
	result "cat --totals balances" \
		"$(said "$ctl" spool cat --spool "$work/spool" --totals | awk '/^all|^balanced|^exit status/ { print $1, $2, $3, $4 }')" \
		"all $((published + dropped)) $published $dropped
balanced: produced = recorded
exit status 0 "
	matches "list" "$("$ctl" spool list --spool "$work/spool" | tail -n +2)" \
		"0000000000000001\\.ygs +1 +[0-9]+ +$published +[0-9.]+ [KM]iB  [0-9-]{10} [0-9:]{8}[+-][0-9]{4}  [0-9-]{10} [0-9:]{8}[+-][0-9]{4} *"
	result "status reads what the daemon said" \
		"$("$ctl" status --run "$work/run" 2>/dev/null | grep -c "^reader     NOT RUNNING, it last said: .*, $published spooled in ")" 1
}

# Where batches start: the magic of the skippable frame, its size, "YGRB".
batch_offsets() {
	LC_ALL=C grep -obaP '\x59\x2a\x4d\x18....YGRB' "$1" | cut -d: -f1
}

# damaged NAME PATTERN EVENTS STATUS - verify, cat and totals of $work/bad.ygs
damaged() {
	matches "verify: $1" "$(said "$ctl" spool verify "$work/bad.ygs")" "$2"$'\nexit status 1'
	"$ctl" spool cat "$work/bad.ygs" >"$work/cat.txt" 2>/dev/null
	result "cat: $1: the rest is read" "$? $(wc -l <"$work/cat.txt")" "$4 $3"
	result "cat --totals: $1: does not balance" \
		"$(said "$ctl" spool cat --totals "$work/bad.ygs" 2>&1 | grep -c '^NOT balanced\|^exit status 1')" 2
}

events_in() { "$ctl" spool list "$@" | awk 'NR > 1 { sum += $4 } END { print sum }'; }

bad_spool() {
	local segment=$work/spool/0000000000000001.ygs size at next nr events
	local -a start
	mapfile -t start < <(batch_offsets "$segment")
	size=$(stat -c %s "$segment") nr=${#start[@]}
	events=$(events_in "$segment")
	at=${start[5]} next=${start[6]}
	head -c "$at" "$segment" >"$work/before.ygs"
	head -c "$next" "$segment" | tail -c +$((at + 1)) >"$work/one.ygs"
	tail -c +$((next + 1)) "$segment" >"$work/after.ygs"
	local rest=$((events - $(events_in "$work/one.ygs")))

	{
		head -c $((next - 100)) "$segment"
		tail -c +$((next - 99)) "$segment" | head -c 1 | LC_ALL=C tr '\0-\377' '\1-\377\0'
		tail -c +$((next - 98)) "$segment"
	} >"$work/bad.ygs"
	damaged "a changed byte" \
		"bad\\.ygs:$at: $((next - at)) bytes are no batch: [^"$'\n'"]+"$'\n'"bad\\.ygs:$next: batch 7: 1 batches before it are missing"$'\n'"$((nr - 1)) batches, $rest events, 2 faults" "$rest" 1

	cat "$work/before.ygs" "$work/after.ygs" >"$work/bad.ygs"
	damaged "a batch that was cut out" \
		"bad\\.ygs:$at: batch 7: 1 batches before it are missing"$'\n'"$((nr - 1)) batches, $rest events, 1 faults" "$rest" 0

	cat "$work/before.ygs" <(head -c 5000 /dev/urandom) "$work/one.ygs" "$work/after.ygs" >"$work/bad.ygs"
	matches "verify: bytes put in between" "$(said "$ctl" spool verify "$work/bad.ygs")" \
		"bad\\.ygs:$at: 5000 bytes are no batch: [^"$'\n'"]+"$'\n'"$nr batches, $events events, 1 faults"$'\nexit status 1'

	cat "$work/before.ygs" "$work/after.ygs" "$work/one.ygs" >"$work/bad.ygs"
	matches "verify: batches in another order" "$(said "$ctl" spool verify "$work/bad.ygs")" \
		".*batch 6 is out of order"$'\n'".*$nr batches, $events events, [0-9]+ faults"$'\nexit status 1'

	head -c $((size - 10)) "$segment" >"$work/bad.ygs"
	matches "verify: a torn end" "$(said "$ctl" spool verify "$work/bad.ygs")" \
		".*$((nr - 1)) batches, [0-9]+ events, 1 faults"$'\nexit status 1'
}

echo "1..56"
policies
usage
completion
play
good_spool
bad_spool
exit $failed
