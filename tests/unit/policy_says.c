// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "policy_print.h"
#include "policy_says.h"

static bool find_uid(const char *name, uint32_t *uid, void *context)
{
	(void)context;
	*uid = strcmp(name, "root") ? 33 : 0;
	return !strcmp(name, "root") || !strcmp(name, "www-data");
}

static bool find_gid(const char *name, uint32_t *gid, void *context)
{
	(void)context;
	*gid = 4;
	return !strcmp(name, "adm");
}

static int find_file(const char *path, struct ygr_id_item *id, void *context)
{
	(void)context;
	if (strcmp(path, "/bin/x"))
		return -ENOENT;
	*id = (struct ygr_id_item) { .dev_major = 8, .dev_minor = 1, .ino = 77 };
	return 0;
}

static int read_file(const char *path, size_t max_bytes, char **text, size_t *bytes, void *context)
{
	const struct policy_says_file *file = context;

	for (; file && file->name; file++) {
		if (strcmp(file->name, path))
			continue;
		*bytes = strlen(file->text);
		*text = strdup(file->text);
		return *bytes > max_bytes ? -EFBIG : 0;
	}
	return -ENOENT;
}

struct ygr_policy_host policy_says_host(const struct policy_says_file *files)
{
	return (struct ygr_policy_host) {
		.find_uid = find_uid,
		.find_gid = find_gid,
		.find_file = find_file,
		.read_file = read_file,
		.now_s = POLICY_SAYS_NOW,
		.context = (void *)files,
	};
}

static char *output_of(const struct ygr_text_errors *errors)
{
	size_t bytes;
	char *text;
	FILE *out;

	out = open_memstream(&text, &bytes);
	ygr_text_error_print(out, "p", errors);
	fclose(out);
	return text;
}

/* Good policies go to $POLICY_SAYS_DIR, for whoever looks at them in another way. */
static void leave(const char *text)
{
	const char *dir = getenv("POLICY_SAYS_DIR");
	static unsigned int nr;
	char *name;
	FILE *out;

	if (!dir)
		return;
	assert_true(asprintf(&name, "%s/%d-%u.yaml", dir, getpid(), nr++) > 0);
	out = fopen(name, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
	free(name);
}

void policy_says_with(const struct policy_says_file *files, const char *text, const char *wanted)
{
	const struct ygr_policy_host host = policy_says_host(files);
	struct ygr_policy_compiled compiled;
	struct ygr_text_errors errors;
	char *output;
	int err;

	ygr_text_error_init(&errors);
	err = ygr_policy_compile("p", text, strlen(text), &host, &compiled, &errors);
	output = output_of(&errors);
	if (strcmp(output, wanted))
		print_error("of this policy:\n%s\n", text);
	assert_string_equal(output, wanted);
	assert_int_equal(err, errors.error_nr ? -EBADMSG : 0);
	if (!err) {
		leave(text);
		ygr_policy_compile_exit(&compiled);
	}
	free(output);
}

void policy_says(const char *text, const char *wanted)
{
	policy_says_with(NULL, text, wanted);
}

void policy_says_compile(const char *text, struct ygr_policy_compiled *compiled)
{
	const struct ygr_policy_host host = policy_says_host(NULL);
	struct ygr_text_errors errors;

	ygr_text_error_init(&errors);
	if (!ygr_policy_compile("p", text, strlen(text), &host, compiled, &errors)) {
		leave(text);
		return;
	}
	ygr_text_error_print(stderr, "p", &errors);
	fail_msg("this does not compile:\n%s", text);
}

char *policy_says_print(const char *text)
{
	struct ygr_policy_compiled first, second;
	size_t bytes;
	char *printed;
	FILE *out;

	policy_says_compile(text, &first);
	out = open_memstream(&printed, &bytes);
	assert_int_equal(ygr_policy_print(out, &first.image), 0);
	fclose(out);
	policy_says_compile(printed, &second);
	if (first.bytes != second.bytes || memcmp(first.blob, second.blob, first.bytes))
		fail_msg("this does not compile to what it was printed of:\n%s", printed);
	ygr_policy_compile_exit(&first);
	ygr_policy_compile_exit(&second);
	return printed;
}

void policy_says_printed(const char *text, const char *wanted)
{
	char *printed = policy_says_print(text);

	assert_string_equal(printed, wanted);
	free(printed);
}
