# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Sourced by the scripts: where things are kept, and which kernels we support.

# Kernel images and built test kernels outlive a checkout.
YAGURA_CACHE=${YAGURA_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/yagura}

# Series that `make test` boots. Debian's name for the newest kernel of a
# series is linux-image-$(flavour_of SERIES).
YAGURA_KERNELS="6.1 6.12"

flavour_of() {
	case $1 in
	6.1)	echo cloud-amd64 ;;		# the release's own series
	*)	echo "$1-cloud-amd64" ;;
	esac
}

# The release (uname -r) cached for a series, such as 6.1.0-56-cloud-amd64.
release_of() {
	readlink "$YAGURA_CACHE/kernels/$1" || {
		echo "no kernel $1 in $YAGURA_CACHE/kernels: run \"make setup\"" >&2
		return 1
	}
}

image_of() {
	echo "$YAGURA_CACHE/kernels/$1/boot/vmlinuz-$(release_of "$1")"
}

# The modules of a kernel's own that tests need, as far as they are not built in:
# overlayfs, kernel TLS and its cipher, a network card; each after those it needs.
YAGURA_NET_MODULES="virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci failover net_failover virtio_net"
YAGURA_OWN_MODULES="overlay tls gcm ghash-generic gf128mul ctr crypto_null $YAGURA_NET_MODULES"

own_modules_of() {
	find "$YAGURA_CACHE/kernels/$1/lib/modules" -name '*.ko' 2>/dev/null
}

# Where Debian keeps dkms, modinfo and others from plain users.
PATH=$PATH:/usr/sbin:/sbin
