/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which sends are the first of a process to where they go: of the others, only what a rule asks for is told.
 */
#ifndef YGR_DESTINATION_H
#define YGR_DESTINATION_H

#include <linux/types.h>
#include <net/sock.h>

#include <yagura/ygr_event.h>

/* Before the hooks are attached. */
void ygr_destination_init(void);

/*
 * @body: of the send: remote and protocol are looked at
 * @sk: NULL: no send of it is the first
 *
 * Return: whether the current process has sent nothing there for a minute; it has now. Where many
 * destinations crowd each other out, it may be so too early (recent.h). What goes nowhere is not.
 *
 * Context: task, any.
 */
bool ygr_destination_is_new(const struct ygr_body_socket *body, const struct sock *sk);

#endif
