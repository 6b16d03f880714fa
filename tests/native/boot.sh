#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# yagura-boot on a small tree in place of a machine, with a modprobe that only says what it was asked for, and what
# the count was on the disk then: what boots that do not settle lead to.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/native/result.bash
boot=$(realpath tools/yagura-boot/yagura-boot)
work=$(mktemp -d)
tree=$work/tree
state=$tree/var/lib/yagura/boot run=$tree/run/yagura-boot
export tree state work
unset JOURNAL_STREAM

trap 'rm -rf "$work"' EXIT

mkdir "$work/bin"
# As the kernel does: nothing becomes of it where it is loaded.
cat >"$work/bin/modprobe" <<'END'
#!/bin/bash
echo "modprobe $*, $(cat "$state" 2>/dev/null || echo none) on the disk" >>"$work/log"
[[ ! -e $work/refuse ]] || { echo "modprobe: refused" >&2; exit 1; }
[[ ! -e $work/blacklist && ! -e $tree/sys/module/yagura ]] || exit 0
mkdir -p "$tree/sys/module/yagura/parameters"
for name in observe_only disable; do
	[[ " $* " = *" $name=1 "* ]] && echo Y || echo N
done | { read -r observe_only; read -r disable
	echo "$observe_only" >"$tree/sys/module/yagura/parameters/observe_only"
	echo "$disable" >"$tree/sys/module/yagura/parameters/disable"; }
END
# What is on the disk is what a sync was asked for.
cat >"$work/bin/sync" <<'END'
#!/bin/bash
echo "sync ${1#"$tree"}: $([[ -d $1 ]] && ls "$1" | xargs || cat "$1")" >>"$work/log"
END
chmod +x "$work"/bin/*
PATH=$work/bin:$PATH

# A machine that is switched off.
make_tree() {
	rm -rf "$tree" "$work"/{refuse,blacklist}
	mkdir -p "$tree"/{proc,run,var/lib,sys/module}
	echo "ro quiet" >"$tree/proc/cmdline"
}

# cut - it loses its power: what is in /run and the kernel is gone
cut_power() { rm -rf "$tree"/{run,sys/module}/*; }

# run_boot ARGS... - what the script says, without its frame, and its status if it is not 0
run_boot() {
	local status=0
	: >"$work/log"
	timeout 20 "$boot" --root "$tree" "$@" 2>&1 || status=$?
	[[ $status = 0 ]] || echo "status $status"
}

asked() { grep ^modprobe "$work/log"; }
told() { cat "$run"; }
counted() { cat "$state"; }

# tripped NUMBER PARAMETER EFFECT
tripped() {
	echo "yagura-boot: the last $1 boots with the module did not settle: it is loaded with $2=1, $3. To have it at" \
		"work again, once you know why: yagura-boot reset && yagura-upgrade. When this boot settles, the next one is as usual."
}

# boots_after NUMBER SAYS ARGUMENT - that many have not settled
boots_after() {
	make_tree
	mkdir -p "$tree/var/lib/yagura"
	[[ $1 = 0 ]] || echo "$1" >"$state"
	result "after $1: what it says" "$(run_boot begin)" "$2"
	result "after $1: the module" "$(asked)" "modprobe --use-blacklist yagura${3:+ $3=1}, $(($1 + 1)) on the disk"
	result "after $1: what this boot is" "$(told)" "unfinished=$1
parameter=$3"
}

counts() {
	boots_after 0 "" ""
	boots_after 1 "" ""
	boots_after 2 "$(tripped 2 observe_only "nothing is denied")" observe_only
	boots_after 3 "$(tripped 3 observe_only "nothing is denied")" observe_only
	boots_after 4 "$(tripped 4 disable "nothing is seen and nothing is denied")" disable
	boots_after 50 "$(tripped 50 disable "nothing is seen and nothing is denied")" disable
	echo 999 >"$state"
	cut_power
	run_boot begin >/dev/null
	result "it does not count without end" "$(counted)" 999
	result "what it says has the journal's level" "$(cut_power; JOURNAL_STREAM=1:1 run_boot begin | grep -c '^<4>yagura-boot: the last 999')" 1
}

# The machine dies five times, comes up, and is as it was.
machine() {
	local i
	make_tree
	for i in 1 2 3 4 5; do
		run_boot begin >/dev/null
		asked
		cut_power
	done >"$work/loop"
	result "five boots that do not settle" "$(cat "$work/loop")" "modprobe --use-blacklist yagura, 1 on the disk
modprobe --use-blacklist yagura, 2 on the disk
modprobe --use-blacklist yagura observe_only=1, 3 on the disk
modprobe --use-blacklist yagura observe_only=1, 4 on the disk
modprobe --use-blacklist yagura disable=1, 5 on the disk"
	run_boot begin >/dev/null
	result "it settles" "$(run_boot done) $(counted)" " 0"
	result "of this boot it is still told" "$(told)" "unfinished=5
parameter=disable"
	cut_power
	result "the next is as usual" "$(run_boot begin; asked)" "modprobe --use-blacklist yagura, 1 on the disk"
	result "what has settled is not written again" "$(run_boot done; : >"$work/log"; run_boot done; cat "$work/log")" ""
}

# Old or new, and not half of one: on the disk before it has the name, and the name before the module is loaded.
crash() {
	make_tree
	mkdir -p "$tree/var/lib/yagura"
	echo 1 >"$state"
	run_boot begin
	result "the order of what is written" "$(cat "$work/log")" "sync /var/lib/yagura/boot.new: 2
sync /var/lib/yagura: boot
modprobe --use-blacklist yagura, 2 on the disk"
	run_boot done
	result "and when it is set back" "$(cat "$work/log")" "sync /var/lib/yagura/boot.new: 0
sync /var/lib/yagura: boot"
	echo 7 >"$state.new"
	cut_power
	run_boot begin
	result "what a crash has left is of no account" "$(asked)" "modprobe --use-blacklist yagura, 1 on the disk"
}

# corrupt NAME - the state is something: it counts as 0, and from there
corrupt() {
	result "$1: what it says" "$(run_boot begin)" "yagura-boot: $state has no number of boots: it counts as 0"
	result "$1: the module" "$(asked)" "modprobe --use-blacklist yagura, 1 on the disk"
	make_tree
	mkdir -p "$tree/var/lib/yagura"
}

corruptions() {
	local text
	make_tree
	mkdir -p "$tree/var/lib/yagura"
	: >"$state"
	corrupt "an empty count"
	head -c 100000 /dev/urandom >"$state"
	corrupt "a count of random bytes"
	for text in -1 2x 02 1000 99999999999999999999 '$(reboot)' '2 2' $'2\n2' '*'; do
		echo "$text" >"$state"
		corrupt "the count ${text@Q}"
	done
	mkfifo "$state"
	corrupt "a FIFO in place of the count"
	ln -s boot "$state"
	result "a link to itself: the module" "$(run_boot begin; asked)" "modprobe --use-blacklist yagura, 1 on the disk"
	make_tree
	mkdir -p "$state"
	result "a directory in place of the count: what it says" "$(run_boot begin)" \
		"yagura-boot: $state has no number of boots: it counts as 0
yagura-boot: cannot write $state: this boot is not counted, should it not settle"
	result "a directory in place of the count: the module" "$(asked)" "modprobe --use-blacklist yagura, none on the disk"
	result "a directory in place of the count: done" "$(run_boot done)" \
		"yagura-boot: cannot write $state: this boot counts as one that did not settle
status 1"
}

# read_only COMMAND... - while /var/lib/yagura is such a mount
read_only() {
	local user=()
	[[ $(id -u) = 0 ]] || user=(--map-root-user)
	unshare "${user[@]}" --mount bash -c 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && "$@" 2>&1; echo "status $?"' \
		"$tree/var/lib/yagura" "$@"
}

unwritable() {
	make_tree
	: >"$tree/var/lib/yagura"
	result "no directory can be made: what it says" "$(run_boot begin)" \
		"yagura-boot: cannot write $state: this boot is not counted, should it not settle"
	result "no directory can be made: the module" "$(asked)" "modprobe --use-blacklist yagura, none on the disk"
	result "no directory can be made: done" "$(run_boot done)" ""
	make_tree
	mkdir "$tree/var/lib/yagura"
	echo 1 >"$state"
	if [[ $(read_only true 2>&1) != "status 0" ]]; then
		for name in begin module done tripped; do number=$((number + 1)); echo "ok $number # SKIP no mounts here: $name"; done
		return
	fi
	: >"$work/log"
	result "a read-only directory: what it says" "$(read_only "$boot" --root "$tree" begin)" \
		"yagura-boot: cannot write $state: this boot is not counted, should it not settle
status 0"
	result "a read-only directory: the module" "$(asked)" "modprobe --use-blacklist yagura, 1 on the disk"
	result "a read-only directory: done" "$(read_only "$boot" --root "$tree" done)" \
		"yagura-boot: cannot write $state: this boot counts as one that did not settle
status 1"
	echo 2 >"$state"
	cut_power
	: >"$work/log"
	read_only "$boot" --root "$tree" begin >/dev/null
	result "a read-only directory: what was counted holds" "$(asked)" \
		"modprobe --use-blacklist yagura observe_only=1, 2 on the disk"
}

# command_line WORDS SAYS ASKED COUNTED - after two boots that did not settle
command_line() {
	make_tree
	mkdir -p "$tree/var/lib/yagura"
	echo 2 >"$state"
	echo "ro $1 quiet" >"$tree/proc/cmdline"
	result "$1: what it says" "$(run_boot begin)" "$2"
	result "$1: the module, and the count" "$(asked; counted)" "${3:+$3
}$4"
}

command_lines() {
	local usual="modprobe --use-blacklist yagura" observe="modprobe --use-blacklist yagura observe_only=1, 3 on the disk" word
	for word in yagura.disable=1 yagura.disable yagura.disable=Y yagura.disable=on; do
		command_line $word "yagura-boot: the module sees and denies nothing: the command line has $word" \
			"$usual, 2 on the disk" 2
	done
	for word in module_blacklist=yagura modprobe.blacklist=floppy,yagura,pcspkr; do
		command_line $word "yagura-boot: the module is not loaded: the command line has $word" "" 2
	done
	for word in yagura.disable=0 yagura.disabled=1 x.yagura.disable=1 module_blacklist=yagura2 yagura.observe_only=1 '*'; do
		command_line "$word" "$(tripped 2 observe_only "nothing is denied")" "$observe" 3
	done
}

again() {
	make_tree
	mkdir -p "$tree/var/lib/yagura"
	echo 2 >"$state"
	run_boot begin >/dev/null
	result "started again, the boot counts once" "$(run_boot begin; asked; counted)" \
		"$(tripped 2 observe_only "nothing is denied")
modprobe --use-blacklist yagura observe_only=1, 3 on the disk
3"
	rm -r "$tree/sys/module/yagura"
	result "reset, the module comes as usual" "$(run_boot reset; run_boot begin; asked; counted)" \
		"modprobe --use-blacklist yagura, 0 on the disk
0"
	cut_power
	result "and in the next boot" "$(run_boot begin; asked)" "modprobe --use-blacklist yagura, 1 on the disk"
}

module() {
	make_tree
	touch "$work/refuse"
	result "modprobe is refused" "$(run_boot begin)" "modprobe: refused
yagura-boot: the module is not loaded: nothing is seen: yaguractl doctor
status 1"
	make_tree
	touch "$work/blacklist"
	result "blacklisted in /etc/modprobe.d" "$(run_boot begin)" \
		"yagura-boot: the module is not loaded: /etc/modprobe.d has it blacklisted"
	make_tree
	mkdir -p "$tree"/{var/lib/yagura,sys/module/yagura/parameters}
	echo 3 >"$state"
	echo N >"$tree/sys/module/yagura/parameters/observe_only"
	result "loaded before it could be told" "$(run_boot begin | tail -n 1)" \
		"yagura-boot: but the module was loaded before that, and stays as it is: see /etc/modules-load.d and the initramfs"
}

usage() {
	result "wrong usage: nothing" "$(run_boot 2>&1 | tail -n 1)" "status 2"
	result "wrong usage: two verbs" "$(run_boot begin done | tail -n 1)" "status 2"
	result "wrong usage: an unknown one" "$(run_boot rest | sed -n '1p; $p')" "yagura-boot: unknown argument \"rest\"
status 2"
	result "wrong usage: no root" "$("$boot" --root 2>&1; echo $?)" "yagura-boot: --root needs a value
2"
	result "none of them asked for the module" "$(cat "$work/log")" ""
	result "--help says what the numbers are" "$("$boot" --help | grep -c 'observe_only=1\|after 2 in a row\|after 4 with')" 2
}

counts
machine
crash
corruptions
unwritable
command_lines
again
module
usage
echo "1..$number"
exit $failed
