# SPDX-License-Identifier: GPL-2.0-only
#
# The Debian packages on a machine of root.bash. Source it after that one.

# put_packages FILE... - what `apt-get install FILE...` takes them from
put_packages() {
	mkdir -p "$root/srv/debs" "$root/t"
	cp "$@" "$root/srv/debs/"
}

# apt VERSION ARGS... - all three packages in that version, from their files
apt() {
	in_root sh -c "apt-get -q -y --no-install-recommends ${*:2} install /srv/debs/yagura*_$1_*.deb"
}

# module_is VERSION RELEASE - DKMS has put that one where the kernel finds it
module_is() {
	local status
	status=$(in_root dkms status "yagura/$1" -k "$2")
	echo "$status"
	[[ $status = *": installed" ]] &&
		[[ $(in_root modinfo -k "$2" -F version yagura) = "$1" ]] &&
		[[ $(in_root modinfo -k "$2" -F vermagic yagura) = "$2 "* ]]
}

no_module_of() { [[ -z $(in_root dkms status "yagura/$1") ]]; }

configure() {
	cat >"$root/etc/yagura/yagurad.yaml" <<-END
		version: 1
		outputs:
		- {type: yagura, host: 127.0.0.1, port: 7514, retry_max_s: 1}
	END
	cat >"$root/etc/systemd/system/recv.service" <<-END
		[Service]
		ExecStart=/usr/bin/yagura-recv --listen 127.0.0.1:7514 --out /srv/recv
		[Install]
		WantedBy=multi-user.target
	END
	in_root systemctl -q enable recv.service
}

# policy - one that denies from the boot on: /srv/denied
policy() {
	mkdir -p "$root/etc/yagura/policy.d"
	cat >"$root/etc/yagura/policy.d/10-boot.yaml" <<-END
		version: 1
		rules: [{name: at-boot, on: exec, where: {path: /srv/denied}, do: deny}]
	END
	cp "$root/bin/true" "$root/srv/denied"
}

# compile_ahead VERSION RELEASE - the compiling that an upgrade in the guest would do, which takes
# minutes there: DKMS takes a module from this archive if there is one. It has built this one already.
compile_ahead() {
	in_root dkms mktarball -m yagura -v "$1" -k "$2" --binaries-only --archive "yagura-$1.dkms.tar.gz"
	mkdir -p "$root/usr/share/yagura-dkms"
	find "$root/var/lib/dkms" -name "yagura-$1.dkms.tar.gz" -exec mv {} "$root/usr/share/yagura-dkms/" \;
	ls "$root/usr/share/yagura-dkms/yagura-$1.dkms.tar.gz"
}

# Each change of DKMS's has depmod read all modules, which takes a minute in the guest. Of
# those of the kernel's own it needs one, for systemd.
thin_out_modules() {
	local release
	find "$root"/lib/modules/*/kernel -name '*.ko*' ! -name 'autofs4.ko*' -delete
	for release in "$root"/lib/modules/*; do
		in_root depmod "${release##*/}"
	done
}
