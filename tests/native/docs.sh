#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The documents lead to each other, and their index leads to all of them.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/native/result.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

faults() { /usr/bin/python3 tests/native/check_docs.py "$1" 2>&1; }

# tree - a small one without fault
tree() {
	rm -rf "$work"/*
	mkdir -p "$work"/docs/{man,examples/role/tasks}
	echo '[the documents](docs/README.md)' >"$work/README.md"
	printf '[A](A.md) [m](man/m.8) [x](examples/x.yaml) [role](examples/role/tasks/main.yaml)\n' >"$work/docs/README.md"
	printf '# Of A\n\n## What it is, and: why\n\nSee [above](#what-it-is-and-why), [all](README.md#), [far](https://a.example/b).\n' \
		>"$work/docs/A.md"
	touch "$work"/docs/{man/m.8,examples/x.yaml,examples/role/tasks/main.yaml,examples/role/more.yaml}
}

echo "1..11"
result "the tree's documents" "$(faults .)" ""
result "the newest of the changes is this version" \
	"$(sed -n 's/^## \([0-9.]*\).*/\1/p' docs/CHANGES.md | head -n 1)" \
	"$(sed -n 's/^#define YGR_VERSION "\(.*\)"/\1/p' include/ygr_version.h)"

# The check itself notices.
tree
result "a small tree without fault" "$(faults "$work")" ""
echo '[x](B.md)' >>"$work/docs/A.md"
result "a link to nowhere" "$(faults "$work")" "docs/A.md:6: B.md: leads nowhere"
tree
echo '[x](docs/A.md#what)' >>"$work/README.md"
result "a heading that is not there" "$(faults "$work")" "README.md:2: docs/A.md#what: there is no such heading"
tree
printf '    [x](B.md)\n`[x](B.md)`\n```\n[x](B.md)\n# no heading\n```\n[x](#no-heading)\n' >>"$work/docs/A.md"
result "what stands in code is none" "$(faults "$work")" "docs/A.md:12: #no-heading: there is no such heading"
tree
echo "# B" >"$work/docs/B.md"
result "a page that nobody linked" "$(faults "$work")" "docs/README.md: docs/B.md is not linked"
tree
sed -i 's,(man/m.8),(A.md),' "$work/docs/README.md"
result "a manual page that nobody linked" "$(faults "$work")" "docs/README.md: docs/man/m.8 is not linked"
tree
touch "$work/docs/examples/y.yaml"
result "an example that nobody linked" "$(faults "$work")" "docs/README.md: docs/examples/y.yaml is not linked"
tree
sed -i 's,(examples/role/tasks/main.yaml),(A.md),' "$work/docs/README.md"
result "a folder of examples that nobody linked" "$(faults "$work")" "docs/README.md: nothing of docs/examples/role is linked"
tree
echo "[A](docs/A.md)" >>"$work/README.md"
sed -i 's,(A.md),(README.md),' "$work/docs/README.md"
result "the index has to link, not another page" "$(faults "$work")" "docs/README.md: docs/A.md is not linked"
exit $failed
