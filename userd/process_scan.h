/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fills the process table from /proc with who was there before the reader, and with
 * whom no event has introduced: records that were dropped, entries that had to go.
 */
#ifndef YGR_PROCESS_SCAN_H
#define YGR_PROCESS_SCAN_H

#include "process_table.h"

/*
 * Best effort: a process that ends meanwhile, or may not be looked at, is left out.
 * Return: how many were added, or -errno of opening /proc.
 */
int ygr_process_scan(struct ygr_process_table *table);

/*
 * One process, and those above it that are not known. Some ten system calls: whoever
 * asks keeps an eye on how often. Best effort as well.
 */
void ygr_process_scan_one(struct ygr_process_table *table, uint32_t pid);

/*
 * Takes pid's parent, comm and start (in clock ticks since boot) from the text of
 * /proc/PID/stat, whose comm may hold anything, parentheses and spaces too. Pure.
 * Return: 0 or -EBADMSG.
 */
int ygr_process_scan_parse(const char *text, uint32_t *ppid, char comm[YGR_COMM_BYTES + 1],
			   uint64_t *start_ticks);

#endif
