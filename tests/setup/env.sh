# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the scripts: where things are kept, and which kernels we support.

# Kernel images and built test kernels outlive a checkout.
YAGURA_CACHE=${YAGURA_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/yagura}

# tests/setup/kernels, without what is said about it.
kernel_list() {
	sed 's/#.*//; /^[[:space:]]*$/d' "${BASH_SOURCE%/*}/kernels"
}

# kernel_field NAME NUMBER - a column of that kernel's line; nothing for one that is not listed.
kernel_field() {
	kernel_list | awk -v name="$1" -v n="$2" '$1 == name { print $n }'
}

# The kernels that `make test` boots, and those of `make test-matrix`.
YAGURA_KERNELS=$(kernel_list | awk '$6 == "test" { print $1 }' | xargs)
YAGURA_MATRIX=$(kernel_list | awk '$6 != "install" { print $1 }' | xargs)

# The release series that have been booted, oldest first.
known_series() {
	kernel_list | awk '$6 != "install" && !seen[$2]++ { print $2 }' | sort -V
}

package_of() { kernel_field "$1" 3; }
suites_of() { kernel_field "$1" 4 | tr , ' '; }
root_of() { kernel_field "$1" 5 | sed 's/^-$//'; }

# The release (uname -r) cached under a name, such as 6.1.0-56-cloud-amd64.
release_of() {
	readlink "$YAGURA_CACHE/kernels/$1" || {
		echo "no kernel $1 in $YAGURA_CACHE/kernels: run \"make setup\"" >&2
		return 1
	}
}

image_of() {
	echo "$YAGURA_CACHE/kernels/$1/boot/vmlinuz-$(release_of "$1")"
}

# The modules of a kernel's own that tests need, as far as they are not built in: overlayfs, kernel
# TLS and its cipher, a network card; and what a disk needs to be there at boot. Each is kept with
# those it depends on.
YAGURA_NET_MODULES="virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci failover net_failover virtio_net"
YAGURA_DISK_MODULES="nvme ext4 crc32c_generic"
YAGURA_OWN_MODULES="overlay tls gcm ghash-generic gf128mul ctr crypto_null $YAGURA_NET_MODULES $YAGURA_DISK_MODULES"

own_modules_of() {
	find "$YAGURA_CACHE/kernels/$1/lib/modules" -name '*.ko' 2>/dev/null
}

# Those of the disk, in the order to load them.
disk_modules_of() {
	sed "s,^,$YAGURA_CACHE/kernels/$1/," "$YAGURA_CACHE/kernels/$1/disk-modules" 2>/dev/null
}

# Where Debian keeps dkms, modinfo and others from plain users.
PATH=$PATH:/usr/sbin:/sbin
