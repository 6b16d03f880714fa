// SPDX-License-Identifier: GPL-2.0-only
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <lz4.h>
#include <lz4frame.h>

#include "compress.h"
#include "le.h"

/*
 * The LZ4 frame format, version 1.6: magic, descriptor, blocks, end mark, checksum
 * of the content. Blocks of 4 MiB, the largest there are: each begins with an empty
 * table. The fast level, since the reader shares the CPUs with the host's work and
 * the spool is written once.
 */
#define FRAME_MAGIC	0x184d2204u
#define FRAME_FLAGS	0x6c		/* version 1, independent blocks, content size, content checksum */
#define FRAME_BLOCKS	0x70		/* of at most 4 MiB */
#define BLOCK_BYTES	(4u << 20)
#define BLOCK_IS_RAW	0x80000000u
#define HEAD_BYTES	15		/* magic, flags, block size, content size, checksum */
#define TAIL_BYTES	8		/* end mark, checksum */
#define ACCELERATION	1

size_t ygr_compress_bound(size_t bytes)
{
	/* A block that does not shrink is stored as it is; but LZ4 is faster if it need not look out. */
	return HEAD_BYTES + bytes + 4 * (bytes / BLOCK_BYTES + 1) + LZ4_COMPRESSBOUND(BLOCK_BYTES) - BLOCK_BYTES +
	       TAIL_BYTES;
}

static uint8_t *put_head(uint8_t *at, size_t bytes)
{
	ygr_le32_put(at, FRAME_MAGIC);
	at[4] = FRAME_FLAGS;
	at[5] = FRAME_BLOCKS;
	ygr_le64_put(at + 6, bytes);
	at[14] = (uint8_t)(XXH32(at + 4, 10, 0) >> 8);
	return at + HEAD_BYTES;
}

static uint8_t *put_block(uint8_t *at, const uint8_t *in, size_t bytes)
{
	int used = LZ4_compress_fast((const char *)in, (char *)at + 4, (int)bytes, LZ4_compressBound((int)bytes),
				     ACCELERATION);

	if (used > 0 && (size_t)used < bytes) {
		ygr_le32_put(at, (uint32_t)used);
		return at + 4 + used;
	}
	ygr_le32_put(at, (uint32_t)bytes | BLOCK_IS_RAW);
	memcpy(at + 4, in, bytes);
	return at + 4 + bytes;
}

ssize_t ygr_compress_frame(const uint8_t *in, size_t bytes, uint8_t *out, size_t cap)
{
	uint8_t *at;

	if (cap < ygr_compress_bound(bytes))
		return -ENOSPC;
	at = put_head(out, bytes);
	for (size_t done = 0; done < bytes; done += BLOCK_BYTES)
		at = put_block(at, in + done, bytes - done < BLOCK_BYTES ? bytes - done : BLOCK_BYTES);
	ygr_le32_put(at, 0);
	ygr_le32_put(at + 4, XXH32(in, bytes, 0));
	return at + TAIL_BYTES - out;
}

static int expand(LZ4F_dctx *context, const uint8_t *frame, size_t frame_bytes,
		  uint8_t *out, size_t out_bytes)
{
	size_t in_used = 0, out_used = 0, hint = 1;

	while (hint != 0) {
		size_t in_step = frame_bytes - in_used;
		size_t out_step = out_bytes - out_used;

		hint = LZ4F_decompress(context, out + out_used, &out_step,
				       frame + in_used, &in_step, NULL);
		if (LZ4F_isError(hint))
			return -EBADMSG;
		/* No progress: the frame wants more bytes, or more room, than it may have. */
		if (hint != 0 && in_step == 0 && out_step == 0)
			return -EBADMSG;
		in_used += in_step;
		out_used += out_step;
	}
	return in_used == frame_bytes && out_used == out_bytes ? 0 : -EBADMSG;
}

int ygr_compress_expand(const uint8_t *frame, size_t frame_bytes, uint8_t *out, size_t out_bytes)
{
	LZ4F_dctx *context;
	int ret;

	if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
		return -ENOMEM;
	ret = expand(context, frame, frame_bytes, out, out_bytes);
	LZ4F_freeDecompressionContext(context);
	return ret;
}
