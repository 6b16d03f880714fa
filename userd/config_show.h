/* SPDX-License-Identifier: GPL-2.0-only */
/* The settings that hold, as one configuration file, and from which file each comes. */
#ifndef YGR_CONFIG_SHOW_H
#define YGR_CONFIG_SHOW_H

#include <stdio.h>

#include "config.h"

/* What it prints is read as the same settings. A key that has no value stands there as a comment. */
void ygr_config_show(FILE *out, const struct ygr_config *config);

#endif
