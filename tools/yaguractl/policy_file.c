// SPDX-License-Identifier: GPL-2.0-only
#include "policy_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "drop_in.h"
#include "policy_compile.h"
#include "policy_locate.h"
#include "policy_verify.h"
#include "policy_word.h"
#include "text_file.h"
#include "yaml_tree.h"

#define FILE_BYTES_MAX	\
	(YGR_YAML_BYTES_MAX > YGR_POLICY_BYTES_MAX ? YGR_YAML_BYTES_MAX : YGR_POLICY_BYTES_MAX)

const char *ygr_policy_file_name(const char *path)
{
	return strcmp(path, "-") ? path : "<stdin>";
}

/* ---- blob ---- */

static int refuse(const struct ygr_policy_file *file, const char *name,
		  const struct ygr_policy_error *error)
{
	const char *rule = file->image.header ? ygr_policy_locate_rule(&file->image, error->offset) : NULL;

	if (rule)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: rule \"%s\": %s", name, rule,
				    ygr_policy_word_error(error->code));
	return ygr_cli_fail(YGR_EXIT_FAULT, "%s: byte %u: %s", name, error->offset,
			    ygr_policy_word_error(error->code));
}

/* The bounds that keep a verdict's cost constant are the index's; the kernel checks them, too. */
static int prepare(struct ygr_policy_file *file, const char *name)
{
	struct ygr_policy_error error;

	if (ygr_policy_verify(file->blob, file->bytes, &file->image, &error))
		return refuse(file, name, &error);
	file->index_memory = malloc(ygr_policy_index_bytes(&file->image));
	if (!file->index_memory)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", name, strerror(ENOMEM));
	if (ygr_policy_index_build(&file->index, &file->image, file->index_memory, &error))
		return refuse(file, name, &error);
	return YGR_EXIT_OK;
}

int ygr_policy_file_adopt(struct ygr_policy_file *file, const char *name, void *blob, size_t bytes)
{
	int code;

	*file = (struct ygr_policy_file) { .blob = blob, .bytes = bytes };
	code = prepare(file, name);
	if (code)
		ygr_policy_file_close(file);
	return code;
}

/* ---- text ---- */

/* What compiling made becomes the file's; the model is not needed any more. */
static void take(struct ygr_policy_file *file, struct ygr_policy_compiled *compiled)
{
	file->source = ygr_policy_compile_source(compiled);
	file->blob = compiled->blob;
	file->bytes = compiled->bytes;
	file->index_memory = compiled->index_memory;
	file->image = compiled->image;
	file->index = compiled->index;
	file->index.image = &file->image;
	compiled->blob = NULL;
	compiled->index_memory = NULL;
	ygr_policy_compile_exit(compiled);
}

/* Warnings and errors go to stderr; strict makes the former the latter. */
static int conclude(struct ygr_policy_file *file, const char *name, int err, bool strict,
		    struct ygr_policy_compiled *compiled, const struct ygr_text_errors *errors)
{
	ygr_text_error_print(stderr, name, errors);
	if (err == -EBADMSG)
		return YGR_EXIT_FAULT;
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", name, strerror(-err));
	if (strict && errors->warning_nr) {
		ygr_policy_compile_exit(compiled);
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: refused for its warnings (--strict)", name);
	}
	take(file, compiled);
	return YGR_EXIT_OK;
}

int ygr_policy_file_parse(struct ygr_policy_file *file, const char *name, const char *text,
			  size_t bytes, bool strict)
{
	const struct ygr_policy_host host = ygr_policy_host_here();
	struct ygr_policy_compiled compiled;
	struct ygr_text_errors errors;
	int err;

	ygr_text_error_init(&errors);
	err = ygr_policy_compile(name, text, bytes, &host, &compiled, &errors);
	return conclude(file, name, err, strict, &compiled, &errors);
}

/* ---- directory ---- */

static int list_directory(const char *path, struct ygr_drop_ins *list)
{
	DIR *stream = opendir(path);
	int err;

	if (!stream)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(errno));
	err = ygr_drop_in_list(stream, list);
	closedir(stream);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, ygr_drop_in_explain(err));
	if (!list->nr)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: no file in it ends with .yaml", path);
	return YGR_EXIT_OK;
}

/* Without slashes at its end. */
static size_t name_len(const char *path)
{
	size_t len = strlen(path);

	while (len && path[len - 1] == '/')
		len--;
	return len;
}

static int open_directory(struct ygr_policy_file *file, const char *path, bool strict)
{
	const struct ygr_policy_host host = ygr_policy_host_here();
	struct ygr_policy_compiled compiled;
	struct ygr_text_errors errors;
	struct ygr_drop_ins list;
	char *name;
	int code, err;

	code = list_directory(path, &list);
	if (code)
		return code;
	name = strndup(path, name_len(path));
	ygr_text_error_init(&errors);
	err = !name ? -ENOMEM :
	      ygr_policy_compile_directory(name, list.names, list.nr, &host, &compiled, &errors);
	ygr_drop_in_exit(&list);
	code = conclude(file, path, err, strict, &compiled, &errors);
	free(name);
	return code;
}

/* ---- whichever it is ---- */

static bool is_blob(const char *text, size_t bytes)
{
	const __u32 magic = YGR_POLICY_MAGIC;

	return bytes >= sizeof(magic) && !memcmp(text, &magic, sizeof(magic));
}

int ygr_policy_file_open(struct ygr_policy_file *file, const char *path, bool strict)
{
	const char *name = ygr_policy_file_name(path);
	struct stat status;
	size_t bytes;
	char *text;
	int err, code;

	if (strcmp(path, "-") && !stat(path, &status) && S_ISDIR(status.st_mode))
		return open_directory(file, path, strict);
	err = ygr_text_file_read(path, FILE_BYTES_MAX, &text, &bytes);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", name, strerror(-err));
	if (is_blob(text, bytes))
		return ygr_policy_file_adopt(file, name, text, bytes);
	code = ygr_policy_file_parse(file, name, text, bytes, strict);
	free(text);
	return code;
}

void ygr_policy_file_close(struct ygr_policy_file *file)
{
	free(file->blob);
	free(file->index_memory);
	free(file->source);
	*file = (struct ygr_policy_file) { 0 };
}
