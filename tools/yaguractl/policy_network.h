/* SPDX-License-Identifier: GPL-2.0-only */
/* An address or a network, as text and as the blob has it. Pure. */
#ifndef YGR_POLICY_NETWORK_H
#define YGR_POLICY_NETWORK_H

#include <stddef.h>

#include <yagura/ygr_policy.h>

#include "policy_reason.h"

/* "ADDRESS" or "ADDRESS/BITS". Return: 0; -EINVAL and *why. */
int ygr_policy_network_parse(const char *text, struct ygr_cidr_item *network,
			     struct ygr_policy_reason *why);

/* "ADDRESS/BITS", as snprintf does it. */
size_t ygr_policy_network_format(const struct ygr_cidr_item *network, char *text, size_t cap);

#endif
