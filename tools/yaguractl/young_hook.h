/* SPDX-License-Identifier: GPL-2.0-only */
/* Hooks that only newer kernels have: without them nothing on the machine is broken. Pure. */
#ifndef YGR_YOUNG_HOOK_H
#define YGR_YOUNG_HOOK_H

#include <jansson.h>

/*
 * @hook: one of the status's hooks. Return: what it means that this kernel lacks it;
 * NULL: it is there, or should be.
 */
const char *ygr_young_hook_explain(const json_t *hook);

#endif
