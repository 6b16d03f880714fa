// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/key.h>
#include <linux/kernel.h>
#include <linux/verification.h>

#include "signature.h"

/* Holds the certificate that was built in; NULL: none was. */
static struct key *our_keys;

#ifdef YGR_POLICY_CERT
#ifndef CONFIG_SYSTEM_DATA_VERIFICATION
#error "YGR_POLICY_CERT: this kernel verifies no signatures (CONFIG_SYSTEM_DATA_VERIFICATION)"
#endif

extern const u8 ygr_policy_cert[], ygr_policy_cert_end[];

asm("	.pushsection .init.rodata, \"a\", @progbits\n"
    "	.globl ygr_policy_cert, ygr_policy_cert_end\n"
    "ygr_policy_cert:\n"
    "	.incbin \"" YGR_POLICY_CERT "\"\n"
    "ygr_policy_cert_end:\n"
    "	.popsection\n");

/* Whoever is root may look at the keyring, and nobody may link another key to it. */
int __init ygr_signature_init(void)
{
	const key_perm_t perm = (KEY_POS_ALL & ~KEY_POS_SETATTR) | KEY_USR_VIEW | KEY_USR_READ;
	key_ref_t cert;

	our_keys = keyring_alloc(".yagura_policy", GLOBAL_ROOT_UID, GLOBAL_ROOT_GID, current_cred(),
				 perm, KEY_ALLOC_NOT_IN_QUOTA, NULL, NULL);
	if (IS_ERR(our_keys))
		return PTR_ERR(our_keys);
	cert = key_create_or_update(make_key_ref(our_keys, true), "asymmetric", NULL,
				    ygr_policy_cert, ygr_policy_cert_end - ygr_policy_cert, perm,
				    KEY_ALLOC_NOT_IN_QUOTA);
	if (IS_ERR(cert)) {
		key_put(our_keys);
		return PTR_ERR(cert);
	}
	key_ref_put(cert);
	return 0;
}
#else
int __init ygr_signature_init(void)
{
	return 0;
}
#endif

void ygr_signature_exit(void)
{
	key_put(our_keys);
}

/* Of @signature in @keys, which may be one of the values that stand for the kernel's own. */
static int verify_with(struct key *keys, const void *data, size_t bytes, const void *signature,
		       size_t signature_bytes)
{
#ifdef CONFIG_SYSTEM_DATA_VERIFICATION
	return verify_pkcs7_signature(data, bytes, signature, signature_bytes, keys,
				      VERIFYING_UNSPECIFIED_SIGNATURE, NULL, NULL);
#else
	return -ENOKEY;
#endif
}

int ygr_signature_verify(const void *data, size_t bytes, const void *signature,
			 size_t signature_bytes)
{
	struct key * const trusted[] = {
		our_keys, VERIFY_USE_SECONDARY_KEYRING, VERIFY_USE_PLATFORM_KEYRING,
	};
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(trusted); i++) {
		/* NULL would stand for the kernel's built-in keys. */
		if (!trusted[i])
			continue;
		ret = verify_with(trusted[i], data, bytes, signature, signature_bytes);
		if (!ret || ret == -ENOMEM)
			return ret;
	}
	return -EKEYREJECTED;
}
