// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of any bytes, read from any position in it: what comes out is a whole record that can be
 * parsed, or an error; nothing is read outside of the ring, nor written beyond what is said.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "join.h"
#include "record.h"

#define RING_BYTES	4096u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Mostly right: a context and a directory at the places where the record may look for them. */
static void plant(uint8_t *data, uint8_t what)
{
	struct ygr_record *context = (struct ygr_record *)data;
	struct ygr_ring_directory *directory = (struct ygr_ring_directory *)(data + 160);
	struct ygr_ring_compact *compact = (struct ygr_ring_compact *)(data + 256);

	if (what & 1) {
		context->len = 144 + (what & 16);
		context->type = YGR_EV_CONTEXT;
		context->body_len = 0;
		compact->context_back = 256;
	}
	if (what & 2) {
		directory->len = 16 + (what & 24);
		directory->type = YGR_EV_DIRECTORY;
		compact->directory_back = 96;
	}
	if (what & 4)
		compact->len = 40 + (what & 0xf8) * 4;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ygr_record_view view;
	const char *reason = NULL;
	uint8_t *data, *out;
	uint64_t pos = 256, avail;
	int ret;

	if (len < 3)
		return 0;
	data = aligned_alloc(8, 2 * RING_BYTES);
	out = aligned_alloc(8, YGR_JOIN_BYTES_MAX);
	memset(data, 0, 2 * RING_BYTES);
	memcpy(data, bytes + 3, len - 3 < RING_BYTES ? len - 3 : RING_BYTES);
	plant(data, bytes[0]);
	memcpy(data + RING_BYTES, data, RING_BYTES);
	if (bytes[0] & 8)
		pos = 8 * (bytes[1] | (uint64_t)bytes[2] << 8);
	avail = bytes[2] & 1 ? RING_BYTES : 8ull * bytes[1];
	ret = ygr_join(data, RING_BYTES, pos, avail, out, &reason);
	if (ret && ret != -EPROTO && ret != -EBADMSG)
		abort();
	if (!ret) {
		const struct ygr_record *head = (const struct ygr_record *)out;

		if (head->len > YGR_JOIN_BYTES_MAX || head->len % 8 || head->len < sizeof(*head))
			abort();
		/* Its own strings may be wrong, as those of a whole record. */
		ret = ygr_record_parse(out, head->len, &view, &reason);
		if (ret && ret != -EBADMSG)
			abort();
	} else if (!reason) {
		abort();
	}
	free(out);
	free(data);
	return 0;
}
