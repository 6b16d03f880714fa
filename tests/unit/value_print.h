/* SPDX-License-Identifier: GPL-2.0-only */
/* A value as text that a test can compare: {key: 'text', other: [1, -2, nil], raw: b'bytes'}. */
#ifndef VALUE_PRINT_H
#define VALUE_PRINT_H

#include <stdio.h>

#include "event_value.h"

void value_print(FILE *out, const struct ygr_event_value *value);

#endif
