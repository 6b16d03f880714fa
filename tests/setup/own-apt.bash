# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced: an apt of our own in the cache, beside this machine's, which knows other releases or
# another machine's packages. Nothing is installed by it.

# own_apt ARCHITECTURE SUITE... - have one, and use it from here on ($APT_CONFIG). Of several suites the newest
# version counts, whatever apt thinks of backports. Return: 1: a suite could not be asked; why is in $own_apt_log.
own_apt() {
	local architecture=$1 suites=${*:2} apt suite where
	apt=$YAGURA_CACHE/apt/$architecture-${suites// /,}
	mkdir -p "$apt"/{lists/partial,cache/archives/partial,parts}
	: >>"$apt/status"
	for suite in $suites; do
		where=debian
		[[ $suite != *-security ]] || where=debian-security
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
			"http://deb.debian.org/$where $suite main"
	done >"$apt/sources.list"
	printf 'Package: *\nPin: release *\nPin-Priority: 500\n' >"$apt/preferences"
	cat >"$apt/apt.conf" <<-END
	APT::Architecture "$architecture";
	APT::Architectures "$architecture";
	Dir::Etc::sourcelist "$apt/sources.list";
	Dir::Etc::sourceparts "$apt/parts";
	Dir::Etc::preferences "$apt/preferences";
	Dir::Etc::preferencesparts "$apt/parts";
	Dir::State "$apt";
	Dir::State::status "$apt/status";
	Dir::Cache "$apt/cache";
	Acquire::Languages "none";
	APT::Sandbox::User "root";
	END
	export APT_CONFIG=$apt/apt.conf
	own_apt_log=$apt/log
	apt-get -qq update 2>"$own_apt_log"
}

# depends_of PACKAGE PATTERN - of what it depends on, the packages whose names PATTERN (of sed -E)
# describes; nothing for a package that is not known.
depends_of() {
	{ LC_ALL=C apt-cache depends --no-recommends "$1" 2>/dev/null || :; } | sed -nE "s/^ *\|?Depends: ($2)/\1/p"
}
