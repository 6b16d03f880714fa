/* SPDX-License-Identifier: GPL-2.0-only */
/* A process's own status file: RUNTIME_DIR/NAME, replaced as a whole. */
#ifndef YGR_STATUS_H
#define YGR_STATUS_H

#include <jansson.h>

#include "spool_format.h"

/* Takes over the reference to @status. Return: 0 or -errno; NULL @status: -ENOMEM. */
int ygr_status_write(const char *runtime_dir, const char *name, json_t *status);

/* {"exec": n, ...} of the classes that are not zero. */
json_t *ygr_status_by_class(const uint64_t counts[YGR_BATCH_CLASS_NR]);

/* Resident memory of this process; 0 if it cannot be told. */
uint64_t ygr_status_memory_bytes(void);

#endif
