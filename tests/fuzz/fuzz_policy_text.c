// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text is refused with a place, or compiles to a blob that the kernel's
 * verifier takes, whose printed form compiles to the same bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_blob.h"
#include "policy_print.h"
#include "policy_text.h"
#include "policy_verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool find_uid(const char *name, uint32_t *uid, void *context)
{
	(void)context;
	*uid = strlen(name);
	return name[0] != 'x';
}

static void *compile(const char *text, size_t bytes, size_t *blob_bytes)
{
	const struct ygr_policy_users users = { .find_uid = find_uid };
	struct ygr_policy_model *model;
	struct ygr_text_errors errors;
	void *blob;

	ygr_text_error_init(&errors);
	if (ygr_policy_text_parse(text, bytes, &users, &model, &errors)) {
		require(errors.error_nr > 0);
		return NULL;
	}
	require(!errors.error_nr);
	require(!ygr_policy_blob_build(model, &blob, blob_bytes));
	ygr_policy_model_destroy(model);
	return blob;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	size_t blob_bytes, printed_bytes, again_bytes;
	struct ygr_policy_image image;
	struct ygr_policy_error error;
	void *blob, *again;
	char *printed;
	FILE *out;

	blob = compile((const char *)data, bytes, &blob_bytes);
	if (!blob)
		return 0;
	require(!ygr_policy_verify(blob, blob_bytes, &image, &error));
	out = open_memstream(&printed, &printed_bytes);
	require(!ygr_policy_print(out, &image));
	fclose(out);
	again = compile(printed, printed_bytes, &again_bytes);
	require(again && again_bytes == blob_bytes && !memcmp(again, blob, blob_bytes));
	free(again);
	free(printed);
	free(blob);
	return 0;
}
