# SPDX-License-Identifier: GPL-2.0-only
# bash completion for yaguractl(8)

_yaguractl_types='exec_check exec fork exit open create unlink rename mmap_exec
	link chmod chown setxattr truncate socket_create bind listen connect accept send
	close_write mkdir rmdir symlink removexattr chattr mprotect_exec memfd
	setuid setgid capset module_load module_unload kexec bpf mount umount move_mount pivot_root
	ptrace vm_write signal settime unshare setns keyctl prctl personality seccomp
	start policy gap totals breaker stop heartbeat clock outage backlog'

# The last item of a comma-separated list of event types.
_yaguractl_complete_types() {
	local done='' word=$1
	[[ $word != *,* ]] || { done=${word%,*},; word=${word##*,}; }
	mapfile -t COMPREPLY < <(compgen -P "$done" -W "$_yaguractl_types" -- "$word")
	compopt -o nospace
}

# _yaguractl_complete WORDS [file] - one of the words, or a file.
_yaguractl_complete() {
	if [[ $current = -* || ${2-} != file ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
	else
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
	fi
}

_yaguractl() {
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]-} action=${COMP_WORDS[2]-}

	case $before in
	--type)
		_yaguractl_complete_types "$current"
		return ;;
	--spool | --run | --sysroot)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return ;;
	--format)
		mapfile -t COMPREPLY < <(compgen -W 'text json ecs ocsf sigma csv' -- "$current")
		return ;;
	--sort)
		mapfile -t COMPREPLY < <(compgen -W 'events denied name' -- "$current")
		return ;;
	--rate)
		mapfile -t COMPREPLY < <(compgen -W '100 1000 10000 max' -- "$current")
		return ;;
	--textfile | --status | --signature | --policy | --key | --cert | --out | --baseline)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return ;;
	--expect-generation | --where | --since | --until | --confirm | --samples | \
	--mix | --duration | --threads | --objects | --interval | --count)
		return ;;
	esac
	if [[ $COMP_CWORD = 1 ]]; then
		_yaguractl_complete 'status doctor policy watch top spool metrics bench stop mappings version help'
		return
	fi
	case $verb in
	status) _yaguractl_complete '--json --run' ;;
	doctor) _yaguractl_complete '--json --all --sysroot --status --run' ;;
	watch) _yaguractl_complete '--spool --all --json --format --where --type --denied --since --until' ;;
	top) _yaguractl_complete '--interval --sort --batch --count --json --spool --all --status --run' ;;
	bench) _yaguractl_complete '--mix --duration --threads --rate --objects --baseline --run --json' ;;
	stop) _yaguractl_complete '--yes' ;;
	metrics) _yaguractl_complete '--textfile --run' ;;
	policy)
		[[ $COMP_CWORD != 2 ]] || { _yaguractl_complete 'check diff test explain load apply confirm rollback show stats clear lock sign'; return; }
		case $action in
		check) _yaguractl_complete '--strict' file ;;
		load) _yaguractl_complete '--strict --expect-generation --confirm --signature' file ;;
		apply) _yaguractl_complete '--check --strict --confirm --signature' file ;;
		diff) _yaguractl_complete '' file ;;
		test) _yaguractl_complete '--spool --samples --json' file ;;
		explain) _yaguractl_complete '--policy --all' ;;
		confirm | rollback) _yaguractl_complete '--expect-generation' ;;
		show) _yaguractl_complete '--blob --source --protected' ;;
		stats) _yaguractl_complete '--all --json' ;;
		lock) _yaguractl_complete '--until-reboot --expect-generation' ;;
		sign) _yaguractl_complete '--key --cert --out' file ;;
		clear) _yaguractl_complete '--expect-generation' ;;
		esac ;;
	spool)
		[[ $COMP_CWORD != 2 ]] || { _yaguractl_complete 'list cat verify'; return; }
		case $action in
		list) _yaguractl_complete '--spool --json' file ;;
		cat) _yaguractl_complete '--spool --json --format --where --type --denied --since --until --follow --totals' file ;;
		verify) _yaguractl_complete '--spool' file ;;
		esac ;;
	esac
}

complete -F _yaguractl yaguractl
