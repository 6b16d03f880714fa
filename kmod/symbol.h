/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the kernel's functions are. */
#ifndef YGR_SYMBOL_H
#define YGR_SYMBOL_H

#include <linux/types.h>

/*
 * The addresses at which @nr functions are entered, by their names: what
 * ftrace_set_filter_ip() takes. One that is not found, or that cannot be asked for, is 0.
 *
 * ftrace itself looks for a name among the names of all functions it knows, which takes as long for one
 * as this does for all of them.
 *
 * Context: process, may sleep.
 */
void ygr_symbol_find(const char * const *names, unsigned long *addresses, unsigned int nr);

#endif
