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

# Without the lists of all that Debian has, whose reading takes a minute here.
# What an owner has changed in a file of the package stays, without a question.
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
