# SPDX-License-Identifier: GPL-2.0-only
#
# Reads logs of test programs, each framed by
#
#	# run: begin tap NAME		or "begin run NAME": TAP is welcome, not required
#	...
#	# run: end NAME 12 ms: ok	or why not; "skipped" is neither
#
# and prints "PASSED FAILED SKIPPED", then one line per failure. A program that
# is cut off, contradicts its plan or has none is a failure of its own, and so
# is a log without any program in it.

function fail(what) {
	failed++
	failures = failures "\n" name ": " what
}

function finish(why) {
	if (why == "skipped" && !results)
		skipped++
	else if (why != "ok" && !bad)
		fail(why)
	else if (why == "ok" && has_plan && results != plan)
		fail("results do not match the plan (" results " of " plan ")")
	else if (why == "ok" && !has_plan && kind == "tap")
		fail("no plan")
	else if (why == "ok" && !has_plan && !results)
		passed++
	name = ""
	programs++
}

# Serial lines and terminals end lines as they like.
{ sub(/\r$/, "") }

/^# run: begin / {
	if (name != "")
		finish("did not end")
	kind = $4
	name = $5
	has_plan = plan = results = bad = 0
	next
}

/^# run: end / {
	why = $0
	sub(/^[^:]*: end [^:]*: /, "", why)
	finish(why)
	next
}

name == "" { next }

/^[ \t]*1\.\.[0-9]+/ {
	line = $0
	sub(/^[ \t]*1\.\./, "", line)
	plan += line + 0
	has_plan = 1
	next
}

/^[ \t]*(not )?ok [0-9]+ # SKIP/ {
	results++
	skipped++
	next
}

/^[ \t]*ok / {
	results++
	passed++
	next
}

/^[ \t]*not ok/ {
	results++
	bad++
	line = $0
	sub(/^[ \t]*not ok *[0-9]*[ -]*/, "", line)
	fail(line)
}

END {
	if (name != "")
		finish("did not end")
	if (!programs) {
		name = "nothing"
		fail("no program was run")
	}
	printf "%d %d %d%s\n", passed, failed, skipped, failures
}
