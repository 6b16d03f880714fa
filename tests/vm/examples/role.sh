# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Sourced by the role scripts, in the guest: the sensor under which the role's
# programs run, and what the results are counted by.
#
#	role NAME		module, daemon and policy NAME.yaml; from then on it is in force
#	ok WHAT COMMAND...	the command must succeed: the role's daily work
#	settled WHAT		so far nothing was denied, and nothing would have been, by any rule
#	denied N RULE WHAT COMMAND...	the command must fail, and RULE must have denied exactly N times meanwhile
#	would N RULE WHAT COMMAND...	RULE, in monitor mode, would have denied exactly N times meanwhile
#	held N RULE		RULE held at least N times: it is about something that happens
#	recorded N EXPR		at least N events of the spool are so (after account)
#	account			the daemon ends; spool, statistics and expectations must agree
#	finish			the plan, and the status

number=0 failed=0 denied_nr=0 would_nr=0
spool=/var/lib/yagura/spool

# result STATUS WHAT
result() {
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $role: $2"
	else
		echo "not ok $number - $role: $2"
		[ ! -s /run/said ] || sed 's/^/# /' /run/said | tail -n 30
		failed=1
	fi
}

# is WANTED GOT WHAT
is() {
	echo "wanted $1, got $2" >/run/said
	[ "$1" = "$2" ]
	result $? "$3"
}

# at_least WANTED GOT WHAT
at_least() {
	echo "wanted at least $1, got $2" >/run/said
	[ "$2" -ge "$1" ]
	result $? "$3 ($2)"
}

ok() {
	what=$1
	shift
	"$@" >/run/said 2>&1
	result $? "$what"
}

# until_ok COMMAND... - wait up to 30 s until it succeeds
until_ok() {
	for _ in $(seq 300); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	echo "waited in vain for: $*"
	return 1
}

# as USER COMMAND...
as() {
	user=$1
	shift
	setpriv --reuid "$user" --regid "$user" --clear-groups env HOME=/tmp "$@"
}

# add_user NAME UID HOME
add_user() {
	echo "$1:x:$2:" >>/etc/group
	echo "$1:x:$2:$2::$3:/bin/sh" >>/etc/passwd
	mkdir -p "$3"
	chown "$2:$2" "$3"
}

# read_stats - what `count` counts until the next one; what it counted, `gained` compares with
read_stats() {
	[ ! -e /run/stats ] || mv /run/stats /run/stats.before
	yaguractl policy stats --all >/run/stats
}

# count COLUMN [RULE] - of the statistics: 1 held, 2 denied, 3 would have denied; all rules' without RULE
count() {
	awk -v column="$1" -v rule="${2-}" '
		/^generation/ || /would deny  rule$/ { next }
		rule == "" || $4 == rule { sum += $column; found = 1 }
		END { print found ? sum : "no rule " rule }' "${3-/run/stats}"
}

# gained COLUMN [RULE]
gained() {
	echo $(($(count "$1" "${2-}") - $(count "$1" "${2-}" /run/stats.before)))
}

role() {
	role=$1
	mkdir -p "$spool" /run/yagura
	rm -rf /run/stats* /run/yagura/* "${spool:?}"/*
	# The accounts at the end say what was dropped, if anything.
	insmod /yagura.ko totals_ms=1000 || exit 1
	cat >/run/yagurad.yaml <<-END
		version: 1
		spool: {dir: $spool, limit: 256MiB, segment: 4MiB}
		reader: {flush_ms: 50}
	END
	yagurad -f -c /run/yagurad.yaml 2>/run/yagurad.log &
	daemon=$!
	until_ok test -s /run/yagura/reader.json || exit 1
	ok "the policy loads without warnings" yaguractl policy load --strict "/t/$role.yaml"
}

settled() {
	read_stats
	is "0 0" "$(count 2) $(count 3)" "$1: no rule denied anything, or would have"
	[ "$(count 2) $(count 3)" = "0 0" ] || yaguractl spool cat --denied | sed 's/^/# /' | tail -n 20
}

# counted COLUMN N RULE WHAT - N more than before, and no other rule anything
counted() {
	read_stats
	got="$(gained "$1" "$3") of $(($(gained 2) + $(gained 3)))"
	echo "wanted $2 of $2, got $got" | cat - /run/attack >/run/said
	[ "$got" = "$2 of $2" ]
	result $? "$4: $3"
}

denied() {
	n=$1 rule=$2 what=$3
	shift 3
	"$@" >/run/attack 2>&1
	status=$?
	counted 2 "$n" "$rule" "$what"
	denied_nr=$((denied_nr + n))
	cp /run/attack /run/said
	[ $status != 0 ]
	result $? "$what: it failed"
}

would() {
	n=$1 rule=$2 what=$3
	shift 3
	"$@" >/run/attack 2>&1
	counted 3 "$n" "$rule" "$what"
	would_nr=$((would_nr + n))
}

held() {
	read_stats
	at_least "$1" "$(count 1 "$2")" "$2 holds"
}

# in_spool EXPR - how many events are so
in_spool() {
	yaguractl spool cat --where "$1" | wc -l
}

recorded() {
	at_least "$1" "$(in_spool "$2")" "recorded: $2"
}

account() {
	read_stats
	is "$denied_nr $would_nr" "$(count 2) $(count 3)" "nothing else was denied, or would have been"
	is "$denied_nr" "$(yaguractl status --json | sed -n 's/.*"denied": \([0-9]*\).*/\1/p')" \
		"the sensor has denied as often"
	is 0 "$(grep -c tripped /run/stats)" "no breaker tripped"
	# The accounting interval, and the reader's flush.
	sleep 2
	kill "$daemon"
	wait "$daemon"
	status=$?
	cp /run/yagurad.log /run/said
	result $status "the daemon ends with status 0"
	is "$denied_nr" "$(in_spool verdict=deny)" "each denial is recorded"
	is "$would_nr" "$(in_spool verdict=would_deny)" "each would-be denial is recorded"
	ok "the account adds up" yaguractl spool cat --totals
	sed 's/^/# /' /run/said
}

finish() {
	rmmod yagura
	result $? "the module is unloaded"
	rm -rf "$spool"
	echo "1..$number"
	exit $failed
}
