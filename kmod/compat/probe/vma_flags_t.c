// SPDX-License-Identifier: GPL-2.0-only
/* 7.x made the flags of a mapping a type of their own where a number had been. */
#include <linux/mm_types.h>

extern vma_flags_t ygr_probe;
