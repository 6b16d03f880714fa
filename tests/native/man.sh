#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Manual pages have every command, option, parameter and word that the programs have, and
# their examples are good. (Settings of the daemon: tests/unit/test_man_config.c.)
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/native/result.bash
B=$(realpath "${B:-build}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# page NAME - its text, without escapes and fonts
page() { sed 's/\\-/-/g; s/\\f[BIRP]//g; s/\\(dq/"/g' "docs/man/$1"; }

# missing TEXT WORD... - those that do not stand in it as words of their own
missing() {
	local text=$1 word
	shift
	for word in "$@"; do
		[[ $text =~ (^|[^[:alnum:]_-])"$word"($|[^[:alnum:]_-]) ]] || echo "$word"
	done
}

long_options() { grep -oE -- '--[a-z][a-z-]*' | sort -u; }

# verbs COMMAND - a line of usage for each, those of groups instead of the group's
verbs() {
	local line verb
	while read -r line; do
		verb=$(cut -d ' ' -f 1-$(($# + 1)) <<<"$line")
		if "$B/yaguractl" ${verb#yaguractl } --help 2>/dev/null | sed 1d | grep -q "^  $verb [a-z]"; then
			verbs $verb
		else
			echo "$line"
		fi
	done < <("$B/"$@ --help | sed -n "s/^  \\($* .*\\)/\\1/p")
}

# of_verbs - what the synopsis of yaguractl(8) lacks
of_verbs() {
	local line command
	while read -r line; do
		command=$(grep -oE '^yaguractl( [a-z]+)+' <<<"$line")
		missing "$(page yaguractl.8 | grep "^$command\\( \\|\$\\)" || echo "no line")" "$command" $(long_options <<<"$line")
	done < <(verbs yaguractl)
}

# example PAGE - the text below its EXAMPLE
example() { page "$1" | sed -n '/^\.SH EXAMPLE/,/^\.fi/p' | sed '1,2d; $d'; }

policy_words() {
	/usr/bin/python3 - <<-'END'
		import json
		def walk(node):
		    if isinstance(node, dict):
		        for word in [*node.get("properties", {}), *node.get("enum", []), node.get("const")]:
		            if isinstance(word, str):
		                words.add(word)
		        node = node.values()
		    if not isinstance(node, str) and hasattr(node, "__iter__"):
		        for child in node:
		            walk(child)
		words = set()
		walk(json.load(open("docs/policy.schema.json")))
		print(*sorted(words))
	END
}

echo "1..18"
if command -v groff >/dev/null; then
	result "they are formatted without a warning" "$(for file in docs/man/*; do groff -man -ww -Tutf8 -z "$file" 2>&1; done)" ""
else
	number=$((number + 1)); echo "ok $number # SKIP no groff here"
fi
result "each is called as it says" \
	"$(for file in docs/man/*; do sed -n 's/^\.TH \([^ ]*\) \([0-9]\).*/\L\1.\2/p' "$file"; done)" "$(ls docs/man)"
result "the check notices a word" "$(missing 'a --bc, d.e f-g' a --bc d.e f-g b --b --bcd e.e f g)" \
	"$(printf '%s\n' b --b --bcd e.e f g)"

result "there are verbs" "$(verbs yaguractl | grep -c '^yaguractl policy load FILE\|^yaguractl spool verify \|^yaguractl status ')" 3
result "yaguractl(8): each verb, with its options" "$(of_verbs)" ""
result "yaguractl(8): options that usage leaves out" \
	"$(missing "$(page yaguractl.8)" $(sed -n 's/^\t*{ "\([a-z-]*\)", [a-z]*_argument,.*/--\1/p' tools/yaguractl/*.[ch] | sort -u))" ""
for program in yagurad yagura-recv; do
	result "$program(8): its options" "$(missing "$(page $program.8)" $("$B/$program" --help | long_options))" ""
done
result "yagura-upgrade(8): its options" \
	"$(missing "$(page yagura-upgrade.8)" $(tools/yagura-upgrade/yagura-upgrade --help | long_options))" ""
result "yagura-boot(8): its options" \
	"$(missing "$(page yagura-boot.8)" $(tools/yagura-boot/yagura-boot --help | long_options))" ""
result "yaguractl(8): its statuses" "$(missing "$(page yaguractl.8 | sed -n '/^\.SH EXIT STATUS/,/^\.SH FILES/p')" \
	$(sed -n 's/^\tYGR_EXIT_[A-Z]*\t*= \([0-9]*\).*/\1/p' tools/yaguractl/cli.h))" ""

parameters=$(sed -n 's/^module_param\(_cb\)\{0,1\}(\([a-z_]*\),.*/\2/p' kmod/main.c)
result "there are parameters" "$(grep -c '^ring_kib$\|^flow_failed$' <<<"$parameters")" 2
result "yagura(4): each parameter" "$(missing "$(page yagura.4)" $parameters)" ""
result "yagura(4): their defaults" "$(sed -n 's/^MODULE_PARM_DESC(\([a-z_]*\),.*(default \([0-9NY]*\))");/\1 " (\2)/p' kmod/main.c |
	while read -r line; do page yagura.4 | grep -qF -- "$line" || echo "$line"; done)" ""

words=$(policy_words)
result "there are words of the policy" "$(missing "$words" coalesce-not exec-memory ECONNREFUSED ancestor)" ""
result "yagura-policy(5): each word" "$(missing "$(page yagura-policy.5)" $words)" ""
example yagura-policy.5 >"$work/policy.yaml"
result "its example is good" "$("$B/yaguractl" policy check --strict "$work/policy.yaml" 2>&1 | sed "s,$work/,,")" \
	'policy.yaml: ok, policy "web", 2 rules (1 enforce, 1 monitor), 488 bytes'
example yagurad.yaml.5 >"$work/yagurad.yaml"
result "yagurad.yaml(5): its example is good" "$("$B/yagurad" --check -c "$work/yagurad.yaml" 2>&1; wc -l <"$work/yagurad.yaml")" 5
exit $failed
