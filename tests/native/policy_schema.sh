#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# docs/policy.schema.json says of policies what yaguractl says: good ones are good to both, and
# a mistake that a schema can see is one to both.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/native/result.bash
B=$(realpath "${B:-build}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

schema() { /usr/bin/python3 tests/native/check_policy_schema.py docs/policy.schema.json "$@"; }

# good NAME FILE... - every one of them is good to the schema
good() {
	local name=$1 file wanted=''
	shift
	for file in "$@"; do
		wanted+="$file: ok"$'\n'
	done
	result "$name" "$(schema "$@" 2>&1)"$'\n' "$wanted"
}

# bad TEXT - a mistake to both
bad() {
	printf 'version: 1\nname: t\n%s\n' "$1" >"$work/bad.yaml"
	local tool=good by_schema
	"$B/yaguractl" policy check "$work/bad.yaml" >/dev/null 2>&1 || tool=bad
	by_schema=$(schema "$work/bad.yaml" 2>&1)
	[[ $by_schema = *": ok" ]] && by_schema=good || { [[ $by_schema = *" mistakes: "* ]] && by_schema=bad; }
	result "refused: ${1//$'\n'/; }" "$tool $by_schema" "bad bad"
}

rule() { bad "rules: [ { name: r, on: exec, do: deny, $1 } ]"; }
where() { rule "where: { $1 }"; }

examples() {
	local files=()
	for file in docs/examples/*.yaml; do
		[[ $file = */yagurad.yaml ]] || files+=("$file")
	done
	good "every example" "${files[@]}"
	good "the golden policies that load" tests/golden/policy/{every-feature,warnings,parts/lists}.yaml
}

# What the unit tests compile, they leave in a folder when asked to; some are far too large for a slow checker.
unit_tests() {
	local program files
	mkdir "$work/said"
	for program in policy_where policy_list policy_blob policy_warning policy_locate; do
		POLICY_SAYS_DIR=$work/said "$B/unit/test_$program" >/dev/null 2>&1 || echo "# test_$program failed"
	done
	files=("$work/said"/*.yaml)
	result "the unit tests left policies" "$((${#files[@]} > 100))" 1
	good "every good policy of the unit tests" "${files[@]}"
}

mistakes() {
	bad 'rules: none'
	bad 'rule: []'
	bad $'rules: []\nmode: enforced'
	bad $'rules: []\nserial: -1'
	bad $'rules: []\noptions: { digests: true }'
	bad $'rules: []\noptions: { digest: 1 }'
	bad $'rules: []\noptions: { digest-max: 64MB }'
	bad $'rules: []\noptions: { daemon-timeout: 5 }'
	bad $'rules: []\noptions: { breaker: 20 }'
	bad $'rules: []\noptions: { coalesce: 1 }'
	bad $'rules: []\noptions: { coalesce-not: exec }'
	bad $'rules: []\noptions: { process-budget: 0 }'
	bad $'rules: []\noptions: { cgroup-budget: some }'
	bad $'rules: []\ninclude: []'
	bad $'rules: []\nlabels: [ "a b" ]'
	bad $'rules: []\nlists: { l: [ /a ] }'
	bad $'rules: []\nlists: { l: {} }'
	bad $'rules: []\nlists: { l: { path: /a, uid: 1 } }'
	bad $'rules: []\nlists: { l: { file: x } }'
	bad $'rules: []\nlists: { l: { path: [] } }'
	bad $'rules: []\nlists: { l: { label: x } }'
	bad 'rules: [ deny ]'
	bad 'rules: [ { name: r, on: exec } ]'
	bad 'rules: [ { name: r, do: deny } ]'
	bad 'rules: [ { on: exec, do: deny } ]'
	bad 'rules: [ { name: r, on: [], do: deny } ]'
	bad 'rules: [ { name: r, on: exek, do: deny } ]'
	bad 'rules: [ { name: r, on: exec, do: block } ]'
	bad 'rules: [ { name: r, on: exec, do: label } ]'
	bad 'rules: [ { name: r, on: exec, do: allow, errno: EPERM } ]'
	bad 'rules: [ { name: r, on: exec, do: allow, kill: true } ]'
	bad 'rules: [ { name: r, on: exec, do: record, breaker: 1/1s } ]'
	rule 'errno: EIO'
	rule 'kill: yes'
	rule 'breaker: 20'
	rule 'set: []'
	rule 'severity: severe'
	rule 'attack: 1059'
	rule 'tags: "a,b"'
	rule 'expires: never'
	rule 'wher: {}'
	where ''
	where 'paths: /a'
	where 'path: a'
	where 'path: []'
	where 'path: { exact: /a }'
	where 'sha256: e3b0'
	where 'file-id: "8:1"'
	where 'file: memdf'
	where 'file: []'
	where 'process: hypervisor'
	where 'uid: -1'
	where 'uid: 5-'
	where 'label: "a b"'
	where 'all: { uid: 0 }'
	where 'any: []'
	where 'any: [ {} ]'
	where 'not: { not: { uid: 0 } }'
	where 'not: {}'
	where 'same-file-as: x'
}

examples
unit_tests
mistakes
echo "1..$number"
exit $failed
