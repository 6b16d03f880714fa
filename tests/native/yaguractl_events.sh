#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# yaguractl on a spool that the real reader made: filters, times, formats, following;
# metrics; and the page of mappings, which is made of the tables.
. "$(dirname "$0")/outputs.bash"

ctl() { "$B/yaguractl" "$@"; }
cat_() { ctl spool cat --spool "$work/spool" "$@"; }
count() { cat_ "$@" | wc -l; }

is() { # NAME GOT WANTED
	[[ $2 = "$3" ]]
	local result=$?
	[[ $result = 0 ]] || printf '# wanted %q\n# got    %q\n' "$3" "$2"
	say $result "$1"
}

refuses() { # MESSAGE ARGUMENTS...
	local message=$1 got
	shift
	got=$(cat_ "$@" 2>&1 >/dev/null)
	is "refused: $*" "$? $(head -n 1 <<<"$got")" "2 yaguractl: $message"
}

echo "1..33"
configure "{type: 'null'}"
fill 5000
start_daemon
within 10 all_spooled 5000
stop_daemon
start_ns=$(cat_ --format json | head -n 1 | sed 's/.*"time_ns":\([0-9]*\).*/\1/')

is "where: a number" "$(count --where 'pid=1007')" 100
is "where: a pattern" "$(count --where 'path~/var/tmp/native/??')" 90
is "where: logic" "$(count --where '(pid=1007 or pid=1008) and not path~9')" \
	"$(cat_ --format json | grep -E '"pid":(1007|1008),' | grep -vc '"path":"[^"]*9')"
is "where: the other way round" "$(($(count --where 'file.ino<=2500') + $(count --where 'not file.ino<=2500')))" 5000
is "where: with --type and --denied" "$(count --type open --where pid=1000) $(count --denied)" "100 0"
refuses '--where: column 5: expected a value' --where 'pid='
refuses '--where: column 1: unknown field "pdi" (did you mean "pid"?)' --where 'pdi=1'
refuses '--format: "ecss" is no format (did you mean "ecs"?)' --format ecss
refuses '--type: "opne" is no event type (did you mean "open"?)' --type opne
refuses '--since: "yesterday" is no time (now, -10m, 2024-03-01T12:04:07Z, 12:04, @1709294647)' --since yesterday

is "since: long ago" "$(count --since -1d)" 5000
is "since: the future" "$(count --since @4102444800)" 0
is "until: the past" "$(count --until 2020-01-01)" 0
is "since and until part the events" \
	"$(($(count --until "@$((start_ns / 1000000000))") + $(count --since "@$((start_ns / 1000000000))")))" 5000
is "since: to the nanosecond" "$(count --since "$(date -u -d "@$((start_ns / 1000000000))" +%FT%T).$(printf %09d $((start_ns % 1000000000 + 1)))Z")" 4999

is "json: as many lines, all of them JSON" "$(cat_ --format json | python3 -c 'import json, sys
print(len([json.loads(line) for line in sys.stdin]))')" 5000
for format in ecs ocsf sigma; do
	is "$format: as many lines, all of them JSON" "$(cat_ --format $format | python3 -c 'import json, sys
print(len([json.loads(line) for line in sys.stdin]))')" 5000
done
is "csv: a head, and as many rows of as many cells" "$(cat_ --format csv | python3 -c 'import csv, sys
rows = list(csv.reader(sys.stdin))
print(len(rows), len({len(row) for row in rows}), rows[0][0])')" "5001 1 time"
is "--json is --format json" "$(cat_ --json | md5sum)" "$(cat_ --format json | md5sum)"
is "the same ids by the tool and by outputs" "$(spool_ids | head -n 1 | grep -c '^[0-9a-f]\{32\}-1-0$')" 1

# ---- following
fill 3000 1
start_daemon
within 5 test -n "$(ls "$work/spool" 2>/dev/null)"
timeout 5 "$B/yaguractl" spool cat --spool "$work/spool" --follow --format json --where 'pid in 1001,1002' >"$work/followed" 2>&1 &
follower=$!
timeout 5 "$B/yaguractl" watch --spool "$work/spool" --since -1h --format sigma >"$work/watched" 2>&1 &
watcher=$!
wait "$producer"; producer=''
within 5 all_spooled 3000
wait "$follower" "$watcher"
is "cat --follow shows what comes, filtered" "$(wc -l <"$work/followed")" 120
is "watch --since begins with what is there" "$(grep -c '"category":"file_access"' "$work/watched")" 3000
is "cat --follow takes one file" "$(ctl spool cat --follow a b 2>&1 | head -n 1)" "yaguractl: --follow takes one file, or the spool"

# ---- metrics
ctl metrics --run "$work/run" >"$work/metrics"
python3 tests/native/peer/openmetrics.py "$work/metrics"
say $? "metrics are OpenMetrics"
[[ $(grep -c '^yagura_spool_events_total 3000$\|^yagura_reader_events_total{class="file"} 3000$\|^yagura_output_up{output="null"} 1$' "$work/metrics") = 3 ]]
say $? "and say what the daemon says"
printf x >"$work/yagura.prom"
ctl metrics --run "$work/run" --textfile "$work/yagura.prom"
python3 tests/native/peer/openmetrics.py "$work/yagura.prom" classic && [[ $(stat -c %a "$work/yagura.prom") = 644 ]]
say $? "--textfile writes what node_exporter reads"
[[ -z $(find "$work" -name 'yagura.prom.*') ]]
say $? "and leaves nothing else behind"
is "--textfile into nowhere" "$(ctl metrics --textfile /nonexistent/x.prom 2>&1; echo $?)" \
	"yaguractl: /nonexistent/x.prom: No such file or directory
1"
stop_daemon
is "without daemon and module" "$(ctl metrics --run "$work/nothing" | grep -c '_loaded 0$\|_running 0$')" 3

# ---- the page of mappings
diff <(ctl mappings) docs/MAPPINGS.md >"$work/diff"
result=$?
head -n 5 "$work/diff" | sed 's/^/# /'
say $result "docs/MAPPINGS.md is what the tables say (make docs/MAPPINGS.md)"
is "mappings takes no argument" "$(ctl mappings x 2>&1 | head -n 1)" 'yaguractl: mappings takes no argument "x"'
exit $failed
