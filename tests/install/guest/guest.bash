# SPDX-License-Identifier: GPL-2.0-only
#
# What jobs in a guest share: TAP, patience, and ticks, which are events that can be
# told from all others and counted. Source it. Sets: number failed ticks.
set -u
mkdir -p /out
number=0 failed=0 ticks=0
[[ -x /t/tick ]] || cp /bin/true /t/tick

# say STATUS NAME - a result; below a bad one, the words of $why and the journal's last
say() {
	number=$((number + 1))
	if [[ $1 = 0 ]]; then
		echo "ok $number - $2"
		return
	fi
	echo "not ok $number - $2"
	[[ -z ${why-} ]] || sed 's/^/# /' <<<"$why"
	journalctl -b --no-pager -o cat -n 12 | cut -c 1-200 | sed 's/^/# journal: /'
	failed=1
}

# check NAME COMMAND... - a result, from the command's status and words, which are in $why_was then
check() {
	local status=0
	why=$("${@:2}" 2>&1) || status=$?
	say "$status" "$1"
	why_was=$why why=
}

# is NAME WANTED GOT
is() {
	[[ $2 = "$3" ]]
	why="wanted $2, got $3" say $? "$1"
}

# has_booted [--wait] - no unit has failed, and nothing is waited for; else it says which
has_booted() {
	[[ $(systemctl is-system-running "$@") = running ]] && return
	systemctl --failed --no-legend --plain
	systemctl list-jobs --no-legend
	return 1
}

# within SECONDS COMMAND... - try it again and again; what it said last is said
within() {
	local until=$((SECONDS + $1)) said
	while ! said=$("${@:2}" 2>&1); do
		((SECONDS < until)) || { echo "$said"; return 1; }
		sleep 0.5
	done
}

# tick N - N more events: /t/tick is executed, with the number of the tick
tick() {
	local last=$((ticks + $1))
	while ((ticks < last)); do
		ticks=$((ticks + 1))
		/t/tick $ticks
	done
}

# ticks_in FILE... - what became of the ticks there: how many times there, how many of them
ticks_in() {
	yaguractl spool cat "$@" --format json --where 'type=exec and path=/t/tick' |
		sed -n 's/.*"argv":\["\/t\/tick","\([0-9]*\)"\].*/\1/p' | sort -n | uniq -c |
		awk '{ times += $1; if ($1 > 1) twice++ } END { printf "%d of them, %d twice\n", NR, twice }'
}

# all_ticks_in FILE... - each tick is there, once
all_ticks_in() {
	local got
	got=$(ticks_in "$@" 2>&1)
	[[ $got = "$ticks of them, 0 twice" ]] || { echo "$ticks ticks, there are $got"; return 1; }
}

# told UNIT SINCE TEXT - the unit's journal has it, since a time of `date +%s`
told() { journalctl -b --no-pager -o cat -u "$1" --since "@$2" | grep -qF -- "$3"; }

property() { systemctl show -P "$2" "$1"; }

# value FILE KEY - the first number or word of that name in a status file
value() { sed -n "s/.*\"$2\": \"\{0,1\}\([^\",}]*\).*/\1/p" "/run/yagura/$1.json" | head -n 1; }

# Which boot of the machine this is, where it has several (run-vm --reboots): 1 ...
boot=$(($(cat /t/boot 2>/dev/null || echo 0) + 1))

# end_boot HOW... - the next one runs this again
end_boot() {
	[[ $failed = 0 ]] || exit 1
	echo "$boot" >/t/boot
	sync /t/boot
	sleep 1 # for what is still on its way to the serial port
	"$@"
	sleep 600
	exit 1
}

# The reset button: nothing is written, nobody is told.
cut_off() { echo b >/proc/sysrq-trigger; }
