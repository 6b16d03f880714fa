/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may write a policy: a PKCS#7 signature over the blob, detached, verified by the
 * kernel against
 *
 *	the certificate that was built into the module (YGR_POLICY_CERT), if any
 *	the kernel's trusted keys: built in, and added by those (secondary keyring)
 *	the platform's: UEFI db and machine owner keys
 *
 * And once: where signatures are required, a policy may not be older than
 * the newest that was loaded, so that an old one cannot be played back.
 */
#ifndef YGR_SIGNATURE_H
#define YGR_SIGNATURE_H

#include <linux/types.h>

/* Return: 0 or -errno: the built-in certificate is not one. */
int ygr_signature_init(void);
void ygr_signature_exit(void);

/* Context: process, may sleep. Return: 0, -EKEYREJECTED, -ENOMEM. */
int ygr_signature_verify(const void *data, size_t bytes, const void *signature,
			 size_t signature_bytes);

#endif
