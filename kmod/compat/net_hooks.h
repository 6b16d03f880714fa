/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef YGR_COMPAT_NET_HOOKS_H
#define YGR_COMPAT_NET_HOOKS_H

#include <linux/errno.h>
#include <linux/netfilter.h>

/* Of one network namespace, @nr of them. Return: 0 or -errno; -EOPNOTSUPP: this kernel has no netfilter. */
static inline int ygr_compat_add_net_hooks(struct net *net, const struct nf_hook_ops *hooks, unsigned int nr)
{
#ifdef CONFIG_NETFILTER
	return nf_register_net_hooks(net, hooks, nr);
#else
	return -EOPNOTSUPP;
#endif
}

static inline void ygr_compat_remove_net_hooks(struct net *net, const struct nf_hook_ops *hooks, unsigned int nr)
{
#ifdef CONFIG_NETFILTER
	nf_unregister_net_hooks(net, hooks, nr);
#endif
}

#endif
