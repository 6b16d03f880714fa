// SPDX-License-Identifier: GPL-2.0-only
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/timekeeping.h>

#include "destination.h"
#include "recent.h"
#include "subject.h"

#define YGR_SEND_WINDOW_S	60

static struct ygr_recent destinations;
static siphash_key_t secret;

void ygr_destination_init(void)
{
	get_random_bytes(&secret, sizeof(secret));
}

/* Where the current process sends to from a network, as one number. */
static u64 destination_key(const struct ygr_body_socket *body, const struct sock *sk)
{
	const struct {
		struct ygr_address remote;
		u64 start_ns;
		u32 tgid;
		u32 net_ns;
		u32 protocol;
		u32 pad;
	} from = {
		.remote = body->remote,
		.start_ns = ygr_subject_start_ns(current),
		.tgid = current->tgid,
		.net_ns = sock_net(sk)->ns.inum,
		.protocol = body->protocol,
	};

	return siphash(&from, sizeof(from), &secret);
}

bool ygr_destination_is_new(const struct ygr_body_socket *body, const struct sock *sk)
{
	return sk && body->remote.family &&
	       ygr_recent_is_new(&destinations, destination_key(body, sk),
				 YGR_SEND_WINDOW_S + ktime_get_boot_fast_ns() / NSEC_PER_SEC,
				 YGR_SEND_WINDOW_S);
}
