/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MessagePack, written where the caller has made room: the few forms that the
 * encoder needs, inline, since a call through a pointer for each item costs more
 * than the item. Each function returns where the next item goes; the most that it
 * writes is said beside it. Pure.
 */
#ifndef YGR_PACK_H
#define YGR_PACK_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define YGR_PACK_NIL		0xc0
#define YGR_PACK_STR_BYTES(len)	(5 + (size_t)(len))	/* the most that str or bin takes */

/* Most strings are short: a few moves that overlap, instead of a call. */
static inline void ygr_pack_copy(uint8_t *at, const void *from, size_t len)
{
	const uint8_t *bytes = from;

	if (len >= 16 && len <= 64) {
		memcpy(at, bytes, 16);
		if (len > 32) {
			memcpy(at + 16, bytes + 16, 16);
			memcpy(at + len - 32, bytes + len - 32, 16);
		}
		memcpy(at + len - 16, bytes + len - 16, 16);
	} else if (len >= 8 && len < 16) {
		memcpy(at, bytes, 8);
		memcpy(at + len - 8, bytes + len - 8, 8);
	} else if (len >= 4 && len < 8) {
		memcpy(at, bytes, 4);
		memcpy(at + len - 4, bytes + len - 4, 4);
	} else {
		memcpy(at, bytes, len);
	}
}

static inline uint8_t *ygr_pack_be16(uint8_t *at, uint8_t head, uint16_t value)
{
	value = htobe16(value);
	*at = head;
	memcpy(at + 1, &value, sizeof(value));
	return at + 3;
}

static inline uint8_t *ygr_pack_be32(uint8_t *at, uint8_t head, uint32_t value)
{
	value = htobe32(value);
	*at = head;
	memcpy(at + 1, &value, sizeof(value));
	return at + 5;
}

static inline uint8_t *ygr_pack_be64(uint8_t *at, uint8_t head, uint64_t value)
{
	value = htobe64(value);
	*at = head;
	memcpy(at + 1, &value, sizeof(value));
	return at + 9;
}

static inline uint8_t *ygr_pack_nil(uint8_t *at)	/* 1 */
{
	*at = YGR_PACK_NIL;
	return at + 1;
}

static inline uint8_t *ygr_pack_u64(uint8_t *at, uint64_t value)	/* 9 */
{
	if (value < 0x80) {
		*at = (uint8_t)value;
		return at + 1;
	}
	if (value <= UINT8_MAX) {
		at[0] = 0xcc;
		at[1] = (uint8_t)value;
		return at + 2;
	}
	if (value <= UINT16_MAX)
		return ygr_pack_be16(at, 0xcd, (uint16_t)value);
	if (value <= UINT32_MAX)
		return ygr_pack_be32(at, 0xce, (uint32_t)value);
	return ygr_pack_be64(at, 0xcf, value);
}

static inline uint8_t *ygr_pack_i64(uint8_t *at, int64_t value)	/* 9 */
{
	if (value >= 0)
		return ygr_pack_u64(at, (uint64_t)value);
	if (value >= -32) {
		*at = (uint8_t)value;
		return at + 1;
	}
	if (value >= INT16_MIN)
		return ygr_pack_be16(at, 0xd1, (uint16_t)value);
	if (value >= INT32_MIN)
		return ygr_pack_be32(at, 0xd2, (uint32_t)value);
	return ygr_pack_be64(at, 0xd3, (uint64_t)value);
}

/* Where a zero means that there is nothing to tell. */
static inline uint8_t *ygr_pack_nonzero(uint8_t *at, uint64_t value)	/* 9 */
{
	return value ? ygr_pack_u64(at, value) : ygr_pack_nil(at);
}

static inline uint8_t *ygr_pack_array(uint8_t *at, uint32_t nr)	/* 5 */
{
	if (nr < 16) {
		*at = (uint8_t)(0x90 | nr);
		return at + 1;
	}
	if (nr <= UINT16_MAX)
		return ygr_pack_be16(at, 0xdc, (uint16_t)nr);
	return ygr_pack_be32(at, 0xdd, nr);
}

static inline uint8_t *ygr_pack_str(uint8_t *at, const char *text, size_t len)	/* 5 + len */
{
	if (len < 32) {
		*at++ = (uint8_t)(0xa0 | len);
	} else if (len <= UINT8_MAX) {
		*at++ = 0xd9;
		*at++ = (uint8_t)len;
	} else if (len <= UINT16_MAX) {
		at = ygr_pack_be16(at, 0xda, (uint16_t)len);
	} else {
		at = ygr_pack_be32(at, 0xdb, (uint32_t)len);
	}
	ygr_pack_copy(at, text, len);
	return at + len;
}

static inline uint8_t *ygr_pack_bin(uint8_t *at, const char *bytes, size_t len)	/* 5 + len */
{
	if (len <= UINT8_MAX) {
		*at++ = 0xc4;
		*at++ = (uint8_t)len;
	} else if (len <= UINT16_MAX) {
		at = ygr_pack_be16(at, 0xc5, (uint16_t)len);
	} else {
		at = ygr_pack_be32(at, 0xc6, (uint32_t)len);
	}
	ygr_pack_copy(at, bytes, len);
	return at + len;
}

#endif
