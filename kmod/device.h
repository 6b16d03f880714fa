/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/yagura: the contract is include/uapi/yagura/ygr_abi.h. */
#ifndef YGR_DEVICE_H
#define YGR_DEVICE_H

#include <linux/types.h>

/* @load_id: names this run of the module. Return: 0 or -errno. */
int ygr_device_init(u64 load_id);
void ygr_device_exit(void);

#endif
