/* SPDX-License-Identifier: GPL-2.0-only */
/* DNS answers for tests, made by the library from lines as zone files have them. */
#ifndef DNS_PACKET_H
#define DNS_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define DNS_PACKET_BYTES 4096

/*
 * @question: "www.example.org A". @records: lines such as "www.example.org. 60 IN A 192.0.2.1".
 * Return: the bytes that @packet has then. Aborts at what is no record.
 */
size_t dns_packet_make(uint8_t packet[DNS_PACKET_BYTES], const char *question, const char *records);

#endif
