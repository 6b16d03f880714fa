/* SPDX-License-Identifier: GPL-2.0-only */
/* Passwords, keys and tokens: the first line of a file, which only its owner need be able to read. */
#ifndef YGR_SECRET_H
#define YGR_SECRET_H

#define YGR_SECRET_BYTES_MAX	4096

/*
 * @path NULL: there is none, and *secret is NULL. Else ygr_secret_free() it.
 * Return: 0; -errno, and *reason is the path.
 */
int ygr_secret_read(const char *path, char **secret, const char **reason);

/* Wiped first. NULL is fine. */
void ygr_secret_free(char *secret);

#endif
