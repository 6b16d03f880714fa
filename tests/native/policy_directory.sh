#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# yaguractl policy with a directory where a file could stand.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/native/result.bash
B=$(realpath "${B:-build}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
policy() { "$B/yaguractl" policy "$@"; }

# said COMMAND... - what it says on both channels, and its status
said() {
	"$@" 2>&1 </dev/null
	echo "exit status $?"
}

put() { printf 'version: 1\n%s\n' "$2" >"policy.d/$1"; }
rule() { echo "rules: [{ name: $1, on: exec, do: deny, where: { path: /$1 } }]"; }

echo "1..15"
mkdir policy.d
result "nothing in it" "$(said policy check policy.d)" \
	"yaguractl: policy.d: no file in it ends with .yaml
exit status 1"
put 10-one.yaml "$(rule one)"
put 20-two.yaml "$(rule two)"
put 20-two.yaml.bak "nonsense"
put .30-three.yaml "nonsense"
echo /three >policy.d/three.txt
put 30-three.yaml 'lists: { three: { path: [], file: three.txt } }
rules: [{ name: three, on: exec, do: deny, where: { path: $three }, mode: monitor }]'
result "check" "$(said policy check --strict policy.d)" \
	"policy.d: ok, policy \"policy\", 3 rules (2 enforce, 1 monitor), 504 bytes
exit status 0"
result "with a slash" "$(said policy check policy.d/)" "$(said policy check policy.d | sed 's,^policy.d,&/,')"
result "by a link" "$(ln -s policy.d link; said policy check link)" "$(said policy check policy.d | sed 's,^policy.d,link,')"
result "from within" "$(cd policy.d && said policy check .)" "$(said policy check policy.d | sed 's,^policy.d,.,')"
result "diff: what a file more changes" "$(mkdir less && cp policy.d/[12]*.yaml less && said policy diff policy.d less | grep '^[+-]')" \
	"+   - name: three
+     on: [exec]
+     where:
+       path: [\"/three\"]
+     do: deny
+     mode: monitor"
result "the first file decides first" "$(said policy explain --policy policy.d exec path=/two | tail -n 2)" \
	"denied with EPERM, and recorded: rule \"two\" decides
exit status 0"
result "test takes it" "$(mkdir spool && said policy test policy.d --spool spool 2>&1 | tail -n 1)" "exit status 0"
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout key -out cert >/dev/null 2>&1
result "sign takes it" "$(said policy sign policy.d --key key --cert cert --out blob | tail -n 1)" "exit status 0"
result "and the blob is the same policy" "$(said policy diff policy.d blob)" "exit status 0"

put 40-again.yaml "$(rule one)"
result "a rule's name twice: both places" "$(said policy check policy.d)" \
	"policy.d/40-again.yaml:2:17: error: another rule is named \"one\" (first in policy.d/10-one.yaml:2:9)
exit status 1"
result "the same from elsewhere" "$(cd / && said policy check "$work/policy.d/")" \
	"$work/policy.d/40-again.yaml:2:17: error: another rule is named \"one\" (first in $work/policy.d/10-one.yaml:2:9)
exit status 1"
rm policy.d/40-again.yaml
put 50-wrong.yaml 'rules: [{ name: r, on: exec, do: dny }]'
put 60-wrong.yaml 'rule: []'
result "mistakes of all files" "$(said policy check policy.d)" \
	"policy.d/50-wrong.yaml:2:34: error: rule \"r\": do: unknown value \"dny\" (did you mean \"deny\"?)
policy.d/60-wrong.yaml:2:1: error: unknown key \"rule\" in policy (did you mean \"rules\"?)
exit status 1"
rm policy.d/[56]0-wrong.yaml
ln -s nowhere policy.d/70-link.yaml
result "a link to nowhere is not passed over" "$(said policy check policy.d)" \
	"policy.d: error: file \"70-link.yaml\": No such file or directory
exit status 1"
rm policy.d/70-link.yaml
mkdir policy.d/80-directory.yaml
result "a directory in it is no file" "$(said policy check policy.d)" \
	"policy.d: error: file \"80-directory.yaml\": Is a directory
exit status 1"
exit $failed
