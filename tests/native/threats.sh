#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# docs/THREATS.md claims nothing without a test: each line of its tables names at least
# one, and each that is named is run by its program.
set -euo pipefail
cd "$(dirname "$0")/../.."

number=0 failed=0
result() {	# NAME yes|no
	number=$((number + 1))
	[[ $2 = yes ]] || { failed=1; printf 'not '; }
	echo "ok $number - $1"
}

# is_run PROGRAM TEST - whether the program has it in its list.
is_run() {
	grep -qE "test[a-z_]*\($2[,)]" "tests/guest/$1.c" 2>/dev/null && echo yes || echo no
}

while read -r line; do
	attempt=$(cut -d'|' -f2 <<<"$line" | xargs -0 printf '%s' | tr -d '\n')
	names=$(grep -oE '`test_[a-z_]+: [a-z0-9_]+`' <<<"$line" | tr -d '`' || true)
	result "has a test:$attempt" "$([[ $names ]] && echo yes || echo no)"
	while IFS=': ' read -r program name; do
		[[ ! $program ]] || result "$program has $name" "$(is_run "$program" "$name")"
	done <<<"$names"
done < <(grep -E '^\| ' docs/THREATS.md | grep -v '^| attempt ')
result "there are claims" "$([[ $number -gt 20 ]] && echo yes || echo no)"
echo "1..$number"
exit $failed
