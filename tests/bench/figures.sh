# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Sourced where figures are told: what docs/bench/SECTION-SERIES.txt has, and what a contender
# adds by it. In ${all[@]} are the series.

declare -A figure mean # [series contender work], figure also [series contender what]

figures_read() {
	local series contender work median average

	for series in "${all[@]}"; do
		while read -r contender work median average; do
			figure[$series $contender $work]=$median
			mean[$series $contender $work]=$average
		done < <(cat docs/bench/*-"$series.txt" | grep -v '^#')
	done
}

raw() { # series contender work
	local value=${figure[$1 $2 $3]-}

	[[ -n $value ]] || { echo "${0##*/}: no figure: $*" >&2; exit 1; }
	echo "$value"
}

# Whether all series have it: figures of before have not all works, or contenders.
is_measured() { # work [contender]
	local series

	for series in "${all[@]}"; do
		[[ -n ${figure[$series ${2-work-none} $1]-} ]] || return 1
	done
}

# What is left of a refused open when nobody has judged it: a BPF program that does
# nothing else refuses it, and what that program costs elsewhere is taken off.
refused() { # series
	echo $(($(raw "$1" bpf-refuse open-denied) - $(added_on "$1" bpf-empty open-write)))
}

# What another process has to do with, the call pays for whenever that runs: means for these
# (without the dearest hundredth).
is_by_mean() { # contender work
	case "$1 $2" in
	fanotify-notify-reader\ open-* | fanotify-permission\ open-*) ;;
	audit-*reader\ open-write | audit-*reader\ connect) ;;
	*) return 1 ;;
	esac
}

# The least mean of the baseline: what a tick meets only adds.
least_mean() { # series work
	local name least=

	for name in baseline baseline-again baseline-last; do
		[[ -n $least && $least -le ${mean[$1 $name $2]} ]] || least=${mean[$1 $name $2]}
	done
	echo "$least"
}

# Falco's driver does not build for each kernel.
added_on() { # series contender work
	local base

	if [[ $2 = falco-* && -z ${figure[$*]-} ]]; then
		echo -
		return
	fi
	if is_by_mean "$2" "$3"; then
		echo $((${mean[$*]} - $(least_mean "$1" "$3")))
		return
	fi
	if [[ $3 = open-denied ]]; then
		base=$(refused "$1")
	else
		base=$(raw "$1" baseline "$3")
	fi
	echo $(($(raw "$@") - base))
}

cell() { # function arg...: its word for each series
	local series out='' word

	for series in "${all[@]}"; do
		word=$("$1" "$series" "${@:2}")
		out+="${out:+ / }$word"
	done
	echo "$out"
}

# What it has over the baseline of its own section, where that is SECTION-none.
over_on() { # series contender work
	echo $(($(raw "$@") - $(raw "$1" "${2%%-*}-none" "$3")))
}
