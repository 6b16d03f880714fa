/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals as events of a loop, through a signalfd. */
#ifndef YGR_SIGNALS_H
#define YGR_SIGNALS_H

#include "loop.h"

struct ygr_signals {
	int fd;
	int handle;
	void (*fn)(void *arg, int number);
	void *arg;
};

/* Blocks the signals of the 0-terminated list and calls @fn for each that comes. Return: 0 or -errno. */
int ygr_signals_init(struct ygr_signals *signals, struct ygr_loop *loop, const int *numbers,
		     void (*fn)(void *arg, int number), void *arg);
void ygr_signals_exit(struct ygr_signals *signals, struct ygr_loop *loop);

#endif
