#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# docs/BYPASS.md says of each way round a rule what tests/guest/test_bypass.c proves.
set -euo pipefail
cd "$(dirname "$0")/../.."

# tested TABLE - its rows: way, outcome, outcome, outcome
tested() {
	sed -n "/ $1\\[\\] = {/,/^};/p" tests/guest/test_bypass.c |
		sed -n 's/^\t{ "\(.*\)", [a-z_]*, { \([A-Z]*\), \([A-Z]*\), \([A-Z]*\) } },$/\1|\2|\3|\4/p' |
		sed 's/|STOPS/|stops/g; s/|PASSES/|-/g'
}

# written HEADING - the rows of the table below it
written() {
	sed -n "/^## $1/,/^- /p" docs/BYPASS.md |
		sed -n '/^| reached by/d; /^|---/d; s/^| \(.*\) |$/\1/p' | sed 's/ | /|/g'
}

number=0 failed=0
compare() {
	number=$((number + 1))
	if [[ $(tested "$1" | wc -l) -ge 10 ]] && diff <(tested "$1") <(written "$2") >&2; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		failed=1
	fi
}

echo "1..2"
compare exec_ways "A program"
compare write_ways "A file"
exit "$failed"
