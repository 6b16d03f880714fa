#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What tap.awk and kunit/ktap.awk make of good, bad and broken logs.
set -euo pipefail
cd "$(dirname "$0")/.."

number=0 failed=0
result() {
	number=$((number + 1))
	if [[ $2 = "$3" ]]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		printf '# wanted %q\n# got    %q\n' "$3" "$2"
		failed=1
	fi
}

# log KIND WHY LINE... - the framed log of one program.
log() {
	printf '# run: begin %s prog\n' "$1"
	printf '%s\n' "${@:3}"
	printf '# run: end prog 3 ms: %s\n' "$2"
}

# counts NAME WANTED KIND WHY LINE...
counts() {
	result "$1" "$(log "${@:3}" | awk -f tap.awk)" "$2"
}

echo "1..21"
counts "a good program" "2 0 0" tap ok 1..2 "ok 1 - a" "ok 2 - b"
counts "a skipped test" "1 0 1" tap ok 1..2 "ok 1 - a" "ok 2 # SKIP b"
counts "a test skipped cmocka's way" "1 0 1" tap ok 1..2 "ok 1 - a" "not ok 2 # SKIP b"
counts "two groups" "2 0 0" tap ok 1..1 "ok 1 - a" 1..1 "ok 1 - b"
counts "a failed test" $'1 1 0\nprog: b' tap "exit status 1" 1..2 "ok 1 - a" "not ok 2 - b"
counts "a bad exit after good tests" $'1 1 0\nprog: exit status 1' tap "exit status 1" 1..1 "ok 1 - a"
counts "a crash" $'1 1 0\nprog: killed by signal 11' tap "killed by signal 11" 1..2 "ok 1 - a"
counts "no plan" $'1 1 0\nprog: no plan' tap ok "ok 1 - a"
counts "a test too few" $'1 1 0\nprog: results do not match the plan (1 of 2)' tap ok 1..2 "ok 1 - a"
counts "a test too many" $'2 1 0\nprog: results do not match the plan (2 of 1)' tap ok 1..1 "ok 1 - a" "ok 2 - b"
counts "carriage returns" "1 0 0" tap ok $'1..1\r' $'ok 1 - a\r'
counts "a plain program" "1 0 0" run ok "hello"
counts "a plain program that fails" $'0 1 0\nprog: exit status 2' run "exit status 2" "hello"
counts "a skipped program" "0 0 1" run skipped "nothing to do here"
counts "a plain program with TAP" $'1 1 0\nprog: b' run "exit status 1" 1..2 "ok 1 - a" "not ok 2 - b"
result "a log that breaks off" "$(log tap ok 1..1 "ok 1 - a" | head -n -1 | awk -f tap.awk)" \
	$'1 1 0\nprog: did not end'
result "an empty log" "$(awk -f tap.awk </dev/null)" $'0 1 0\nnothing: no program was run'
result "what stands outside of programs" "$({ echo "not ok 1 - x"; log run ok; } | awk -f tap.awk)" "1 0 0"

good_ktap() {
	cat <<-'END'
	[    0.100000] KTAP version 1
	[    0.100000] 1..0
	[    0.300000]     KTAP version 1
	[    0.300000]     # Subtest: one
	[    0.300000]     1..3
	[    0.400000]     ok 1 plain
	[    0.400000]         KTAP version 1
	[    0.400000]         # Subtest: many
	[    0.400000]         ok 1 first value
	[    0.400000]         ok 2 second value
	[    0.400000]     # many: pass:2 fail:0 skip:0 total:2
	[    0.400000]     ok 2 many
	[    0.400000]     ok 3 later # SKIP not here
	[    0.400000] # one: pass:3 fail:0 skip:0 total:3
	[    0.400000] # Totals: pass:3 fail:0 skip:0 total:3
	[    0.500000] ok 1 one
	END
}
result "KTAP of a module" "$(good_ktap | awk -v suites=one -f kunit/ktap.awk)" \
	$'1..4\nok 1 - one: plain\nok 2 - one: many: first value\nok 3 - one: many: second value\nok 4 # SKIP one: later'
result "KTAP without a suite" "$(good_ktap | awk -v suites="one two" -f kunit/ktap.awk | tail -n 1)" \
	"not ok 5 - two: did not end"
result "KTAP with a lost case" "$(good_ktap | grep -v plain | awk -v suites=one -f kunit/ktap.awk | tail -n 1)" \
	"not ok 4 - one: ran 2 of 3 cases"
exit $failed
