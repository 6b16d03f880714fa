/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers of name servers, as they come in: a netfilter hook in every network namespace, behind
 * those of firewalls, looks at what comes from port 53 to this host. What nobody here waits for is no
 * answer, and is left alone. The daemon reads the messages; here only their heads are looked at.
 *
 * Loss: more than YGR_DNS_SECOND_MAX a second on one CPU are dropped, and counted like a full ring's.
 */
#ifndef YGR_DNS_H
#define YGR_DNS_H

#include <linux/types.h>

#define YGR_DNS_BYTES_MAX	4096	/* that are copied of a message */
#define YGR_DNS_SECOND_MAX	2000

/*
 * Where it fails, answers are not seen, and the log says so.
 *
 * @wanted: whether to do anything at all
 *
 * Context: process, may sleep. stop(), which may come before exit(): returns when nothing of it
 * runs any more.
 */
void ygr_dns_init(bool wanted);
void ygr_dns_stop(void);
void ygr_dns_exit(void);

#endif
