// SPDX-License-Identifier: GPL-2.0-only
#include "policy_built.h"
#include "policy_verify.h"

#include <stdlib.h>

int built_from_blob(struct built *built, void *blob, size_t bytes)
{
	int ret;

	memset(built, 0, sizeof(*built));
	built->blob = blob;
	built->bytes = bytes;
	ret = ygr_policy_verify(blob, bytes, &built->image, &built->error);
	if (ret)
		return ret;
	built->memory = malloc(ygr_policy_index_bytes(&built->image));
	if (!built->memory)
		abort();
	return ygr_policy_index_build(&built->index, &built->image, built->memory, &built->error);
}

int built_from_draft(struct built *built, const struct draft *draft)
{
	size_t bytes = draft_bytes_nr(draft);
	void *blob = malloc(bytes);

	if (!bytes || !blob)
		abort();
	draft_assemble(draft, blob);
	return built_from_blob(built, blob, bytes);
}

void built_free(struct built *built)
{
	free(built->memory);
	free(built->blob);
}
