/* SPDX-License-Identifier: GPL-2.0-only */
/* The hook tables: one for each family of events. */
#ifndef YGR_HOOKS_H
#define YGR_HOOKS_H

#include "attach.h"

extern const struct ygr_hook_table ygr_hook_exec_table;
extern const struct ygr_hook_table ygr_hook_process_table;
extern const struct ygr_hook_table ygr_hook_open_table;
extern const struct ygr_hook_table ygr_hook_file_table;
extern const struct ygr_hook_table ygr_hook_close_table;
extern const struct ygr_hook_table ygr_hook_memory_table;
extern const struct ygr_hook_table ygr_hook_socket_table;
extern const struct ygr_hook_table ygr_hook_flow_table;

/* After the hooks are attached: what of the flows can be followed to their end. */
void ygr_hook_flow_begin(void);
extern const struct ygr_hook_table ygr_hook_privilege_table;
extern const struct ygr_hook_table ygr_hook_target_table;
extern const struct ygr_hook_table ygr_hook_mount_table;
extern const struct ygr_hook_table ygr_hook_kernel_table;
extern const struct ygr_hook_table ygr_hook_setting_table;

#endif
