/* SPDX-License-Identifier: GPL-2.0-only */
/* The first flight of a real TLS client: OpenSSL's. */
#ifndef CLIENT_HELLO_FAKE_H
#define CLIENT_HELLO_FAKE_H

#include <stddef.h>
#include <stdint.h>

#define CLIENT_HELLO_FAKE_BYTES 4096

/*
 * @name: NULL: no server_name. @alpn: "h2,http/1.1"; NULL: none. @max_version: TLS1_2_VERSION ...
 * Return: the bytes that @bytes has then.
 */
size_t client_hello_fake_make(uint8_t bytes[CLIENT_HELLO_FAKE_BYTES], const char *name, const char *alpn,
			      int max_version);

#endif
