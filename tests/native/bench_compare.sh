#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What tests/bench/compare makes of two runs' figures.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

number=0 failed=0

# compares NAME STATUS LAST-LINE BASE NEW
compares() {
	local status=0 last

	last=$("$top/tests/bench/compare" "$4" "$5" 2>&1 | tail -n 1; exit "${PIPESTATUS[0]}") || status=$?
	number=$((number + 1))
	if [[ $status = "$2" && $last = "$3" ]]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		printf '# wanted %s %q\n# got    %s %q\n' "$2" "$3" "$status" "$last"
		failed=1
	fi
}

# run NAME LINE... - the figures of a run on 6.12: a baseline of 1000, and what is said.
run() {
	mkdir -p "$dir/$1"
	printf '%s\n' "# tree 123" "quick-none open 1000 1001" "quick-none connect 500 501" \
		"quick-none-again open 1000 1001" "quick-none-again connect 530 531" "${@:2}" \
		>"$dir/$1/quick-6.12.txt"
}

run base "quick-full open 1500 1501" "quick-full connect 800 801" "quick-bpf open 3000 3001"
run slower "quick-full open 1516 1517" "quick-full connect 800 801" "quick-bpf open 3000 3001"
run within "quick-full open 1515 1516" "quick-full connect 829 830" "quick-bpf open 3000 3001"
run beyond "quick-full open 1500 1501" "quick-full connect 831 832" "quick-bpf open 3000 3001"
run faster "quick-full open 1400 1401" "quick-full connect 800 801" "quick-bpf open 9000 9001"
run gone "quick-full open 1500 1501"
run moved "quick-full open 1600 1601" "quick-full connect 800 801"
sed -i 's/^quick-none\(-again\)\? open 1000/quick-none\1 open 1100/' "$dir/moved/quick-6.12.txt"
mkdir "$dir/walks" "$dir/walks-slower" "$dir/empty"
printf '%s\n' "find-none find-read 1000 1000" "find-none-again find-read 1000 1000" \
	"find-full find-read 1400 1400" "find-full find-read-least 1390" "find-full find-read-most 1430" \
	>"$dir/walks/find-6.12.txt"
sed 's/find-read 1400 1400/find-read 1440 1440/' "$dir/walks/find-6.12.txt" >"$dir/walks-slower/find-6.12.txt"

echo "1..12"
compares "the same" 0 "2 figures: 0 slower, 0 faster, 0 gone" "$dir/base" "$dir/base"
compares "more by over 3 percent" 1 "2 figures: 1 slower, 0 faster, 0 gone" "$dir/base" "$dir/slower"
compares "more, within 3 percent or the baseline's drift" 0 "2 figures: 0 slower, 0 faster, 0 gone" \
	"$dir/base" "$dir/within"
compares "more than the drift" 1 "2 figures: 1 slower, 0 faster, 0 gone" "$dir/base" "$dir/beyond"
compares "less; another contender's more is nothing" 0 "2 figures: 0 slower, 1 faster, 0 gone" \
	"$dir/base" "$dir/faster"
compares "no figure any more" 1 "2 figures: 0 slower, 0 faster, 1 gone" "$dir/base" "$dir/gone"
compares "a figure that was not there" 0 "1 figures: 0 slower, 0 faster, 0 gone" "$dir/gone" "$dir/base"
compares "the call itself is dearer, and nothing else" 0 "2 figures: 0 slower, 0 faster, 0 gone" \
	"$dir/base" "$dir/moved"
compares "more, within what walks differ by" 0 "1 figures: 0 slower, 0 faster, 0 gone" \
	"$dir/walks" "$dir/walks-slower"
compares "nothing to compare" 2 "added: no figures in $dir/empty" "$dir/empty" "$dir/base"
compares "nothing to compare with" 2 "added: no figures in $dir/empty" "$dir/base" "$dir/empty"
compares "neither a folder nor a commit" 2 "compare: neither a folder nor a commit: nothing" nothing "$dir/base"
exit $failed
