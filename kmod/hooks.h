/* SPDX-License-Identifier: GPL-2.0-only */
/* The hook tables: one for each family of events. */
#ifndef YGR_HOOKS_H
#define YGR_HOOKS_H

#include "attach.h"

extern const struct ygr_hook_table ygr_hook_exec_table;
extern const struct ygr_hook_table ygr_hook_process_table;
extern const struct ygr_hook_table ygr_hook_file_table;
extern const struct ygr_hook_table ygr_hook_socket_table;

#endif
