#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The role of docs/examples/ansible, played on a host that is a directory: the real yagurad
# checks its settings, the real yaguractl compiles its policy, and a file says what is in force
# where the kernel would.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/native/result.bash
B=$(realpath "${B:-build}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
role=$work/ansible/roles/yagura

echo "1..15"
if ! command -v ansible-playbook >/dev/null; then
	for ((number = 1; number <= 15; number++)); do echo "ok $number # SKIP no ansible-playbook here"; done
	exit 0
fi
export LC_ALL=C.UTF-8 ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=false HOME=$work
export ANSIBLE_PIPELINING=true ANSIBLE_INVENTORY_UNPARSED_WARNING=false ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3
cp -r docs/examples/ansible "$work/"
mkdir -p "$work/etc/yagurad.yaml.d" "$work/etc/policy.d" "$work/bin"
cp tools/packaging/debian/yagurad.yaml "$work/etc/"

cat >"$work/bin/yagurad" <<END
#!/bin/sh
exec "$B/yagurad" -c "$work/etc/yagurad.yaml" "\$@"
END
# As `policy apply` does it: what it says and its statuses are those that tests/guest/test_apply.c holds it to.
cat >"$work/bin/yaguractl" <<END
#!/bin/bash
[[ "\$1 \$2" = "policy apply" ]] || exit 2
strict='' check=''
for word in "\${@:3}"; do
	case \$word in
	--strict) strict=\$word ;;
	--check) check=yes ;;
	*) exit 2 ;;
	esac
done
said=\$("$B/yaguractl" policy check \$strict "$work/etc/policy.d") || exit 1
now=\$(cat "$work"/etc/policy.d/*.yaml | cksum)
if [[ \$now = "\$(cat "$work/in-force" 2>/dev/null)" ]]; then
	echo "unchanged: generation 1 active"
elif [[ \$check ]]; then
	echo "would change: generation 1 is active"
	exit 5
else
	echo "\$now" >"$work/in-force"
	echo "changed: generation 1 active"
fi
END
cat >"$work/bin/systemctl" <<END
#!/bin/sh
case \$* in
*show*) printf 'LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\n' ;;
*is-enabled*) echo enabled ;;
*) echo "\$*" >>"$work/calls" ;;
esac
END
chmod +x "$work"/bin/*

# play [OPTION...] - "changed=N failed=N ignored=N: handlers", and what the service manager was asked for
play() {
	: >"$work/calls"
	PATH=$work/bin:$PATH ansible-playbook -i localhost, -c local -e ansible_become=false -e yagura_packages=[] \
		-e "yagura_directory=$work/etc" "$@" "$work/ansible/playbook.yaml" >"$work/log" 2>&1
	sed -n 's/^localhost .*\(changed=[0-9]*\).*\(failed=[0-9]*\).*/\1 \2/p' "$work/log" | tr -s ' '
	cat "$work/calls"
}

# failed_at - the task, and its reason
failed_at() { grep -B 100 '^fatal:' "$work/log" | sed -n 's/^TASK \[yagura : \(.*\)\].*/\1/p' | tail -n 1; }

result "the playbook's syntax" "$(ansible-playbook -i localhost, --syntax-check "$work/ansible/playbook.yaml" 2>&1 | tr -d '\n'; echo " $?")" \
	"playbook: $work/ansible/playbook.yaml 0"
result "its settings are good" "$(cp "$role"/files/yagurad.yaml.d/* "$work/etc/yagurad.yaml.d/" && "$work/bin/yagurad" --check 2>&1; echo $?)" 0
rm "$work"/etc/yagurad.yaml.d/*
result "its policy is good" "$("$B/yaguractl" policy check --strict "$role/files/policy.d" >/dev/null 2>&1; echo $?)" 0

result "on a fresh host, to see what it would do" "$(play --check)" "changed=3 failed=0"
result "nothing was done" "$(ls "$work"/etc/*.d/*.yaml "$work/in-force" 2>/dev/null)" ""
result "on a fresh host" "$(play)" "changed=4 failed=0
reload yagurad"
result "its files are there" "$(cd "$work/etc" && find ./*.d -type f | sort)" "$(cd "$role/files" && find . -type f | sort)"
result "once more: nothing is to be done" "$(play)" "changed=0 failed=0"
rm "$work/in-force"
result "the policy was lost: it comes back" "$(play)" "changed=1 failed=0"
echo '  - { name: more, on: exec, where: { uid: 4000 }, do: record }' >>"$role/files/policy.d/50-scratch.yaml"
result "a rule more, to see" "$(play --check)" "changed=1 failed=0"
result "a rule more: the daemon is left alone" "$(play)" "changed=2 failed=0"
printf 'version: 1\nlog: debug\n' >"$work/etc/yagurad.yaml.d/90-by-hand.yaml"
result "a file that is not the role's goes" "$(play)" "changed=2 failed=0
reload yagurad"
echo "rule: []" >"$role/files/policy.d/60-wrong.yaml"
printf 'version: 1\nlog: notice\n' >"$role/files/yagurad.yaml.d/60-log.yaml"
result "a mistake in the policy: settings hold all the same" "$(play)" "changed=3 failed=1
reload yagurad"
result "and it is said which task failed" "$(failed_at)" "Put the policy in force"
rm "$role/files/policy.d/60-wrong.yaml"
echo "log: loud" >"$role/files/yagurad.yaml.d/60-log.yaml"
result "a mistake in the settings: the daemon is left alone" "$(play | tail -n 1; failed_at)" "changed=2 failed=1
Check the settings"
exit $failed
