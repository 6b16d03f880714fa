// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any files of a directory are refused with a place, or make one policy whose printed form
 * compiles to the same bytes. A byte that no UTF-8 has begins the next file.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_compile.h"
#include "policy_print.h"

#define FILES_MAX	8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct file {
	const char *text;
	size_t bytes;
};

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* "d/0", "d/1", ... */
static int read_file(const char *path, size_t max_bytes, char **text, size_t *bytes, void *context)
{
	const struct file *file = context;

	(void)max_bytes;
	if (strncmp(path, "d/", 2) || path[2] < '0' || path[2] >= '0' + FILES_MAX || path[3])
		return -ENOENT;
	file += path[2] - '0';
	if (!file->text)
		return -ENOENT;
	*text = malloc(file->bytes + 1);
	if (!*text)
		return -ENOMEM;
	memcpy(*text, file->text, file->bytes);
	(*text)[file->bytes] = '\0';
	*bytes = file->bytes;
	return 0;
}

static size_t split(const char *data, size_t bytes, struct file *files)
{
	const char *end;
	size_t nr = 0;

	do {
		end = memchr(data, 0xff, bytes);
		files[nr++] = (struct file) { data, end ? (size_t)(end - data) : bytes };
		bytes -= end ? (size_t)(end + 1 - data) : bytes;
		data = end ? end + 1 : data;
	} while (end && nr < FILES_MAX);
	return nr;
}

static void print_and_compare(const struct ygr_policy_compiled *compiled, const struct ygr_policy_host *host)
{
	struct ygr_policy_compiled again;
	struct ygr_text_errors errors;
	size_t bytes;
	char *printed;
	FILE *out = open_memstream(&printed, &bytes);

	require(out && !ygr_policy_print(out, &compiled->image));
	fclose(out);
	ygr_text_error_init(&errors);
	require(!ygr_policy_compile("p", printed, bytes, host, &again, &errors));
	require(again.bytes == compiled->bytes && !memcmp(again.blob, compiled->blob, again.bytes));
	ygr_policy_compile_exit(&again);
	free(printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	char names[FILES_MAX][2] = { "0", "1", "2", "3", "4", "5", "6", "7" };
	struct file files[FILES_MAX] = { { NULL, 0 } };
	const struct ygr_policy_host host = { .read_file = read_file, .context = files };
	char *list[FILES_MAX];
	struct ygr_policy_compiled compiled;
	struct ygr_text_errors errors;

	for (unsigned int i = 0; i < FILES_MAX; i++)
		list[i] = names[i];
	ygr_text_error_init(&errors);
	if (ygr_policy_compile_directory("d", list, split((const char *)data, bytes, files), &host, &compiled,
					 &errors)) {
		require(errors.error_nr > 0);
		return 0;
	}
	require(!errors.error_nr);
	print_and_compare(&compiled, &host);
	ygr_policy_compile_exit(&compiled);
	return 0;
}
