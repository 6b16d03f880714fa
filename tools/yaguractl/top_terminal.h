/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal, by ncurses; the only file that knows of it. Whatever ends the program (a
 * signal that can be caught, an error, the user) leaves the terminal as it was found, and so
 * does what suspends it.
 */
#ifndef YGR_TOP_TERMINAL_H
#define YGR_TOP_TERMINAL_H

#include "top_sheet.h"
#include "top_view.h"

struct ygr_top_terminal;

/* Return: 0; else an exit code, and why was told on stderr. */
int ygr_top_terminal_open(struct ygr_top_terminal **terminal);

/* NULL is fine. */
void ygr_top_terminal_close(struct ygr_top_terminal *terminal);

/* Its size, and what characters it has. */
void ygr_top_terminal_measure(const struct ygr_top_terminal *terminal, struct ygr_top_view *view);

void ygr_top_terminal_draw(struct ygr_top_terminal *terminal, const struct ygr_top_sheet *sheet);

/*
 * A key, a new size, or the end of a suspension (REDRAW), or NONE after @timeout_ms. *number:
 * one that asks us to end, or SIGHUP when the terminal is gone; else untouched.
 */
enum ygr_top_key ygr_top_terminal_wait(struct ygr_top_terminal *terminal, int timeout_ms,
				       int *number);

/* After close(): as the signal would have ended us at once. */
void ygr_top_terminal_die_of(int number);

#endif
