# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel log with the KTAP of KUnit suites -> TAP: one result per test case
# and per parameter of a case. -v suites="a b" names the suites that must be
# there.
#
# KTAP nests by indentation: suite results at none, cases at 4 blanks,
# parameters at 8. Three traps: the kernel's own, empty report "1..0" comes
# first and is not ours; a case with parameters has a result line of its own,
# which only repeats theirs; a suite that never ended has no line at all.

function add(ok, what, skip) {
	sub(/ *#.*/, "", what)
	lines = lines (ok ? "ok " : "not ok ") (++number) (skip ? " # SKIP " : " - ") suite ": " what "\n"
}

function depth(line) {
	match(line, /^ */)
	return RLENGTH
}

{
	sub(/\r$/, "")
	sub(/^\[ *[0-9.]+\] /, "")
}

/^ *# Subtest: / {
	if (depth($0) == 4) {
		suite = $0
		sub(/^ *# Subtest: /, "", suite)
		cases = planned = 0
	} else {
		parameters = 0
		parametrized = $0
		sub(/^ *# Subtest: /, "", parametrized)
	}
	next
}

suite != "" && /^    1\.\.[0-9]+$/ {
	planned = $0
	sub(/ *1\.\./, "", planned)
	next
}

/^ *(not )?ok [0-9]+ / {
	ok = $0 !~ /^ *not/
	skip = $0 ~ /# SKIP/
	what = $0
	sub(/^ *(not )?ok [0-9]+ (- )?/, "", what)
	level = depth($0)
	if (level == 8) {
		parameters++
		add(ok, parametrized ": " what, skip)
	} else if (level == 4) {
		cases++
		name = what
		sub(/ *#.*/, "", name)
		if (name != parametrized || !parameters)
			add(ok, what, skip)
		parametrized = ""
		parameters = 0
	} else if (level == 0 && suite != "") {
		ended[suite] = 1
		if (cases != planned + 0)
			add(0, "ran " cases " of " planned " cases")
		if (!ok && lines !~ "not ok [0-9]+ - " suite ":")
			add(0, "the suite failed")
		suite = ""
	}
	next
}

# What a failed expectation says, and what a sanitizer does.
suite != "" && /EXPECTATION FAILED|ASSERTION FAILED|Expected|==|BUG: KASAN|UBSAN:/ { lines = lines "#" $0 "\n" }

END {
	n = split(suites, wanted, " ")
	for (i = 1; i <= n; i++)
		if (!(wanted[i] in ended)) {
			suite = wanted[i]
			add(0, "did not end")
		}
	printf "1..%d\n%s", number, lines
}
