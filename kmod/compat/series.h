/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by tests/setup/known-series from tests/setup/kernels: the release series that have been booted. */
#ifndef YGR_KNOWN_SERIES
#define YGR_KNOWN_SERIES \
	KERNEL_VERSION(5, 10, 0), \
	KERNEL_VERSION(6, 1, 0), \
	KERNEL_VERSION(6, 12, 0), \
	KERNEL_VERSION(7, 3, 0)
#endif
