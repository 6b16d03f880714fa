/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef YGR_VERSION_H
#define YGR_VERSION_H

/* Also PACKAGE_VERSION in dkms.conf; a test compares the two. */
#define YGR_VERSION "0.1.0"

#endif
