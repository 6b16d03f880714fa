// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <lz4frame.h>

#include "compress.h"

/*
 * Blocks of 256 KiB, which is a batch; the fast level, since the reader shares
 * the CPUs with the host's work and the spool is written once.
 */
static LZ4F_preferences_t preferences(size_t content_bytes)
{
	LZ4F_preferences_t prefs = LZ4F_INIT_PREFERENCES;

	prefs.frameInfo.blockSizeID = LZ4F_max256KB;
	prefs.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
	prefs.frameInfo.contentSize = content_bytes;
	return prefs;
}

size_t ygr_compress_bound(size_t bytes)
{
	LZ4F_preferences_t prefs = preferences(bytes);

	return LZ4F_compressFrameBound(bytes, &prefs);
}

ssize_t ygr_compress_frame(const uint8_t *in, size_t bytes, uint8_t *out, size_t cap)
{
	LZ4F_preferences_t prefs = preferences(bytes);
	size_t used;

	if (cap < LZ4F_compressFrameBound(bytes, &prefs))
		return -ENOSPC;
	used = LZ4F_compressFrame(out, cap, in, bytes, &prefs);
	return LZ4F_isError(used) ? -ENOMEM : (ssize_t)used;
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
