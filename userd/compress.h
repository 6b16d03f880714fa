/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events to one standard LZ4 frame, with content size and content checksum, and
 * back. The frame is put together here and not by LZ4F_compressFrame(): the library's
 * checksum, as distributions build it, costs as much as a third of the compression.
 *
 * Pure but for the allocation inside liblz4 when it expands.
 */
#ifndef YGR_COMPRESS_H
#define YGR_COMPRESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The most that @bytes can become. */
size_t ygr_compress_bound(size_t bytes);

/* Return: bytes of the frame in @out; -ENOSPC if @cap is below the bound. */
ssize_t ygr_compress_frame(const uint8_t *in, size_t bytes, uint8_t *out, size_t cap);

/*
 * Takes one whole frame that must give exactly @out_bytes, its checksum right
 * and nothing behind it.
 * Return: 0; -EBADMSG; -ENOMEM. @out may be half written then.
 */
int ygr_compress_expand(const uint8_t *frame, size_t frame_bytes, uint8_t *out, size_t out_bytes);

#endif
