// SPDX-License-Identifier: GPL-2.0-only
/* yagurad.yaml(5) has each key that the daemon reads, and each word that a key can have. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"
#include "text_file.h"

#define PAGE	"docs/man/yagurad.yaml.5"

static char *page;

static int read_page(void **state)
{
	size_t bytes;

	(void)state;
	return ygr_text_file_read(PAGE, 1 << 20, &page, &bytes);
}

static int free_page(void **state)
{
	(void)state;
	free(page);
	return 0;
}

static bool is_in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += len)
		if ((at == text || !is_in_word(at[-1])) && !is_in_word(at[len]))
			return true;
	return false;
}

static void expect_word(const char *text, const char *where, const char *word)
{
	if (!has_word(text, word))
		fail_msg("\"%s\" does not stand in %s of " PAGE, word, where);
}

/* A copy of what follows @from, up to one of @ends. */
static char *part(const char *from, const char *const *ends)
{
	const char *start = strstr(page, from), *end, *found;

	if (!start)
		fail_msg("there is no \"%s\" in " PAGE, from);
	start += strlen(from);
	end = start + strlen(start);
	for (; *ends; ends++) {
		found = strstr(start, *ends);
		if (found && found < end)
			end = found;
	}
	return strndup(start, (size_t)(end - start));
}

/* @words: where the values stand, which several types may share. */
static void expect_options(const char *text, const char *words, const char *where, const char *prefix,
			   const struct ygr_option *options)
{
	char key[100];

	for (; options->key; options++) {
		snprintf(key, sizeof(key), "%s%s", prefix, options->key);
		if (options->kind == YGR_OPTION_SECTION) {
			strcat(key, ".");
			expect_options(text, words, where, key, options->members);
			continue;
		}
		expect_word(text, where, key);
		for (const char *const *word = options->words; word && *word; word++)
			expect_word(words, where, *word);
	}
}

/* Members of structs, such as tls, are told once for all types. */
static void expect_members(const char *text, const struct ygr_option *options)
{
	for (; options && options->key; options++)
		if (options->kind == YGR_OPTION_STRUCT)
			expect_options(text, text, "OUTPUTS", "", options->members);
}

static void test_words(void **state)
{
	(void)state;
	assert_true(has_word("a.bc, d", "bc"));
	assert_false(has_word("a_bc bcd", "bc"));
	assert_false(has_word("", "bc"));
}

static void test_keys(void **state)
{
	static const char *const ends[] = { "\n.SH ", NULL };
	char *text = part("\n.SH KEYS\n", ends);

	(void)state;
	expect_options(text, text, "KEYS", "", ygr_config_options);
	expect_word(text, "KEYS", "version");
	expect_word(text, "KEYS", "outputs");
	free(text);
}

static void test_keys_of_all_outputs(void **state)
{
	static const char *const ends[] = { "\n.B type: ", NULL };
	char *text = part("\n.SH OUTPUTS\n", ends);

	(void)state;
	expect_options(text, text, "OUTPUTS", "", ygr_config_output_options);
	free(text);
}

static void test_keys_of_each_type(void **state)
{
	static const char *const whole[] = { "\n.SH ", NULL };
	static const char *const ends[] = { "\n.B type: ", "\n.PP\nThese take", "\n.SH ", NULL };
	char *outputs = part("\n.SH OUTPUTS\n", whole), *text;
	char heading[100];

	(void)state;
	for (size_t i = 0; ygr_transport_types[i]; i++) {
		const struct ygr_transport_type *type = ygr_transport_types[i];

		snprintf(heading, sizeof(heading), "\n.B type: %s\n", type->name);
		text = part(heading, ends);
		if (type->options)
			expect_options(text, outputs, heading + strlen("\n.B "), "", type->options);
		expect_members(outputs, type->options);
		free(text);
	}
	free(outputs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_keys_of_all_outputs),
		cmocka_unit_test(test_keys_of_each_type),
	};

	return cmocka_run_group_tests(tests, read_page, free_page);
}
