# SPDX-License-Identifier: GPL-2.0-only
#
# What holds on a machine with the packages. Source it after guest.bash.

# runs_version VERSION - six results
runs_version() {
	check "the machine has booted" has_booted --wait
	is "the module is $1" "$1" "$(cat /sys/module/yagura/version)"
	is "the service is active, and started at boot" "active enabled" \
		"$(systemctl is-active yagurad) $(systemctl is-enabled yagurad)"
	is "the daemon is $1" "yagurad $1" "$(yagurad --version)"
	is "nothing of it is out of order" "" "$(journalctl -b --no-pager -o cat -p warning -u yagurad)"
	tick 10
	check "an event arrives at the receiver" within 90 all_ticks_in /srv/recv/*.ygs
}

# denies - one result: a policy is loaded and in force
denies() {
	cp /bin/true /t/denied
	printf '%s\n' 'version: 1' 'name: test' 'rules:' \
		'- {name: no, on: exec, where: {path: /t/denied}, do: deny}' >/t/policy.yaml
	check "a policy denies" eval 'yaguractl policy load /t/policy.yaml && ! /t/denied'
}

# restarts - two results
restarts() {
	check "the service restarts" systemctl restart yagurad
	tick 10
	check "and nothing is lost by that" within 90 all_ticks_in /srv/recv/*.ygs
}

# Without the lists of all that Debian has, whose reading takes a minute here. What an owner has changed in a file of
# the package stays, without a question.
apt() { apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-confold -o Dir::State::Lists=/t/lists "$@"; }
mkdir -p /t/lists/partial

# flow N - ticks from N on, until it is enough; when each began and ended is in /run/flow, in ns
flow() {
	local n=$1 begin
	while [[ ! -e /run/enough ]]; do
		n=$((n + 1))
		begin=${EPOCHREALTIME/./}000
		/t/tick $n
		echo "$n $begin ${EPOCHREALTIME/./}000" >>/run/flow
		echo $n >/run/last_tick
		sleep 0.2
	done
}

# with_flow NAME COMMAND... - one result, of a command while which events flow
with_flow() {
	rm -f /run/enough
	flow "$ticks" &
	check "$@"
	sleep 2
	touch /run/enough
	wait
	ticks=$(</run/last_tick)
}

# has_changed FROM TO - six results: another version was installed with events flowing, the module stays
has_changed() {
	check "nothing is lost by that" within 120 all_ticks_in /srv/recv/*.ygs
	is "the service runs $2" "active yagurad $2" "$(systemctl is-active yagurad) $(yagurad --version)"
	is "by the new program" /usr/sbin/yagurad "$(readlink "/proc/$(property yagurad MainPID)/exe")"
	is "the module that runs is $1" "$1" "$(cat /sys/module/yagura/version)"
	is "the next boot will have $2" "$2" "$(modinfo -F version yagura)"
	check "the policy is still in force" eval '! /t/denied'
}

# gone - module and service, at once
gone() { [[ ! -e /sys/module/yagura && ! -e /usr/sbin/yagurad ]] && ! systemctl cat yagurad 2>/dev/null; }

# residue - files that have our name, but for those of the test
residue() {
	find / -xdev \( -path /t -o -path /srv -o -path /out -o -path /var/log/apt -o -path /var/log/journal \) -prune -o \
		-iname '*yagura*' ! -name 'yagura-test.service' -print
	find /run /run/systemd/system /dev /sys/module -maxdepth 2 -name '*yagura*' ! -name 'yagura-test*' 2>/dev/null
}
