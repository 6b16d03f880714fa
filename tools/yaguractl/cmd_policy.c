// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "device.h"
#include "policy_blob.h"
#include "policy_index.h"
#include "policy_locate.h"
#include "policy_print.h"
#include "policy_text.h"
#include "policy_word.h"
#include "text_file.h"
#include "user_name.h"
#include "yaml_tree.h"

#define FILE_BYTES_MAX	\
	(YGR_YAML_BYTES_MAX > YGR_POLICY_BYTES_MAX ? YGR_YAML_BYTES_MAX : YGR_POLICY_BYTES_MAX)

/* A policy that is ready for the kernel. */
struct compiled {
	void *blob;
	size_t bytes;
	struct ygr_policy_image image;
};

static int refuse_blob(const char *file, const struct ygr_policy_error *error)
{
	return ygr_cli_fail(YGR_EXIT_FAULT, "%s: byte %u: %s", file, error->offset,
			    ygr_policy_word_error(error->code));
}

/* The bounds that keep a verdict's cost constant; the kernel checks them, too. */
static int check_index(const char *file, const struct ygr_policy_image *image)
{
	void *memory = malloc(ygr_policy_index_bytes(image));
	struct ygr_policy_index index;
	struct ygr_policy_error error;
	const char *rule;
	int err;

	if (!memory)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", file, strerror(ENOMEM));
	err = ygr_policy_index_build(&index, image, memory, &error);
	free(memory);
	if (!err)
		return YGR_EXIT_OK;
	rule = ygr_policy_locate_rule(image, error.offset);
	return ygr_cli_fail(YGR_EXIT_FAULT, "%s: rule \"%s\": %s", file, rule ? rule : "?",
			    ygr_policy_word_error(error.code));
}

/* Warnings and errors go to stderr; --strict makes the former the latter. */
static int compile_text(const char *file, const char *text, size_t bytes, bool strict,
			struct compiled *out)
{
	const struct ygr_policy_users users = { .find_uid = ygr_user_name_find_uid };
	struct ygr_policy_model *model;
	struct ygr_text_errors errors;
	int err;

	ygr_text_error_init(&errors);
	err = ygr_policy_text_parse(text, bytes, &users, &model, &errors);
	ygr_text_error_print(stderr, file, &errors);
	if (err == -EBADMSG)
		return YGR_EXIT_FAULT;
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", file, strerror(-err));
	if (strict && errors.warning_nr) {
		ygr_policy_model_destroy(model);
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: refused for its warnings (--strict)",
				    file);
	}
	err = ygr_policy_blob_build(model, &out->blob, &out->bytes);
	ygr_policy_model_destroy(model);
	if (err == -E2BIG)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: compiles to %zu bytes, the most is %u",
				    file, out->bytes, YGR_POLICY_BYTES_MAX);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", file, strerror(-err));
	return YGR_EXIT_OK;
}

static bool is_blob(const char *text, size_t bytes)
{
	const __u32 magic = YGR_POLICY_MAGIC;

	return bytes >= sizeof(magic) && !memcmp(text, &magic, sizeof(magic));
}

/* As it stands in messages. */
static const char *name_of(const char *file)
{
	return strcmp(file, "-") ? file : "<stdin>";
}

/* A text, or a blob that "show --blob" wrote. The caller frees out->blob. */
static int compile_file(const char *path, bool strict, struct compiled *out)
{
	const char *file = name_of(path);
	struct ygr_policy_error error;
	int err, code = YGR_EXIT_OK;
	size_t bytes;
	char *text;

	err = ygr_text_file_read(path, FILE_BYTES_MAX, &text, &bytes);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", file, strerror(-err));
	if (is_blob(text, bytes)) {
		out->blob = text;
		out->bytes = bytes;
	} else {
		code = compile_text(file, text, bytes, strict, out);
		free(text);
	}
	if (code)
		return code;
	if (ygr_policy_verify(out->blob, out->bytes, &out->image, &error))
		code = refuse_blob(file, &error);
	else
		code = check_index(file, &out->image);
	if (code)
		free(out->blob);
	return code;
}

/* "5 rules (4 enforce, 1 monitor)" */
static void print_rule_nr(const struct ygr_policy_image *image)
{
	__u32 nr[YGR_MODE_NR];

	ygr_policy_locate_modes(image, nr);
	printf("%u rule%s (%u enforce, %u monitor)", image->rule_nr,
	       image->rule_nr == 1 ? "" : "s", nr[YGR_MODE_ENFORCE], nr[YGR_MODE_MONITOR]);
}

static int open_device(void)
{
	struct ygr_info info;
	int fd = ygr_device_open(&info);

	if (fd < 0)
		ygr_cli_fail(YGR_EXIT_DEVICE, "%s: %s", YGR_DEVICE_PATH,
			     ygr_device_explain(fd));
	return fd;
}

static int check(int argc, char **argv)
{
	static const struct option options[] = {
		{ "strict", no_argument, NULL, 's' },
		{ 0 },
	};
	struct compiled compiled;
	bool strict = false;
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 's')
			return YGR_EXIT_USAGE;
		strict = true;
	}
	if (optind + 1 != argc)
		return ygr_cli_usage("policy check takes one FILE (\"-\" is stdin)");
	code = compile_file(argv[optind], strict, &compiled);
	if (code)
		return code;
	printf("%s: ok, policy \"%s\", ", name_of(argv[optind]),
	       compiled.image.strings + compiled.image.header->name_off);
	print_rule_nr(&compiled.image);
	printf(", %zu bytes\n", compiled.bytes);
	free(compiled.blob);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

static int refuse_load(const char *file, int err, const struct compiled *compiled,
		       const struct ygr_policy_load *load)
{
	const char *rule;

	switch (err) {
	case -EBADMSG:
		rule = ygr_policy_locate_rule(&compiled->image, load->error_offset);
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: the kernel refused it: %s (code %u, byte %u%s%s%s)",
				    file, ygr_policy_word_error(load->error_code),
				    load->error_code, load->error_offset,
				    rule ? ", rule \"" : "", rule ?: "", rule ? "\"" : "");
	case -ESTALE:
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: not loaded: generation %" PRIu64 " is active, not the expected %" PRIu64,
				    file, (uint64_t)load->generation,
				    (uint64_t)load->expect_generation);
	case -EACCES:
	case -EPERM:
		return ygr_cli_fail(YGR_EXIT_DEVICE, "%s", ygr_device_explain(err));
	default:
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: not loaded: %s", file, strerror(-err));
	}
}

static int load_compiled(const char *file, const struct compiled *compiled,
			 uint64_t expect_generation)
{
	struct ygr_policy_load load;
	int fd, err;

	fd = open_device();
	if (fd < 0)
		return YGR_EXIT_DEVICE;
	err = ygr_device_load(fd, compiled->blob, compiled->bytes, expect_generation, &load);
	close(fd);
	if (err)
		return refuse_load(file, err, compiled, &load);
	printf("generation %" PRIu64 " active, ", (uint64_t)load.generation);
	print_rule_nr(&compiled->image);
	putchar('\n');
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

static bool parse_generation(const char *text, uint64_t *generation)
{
	return ygr_yaml_tree_parse_u64(text, strlen(text), generation);
}

static int load(int argc, char **argv)
{
	static const struct option options[] = {
		{ "expect-generation", required_argument, NULL, 'g' },
		{ "strict", no_argument, NULL, 's' },
		{ 0 },
	};
	uint64_t expect_generation = YGR_GENERATION_ANY;
	struct compiled compiled;
	bool strict = false;
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			strict = true;
		else if (option != 'g')
			return YGR_EXIT_USAGE;
		else if (!parse_generation(optarg, &expect_generation))
			return ygr_cli_usage("\"%s\" is no generation number", optarg);
	}
	if (optind + 1 != argc)
		return ygr_cli_usage("policy load takes one FILE (\"-\" is stdin)");
	code = compile_file(argv[optind], strict, &compiled);
	if (code)
		return code;
	code = load_compiled(name_of(argv[optind]), &compiled, expect_generation);
	free(compiled.blob);
	return code;
}

/* Through the verifier, as every blob: a kernel that lies crashes nothing here. */
static int print_policy(const void *blob, size_t bytes, uint64_t generation)
{
	struct ygr_policy_image image;
	struct ygr_policy_error error;

	if (ygr_policy_verify(blob, bytes, &image, &error))
		return refuse_blob("policy in force", &error);
	printf("# generation %" PRIu64 "\n", generation);
	if (ygr_policy_print(stdout, &image))
		fputs("yaguractl: this policy was not made from text; some of it cannot be loaded from text: use --blob\n",
		      stderr);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

static int show_from(int fd, bool raw)
{
	uint64_t generation = 0;
	size_t bytes;
	void *blob;
	int err, code;

	err = ygr_device_show(fd, &blob, &bytes, &generation);
	if (err == -ENODATA && raw)
		return ygr_cli_fail(YGR_EXIT_FAULT, "there is no policy (generation %" PRIu64 ")",
				    generation);
	if (err == -ENODATA) {
		printf("# generation %" PRIu64 ": no policy\n", generation);
		return ygr_cli_finish_output(YGR_EXIT_OK);
	}
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "reading the policy: %s", strerror(-err));
	if (raw) {
		fwrite(blob, 1, bytes, stdout);
		code = ygr_cli_finish_output(YGR_EXIT_OK);
	} else {
		code = print_policy(blob, bytes, generation);
	}
	free(blob);
	return code;
}

static int show(int argc, char **argv)
{
	static const struct option options[] = {
		{ "blob", no_argument, NULL, 'b' },
		{ 0 },
	};
	bool raw = false;
	int option, fd, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'b')
			return YGR_EXIT_USAGE;
		raw = true;
	}
	if (optind != argc)
		return ygr_cli_usage("policy show takes no argument \"%s\"", argv[optind]);
	if (raw && isatty(STDOUT_FILENO))
		return ygr_cli_usage("a blob is not for a terminal: redirect the output");
	fd = open_device();
	if (fd < 0)
		return YGR_EXIT_DEVICE;
	code = show_from(fd, raw);
	close(fd);
	return code;
}

static int clear(int argc, char **argv)
{
	static const struct option options[] = {
		{ "expect-generation", required_argument, NULL, 'g' },
		{ 0 },
	};
	uint64_t expect_generation = YGR_GENERATION_ANY, generation;
	int option, fd, err;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'g')
			return YGR_EXIT_USAGE;
		if (!parse_generation(optarg, &expect_generation))
			return ygr_cli_usage("\"%s\" is no generation number", optarg);
	}
	if (optind != argc)
		return ygr_cli_usage("policy clear takes no argument \"%s\"", argv[optind]);
	fd = open_device();
	if (fd < 0)
		return YGR_EXIT_DEVICE;
	err = ygr_device_clear(fd, expect_generation, &generation);
	close(fd);
	if (err == -ESTALE)
		return ygr_cli_fail(YGR_EXIT_FAULT, "not cleared: generation %" PRIu64 " is not the active one",
				    expect_generation);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "not cleared: %s", strerror(-err));
	printf("generation %" PRIu64 " active, no policy\n", generation);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

int ygr_cmd_policy(int argc, char **argv)
{
	static const struct ygr_verb verbs[] = {
		{ "check", check, "FILE [--strict]",
		  "compile the file and say every mistake; nothing is loaded", 0 },
		{ "load", load, "FILE [--strict] [--expect-generation N]",
		  "compile the file and put it in force in one step", 0 },
		{ "show", show, "[--blob]",
		  "print the policy in force, as text that load takes", 0 },
		{ "clear", clear, "[--expect-generation N]",
		  "remove the policy: everything is allowed", 0 },
		{ .name = NULL },
	};

	return ygr_cli_run("yaguractl policy", verbs, argc, argv);
}
