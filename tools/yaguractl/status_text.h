/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The status, gathered as JSON, in words. Pure, save for the stream it is given:
 * so both forms of `yaguractl status` say the same.
 */
#ifndef YGR_STATUS_TEXT_H
#define YGR_STATUS_TEXT_H

#include <jansson.h>
#include <stdio.h>

/*
 * Keys: module, policy, hooks, rings, classes, counters; reader and sender as
 * the daemon writes them (yagurad(8)). What is absent is left out.
 */
void ygr_status_text_print(FILE *out, const json_t *status);

#endif
