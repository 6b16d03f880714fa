// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text is refused with a place, or compiles to a blob that the kernel's
 * verifier takes, whose printed form compiles to the same bytes.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_compile.h"
#include "policy_print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* The text being compiled: files that it names are parts of it. */
struct input {
	const char *text;
	size_t bytes;
};

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool find_id(const char *name, uint32_t *id, void *context)
{
	(void)context;
	*id = strlen(name);
	return name[0] != 'x';
}

static int find_file(const char *path, struct ygr_id_item *id, void *context)
{
	(void)context;
	*id = (struct ygr_id_item) { .dev_major = 8, .ino = strlen(path) };
	return path[0] == '/' ? 0 : -ENOENT;
}

/* "0" is all of it, "1" all but a sixteenth, ... */
static int read_file(const char *path, size_t max_bytes, char **text, size_t *bytes, void *context)
{
	const struct input *input = context;
	size_t from;

	(void)max_bytes;
	if (path[0] < '0' || path[0] > '9' || path[1])
		return -ENOENT;
	from = input->bytes * (path[0] - '0') / 16;
	*bytes = input->bytes - from;
	*text = malloc(*bytes + 1);
	if (!*text)
		return -ENOMEM;
	memcpy(*text, input->text + from, *bytes);
	(*text)[*bytes] = '\0';
	return 0;
}

static bool compile(const char *text, size_t bytes, struct ygr_policy_compiled *compiled)
{
	struct input input = { .text = text, .bytes = bytes };
	const struct ygr_policy_host host = {
		.find_uid = find_id, .find_gid = find_id, .find_file = find_file,
		.read_file = read_file, .now_s = 1780272000, .context = &input,
	};
	struct ygr_text_errors errors;
	unsigned int i;

	ygr_text_error_init(&errors);
	if (ygr_policy_compile("p", text, bytes, &host, compiled, &errors)) {
		require(errors.error_nr > 0);
		/* The verifier's complaint has no place in the text: ours should have come before it. */
		for (i = 0; i < errors.nr; i++)
			require(strncmp(errors.item[i].message, "byte ", 5));
		return false;
	}
	require(!errors.error_nr);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct ygr_policy_compiled compiled, again;
	size_t printed_bytes;
	char *printed;
	FILE *out;

	if (!compile((const char *)data, bytes, &compiled))
		return 0;
	out = open_memstream(&printed, &printed_bytes);
	require(!ygr_policy_print(out, &compiled.image));
	fclose(out);
	require(compile(printed, printed_bytes, &again));
	require(again.bytes == compiled.bytes && !memcmp(again.blob, compiled.blob, again.bytes));
	ygr_policy_compile_exit(&again);
	ygr_policy_compile_exit(&compiled);
	free(printed);
	return 0;
}
