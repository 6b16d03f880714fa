#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# yagura-upgrade with programs in place of the module's and the service manager's, which say what they were asked
# for: what it does where module and programs are of one ABI version, and where not, and what it leaves when a step fails.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/native/result.bash
upgrade=$(realpath tools/yagura-upgrade/yagura-upgrade)

# A machine of its own: /sys/module, /run and /etc are not this one's.
if [[ ${1-} != inside ]]; then
	user=()
	[[ $(id -u) = 0 ]] || user=(--map-root-user)
	unshare "${user[@]}" --mount true 2>/dev/null || { echo "1..0 # SKIP no mounts here"; exit 0; }
	exec unshare "${user[@]}" --mount "$0" inside
fi
rig=$(mktemp -d)
daemon=
trap 'kill $daemon 2>/dev/null; rm -rf "$rig"' EXIT
mkdir -p "$rig"/{bin,etc/yagura/policy.d}
mount -t tmpfs none /sys/module && mount -t tmpfs none /run && mount --bind "$rig/etc" /etc || exit 2
export rig
module=/sys/module/yagura

# stub NAME TEXT
stub() { printf '#!/bin/bash\necho "%s $*" >>"$rig/log"\n%s\n' "$1" "$2" >"$rig/bin/$1"; chmod +x "$rig/bin/$1"; }
# fails STEP - whether this one is to
cat >"$rig/bin/fails" <<'END'
#!/bin/bash
[[ -e $rig/fail-$1 ]] && { echo "$1: refused" >&2; exit 0; }
exit 1
END
chmod +x "$rig/bin/fails"
stub systemctl 'case "$*" in
*MainPID*) cat "$rig/main-pid" ;;
*ExecMainStatus*) cat "$rig/policy-unit" ;;
esac
! fails "$1"'
stub nsenter 'shift 2; exec "$@"'
stub rmmod 'fails rmmod && exit 1; rm -r /sys/module/yagura'
stub modprobe 'fails modprobe && exit 1; mkdir -p /sys/module/yagura; echo 2 >/sys/module/yagura/version'
stub modinfo 'fails modinfo && exit 1; [[ $1 != -F ]] || cat "$rig/new-abi"'
stub yaguractl 'case "$*" in
version) echo "yaguractl 2, ABI 3, schema 3, policy format 2" ;;
status) exit "$(cat "$rig/status")" ;;
"policy show --blob") [[ -e $rig/blob ]] && cat "$rig/blob" || { echo "there is no policy (generation 0)" >&2; exit 1; } ;;
"stop --yes") exit "$(cat "$rig/stop")" ;;
"policy load "*) ! fails load ;;
esac'
PATH=$rig/bin:$PATH

# The daemon that runs, whose program a package has replaced.
cp /bin/sleep "$rig/yagurad"
"$rig/yagurad" 1000 &
daemon=$!
until [[ $(readlink "/proc/$daemon/exe") = "$rig/yagurad" ]]; do sleep 0.01; done
echo of-after >"$rig/yagurad.new"
mv "$rig/yagurad.new" "$rig/yagurad"

# Version 1 of the module, of another ABI, with a policy; the next one is installed.
machine() {
	rm -rf "$rig"/fail-* $module "$rig"/etc/yagura/policy.d/*
	mkdir -p $module/parameters
	echo 1 >$module/version
	echo 0 >$module/refcnt
	echo N | tee $module/parameters/{require_signed_policy,observe_only,disable} >/dev/null
	echo 3 >"$rig/status"
	echo 0 >"$rig/stop"
	echo 3 >"$rig/new-abi"
	echo policy >"$rig/blob"
	echo $daemon >"$rig/main-pid"
	echo 3 >"$rig/policy-unit"
}

# run_upgrade ARGS... - what it says, its status if it is not 0, and what the machine has then
run_upgrade() {
	local status=0
	: >"$rig/log"
	"$upgrade" "$@" 2>&1 || status=$?
	[[ $status = 0 ]] || echo "status $status"
}

asked() { grep -v '^modinfo\|^yaguractl version\|^yaguractl status\|policy show\|^systemctl show\|daemon-reload\|^nsenter' "$rig/log" | sed 's, /tmp[^ ]*, BLOB,'; }
replaced="yaguractl stop --yes
systemctl stop yagurad
rmmod yagura
modprobe yagura
yaguractl policy load BLOB
systemctl start yagurad
systemctl reset-failed yagura-policy"
stays="yagura-upgrade: the module that runs is of another ABI version than the new programs, and cannot be replaced now:\
 it and the daemon of before go on; the next boot has the new ones"

machine
result "another ABI: it is replaced" "$(run_upgrade --if-needed)" "yagura-upgrade: version 2 is loaded"
result "in this order" "$(asked)" "$replaced"
machine
rm "$rig/blob"
run_upgrade --if-needed >/dev/null
result "no policy, none is loaded" "$(asked)" "$(grep -v 'policy load' <<<"$replaced")"
machine
echo 0 >"$rig/status"
result "the same ABI: the daemon is restarted" "$(run_upgrade --if-needed; asked)" "systemctl try-restart yagurad"
machine
echo 0 >"$rig/status"
result "the same ABI, but asked for: it is replaced" "$(run_upgrade)" "yagura-upgrade: version 2 is loaded"
machine
rm -r $module
result "no module: the daemon is restarted" "$(run_upgrade --if-needed; asked)" "systemctl try-restart yagurad"
machine
echo Y >$module/parameters/observe_only
run_upgrade --if-needed >/dev/null
result "told to deny nothing, so is the next" "$(grep ^modprobe "$rig/log")" "modprobe yagura observe_only=1"

# refused WHY NAME - nothing was let go of
refused() {
	result "$2: what it says" "$(run_upgrade --if-needed)" "$stays
yagura-upgrade: $1
status 1"
	result "$2: nothing is done" "$(asked | grep -v 'stop --yes')" ""
	result "$2: the old module stays" "$(cat $module/version)" 1
}

machine
touch "$rig/fail-modinfo"
refused "no installed module for kernel $(uname -r)" "no module for this kernel"
machine
echo 2 >"$rig/new-abi"
refused "the installed module is of ABI version 2, the programs are of 3" "the installed module is an old one"
machine
: >"$rig/new-abi"
refused "the installed module is of ABI version before 3, the programs are of 3" "the installed module does not say its ABI"
result "by hand it is taken" "$(run_upgrade)" "yagura-upgrade: version 2 is loaded"
machine
echo 1 >"$rig/stop"
refused "the old module goes on as before" "the policy is locked"
machine
echo Y >$module/parameters/require_signed_policy
refused "policies must be signed here: name the one to load with --policy and --signature" "a signed policy"

# Since the first of these.
drop_in=/run/systemd/system/yagurad.service.d/50-before.conf
result "the daemon of before is kept" "$(cmp /bin/sleep /run/yagura-before/yagurad 2>&1)" ""
result "and the unit starts it, where it was" "$(cat $drop_in)" "[Service]
BindReadOnlyPaths=/run/yagura-before/yagurad:$rig/yagurad
ExecStart=
ExecStart=$rig/yagurad 1000 "
kept() { echo "$(findmnt -rno TARGET yagura-before | wc -l) mounted, $(find /run/* | grep -c yagura) files"; }
result "by one mount" "$(kept)" "1 mounted, 4 files"
machine
run_upgrade --if-needed >/dev/null
result "the module is replaced: it is not kept any longer" "$(kept)" "0 mounted, 0 files"
machine
echo 1 >"$rig/stop"
run_upgrade --if-needed >/dev/null
echo 0 >"$rig/status"
result "nor when they understand each other again" "$(run_upgrade --if-needed; kept)" "0 mounted, 0 files"
machine
echo 0 >"$rig/main-pid"
echo 1 >"$rig/stop"
result "there is none" "$(run_upgrade --if-needed | grep kept; kept)" \
	"yagura-upgrade: the daemon of before could not be kept: if it ends, the next boot has one
0 mounted, 0 files"
machine
touch "$rig/fail-daemon-reload"
echo 1 >"$rig/stop"
result "it cannot be kept" "$(run_upgrade --if-needed | grep kept; kept)" \
	"yagura-upgrade: the daemon of before could not be kept: if it ends, the next boot has one
0 mounted, 0 files"

machine
touch "$rig/fail-rmmod"
result "it is not unloaded: the daemon of before starts again" "$(run_upgrade --if-needed; asked | tail -n 1; kept)" "rmmod: refused
yagura-upgrade: the old module is stopped, but cannot be unloaded
status 1
systemctl start yagurad
1 mounted, 4 files"
result "the packages go: it is not kept any longer" "$("$upgrade" --forget; kept)" "0 mounted, 0 files"
result "and a second time there is nothing to do" "$("$upgrade" --forget 2>&1)" ""
run_upgrade --if-needed >/dev/null
rm -r $module
result "the module was unloaded by hand" "$(run_upgrade; kept)" "yagura-upgrade: the module is not loaded: modprobe yagura
status 1
0 mounted, 0 files"
machine
echo 1 >"$rig/policy-unit"
run_upgrade --if-needed >/dev/null
result "a policy with a mistake is not made up for" "$(asked | grep -c reset-failed)" 0

machine
echo 3 >"$rig/stop"
result "it cannot be told to stop: it is unloaded" "$(run_upgrade --if-needed)" "yagura-upgrade: version 2 is loaded"
machine
echo 3 >"$rig/stop"
echo 1 >$module/refcnt
refused "the old module cannot be unloaded: its policy is locked until the next boot" "nor unloaded"

machine
touch "$rig/fail-load" /etc/yagura/policy.d/10-site.yaml
result "the policy is not taken: the host's is" "$(run_upgrade --if-needed; asked | tail -n 3)" "load: refused
yagura-upgrade: the new module does not take the policy that was in force: that of /etc/yagura/policy.d
yagura-upgrade: version 2 is loaded
yaguractl policy apply
systemctl start yagurad
systemctl reset-failed yagura-policy"
machine
touch "$rig/fail-load"
result "there is no other: the daemon runs all the same" "$(run_upgrade --if-needed; asked | tail -n 1)" "load: refused
yagura-upgrade: the new module runs without a policy: load one
status 1
systemctl start yagurad"
machine
touch "$rig/fail-modprobe"
result "the new module does not load: the daemon waits for one" "$(run_upgrade --if-needed; asked | tail -n 1)" "modprobe: refused
yagura-upgrade: the new module does not load: load the old one again
status 1
systemctl start yagurad"
result "wrong usage" "$(run_upgrade --if-need 2>&1 | sed -n '1p; $p')" "yagura-upgrade: unknown argument \"--if-need\"
status 2"
echo "1..$number"
exit $failed
