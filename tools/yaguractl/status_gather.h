/* SPDX-License-Identifier: GPL-2.0-only */
/* All that can be learnt of module and daemon, in one JSON object. */
#ifndef YGR_STATUS_GATHER_H
#define YGR_STATUS_GATHER_H

#include <jansson.h>

#define YGR_RUNTIME_DIR	"/run/yagura"

/*
 * @directory: where reader.json and sender.json lie. *device_err: 0, or why nothing of
 * the module is in it (ygr_device_explain()). The caller drops the reference.
 */
json_t *ygr_status_gather(const char *directory, int *device_err);

/* The same of the module alone. */
json_t *ygr_status_gather_module(int *device_err);

/* "reader" or "sender": what it last said, and whether it runs; NULL: nothing. Likewise the caller's. */
json_t *ygr_status_gather_process(const char *directory, const char *name);

#endif
