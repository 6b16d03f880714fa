# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests whose results are texts. The test ends with "exit $failed".
number=0 failed=0

# result NAME GOT WANTED
result() {
	number=$((number + 1))
	if [[ $2 = "$3" ]]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		diff <(echo "$3") <(echo "$2") | sed 's/^/# /'
		failed=1
	fi
}
