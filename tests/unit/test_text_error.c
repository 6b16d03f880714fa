// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "text_error.h"

static const char *const keys[] = { "path", "uid", "cidr", "port", "where", "mode" };
#define KEY_NR	(sizeof(keys) / sizeof(keys[0]))

static const char *suggest(const char *word)
{
	return ygr_text_error_suggest(word, keys, KEY_NR);
}

static void test_suggest_finds_the_word_meant(void **state)
{
	(void)state;
	assert_string_equal(suggest("wher"), "where");	/* one missing */
	assert_string_equal(suggest("wheree"), "where"); /* one too many */
	assert_string_equal(suggest("whare"), "where");	/* one wrong */
	assert_string_equal(ygr_text_error_suggest("montiro", (const char *[]){ "monitor" }, 1),
			    "monitor");			/* two swaps in seven */
	assert_string_equal(suggest("prot"), "port");	/* swapped */
	assert_string_equal(suggest("paths"), "path");
	assert_string_equal(suggest("ui"), "uid");
	assert_string_equal(suggest("mode"), "mode");
}

static void test_suggest_is_silent_when_nothing_is_near(void **state)
{
	char longest[100];

	(void)state;
	assert_null(suggest(""));
	assert_null(suggest("x"));
	assert_null(suggest("not"));	/* two changes from "port" */
	assert_null(suggest("severity"));
	assert_null(suggest("PATHNAME"));
	memset(longest, 'p', sizeof(longest));
	longest[99] = '\0';
	assert_null(suggest(longest));
	assert_null(ygr_text_error_suggest("path", NULL, 0));
}

static void format(char *buf, size_t cap, const char *message)
{
	struct ygr_text_errors errors;

	ygr_text_error_init(&errors);
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 3, 7, "%s", message);
	ygr_text_error_format(&errors.item[0], "f.yaml", buf, cap);
}

static void test_format(void **state)
{
	struct ygr_text_errors errors;
	char buf[400];

	(void)state;
	ygr_text_error_init(&errors);
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 9, 14, "bad %s", "thing");
	ygr_text_error_add(&errors, YGR_TEXT_WARNING, 1, 2, "odd");
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 0, 0, "too large");
	assert_int_equal(errors.error_nr, 2);
	assert_int_equal(errors.warning_nr, 1);
	assert_int_equal(ygr_text_error_format(&errors.item[0], "a.yaml", buf,
					       sizeof(buf)), 29);
	assert_string_equal(buf, "a.yaml:9:14: error: bad thing");
	ygr_text_error_format(&errors.item[1], "a.yaml", buf, sizeof(buf));
	assert_string_equal(buf, "a.yaml:1:2: warning: odd");
	ygr_text_error_format(&errors.item[2], "a.yaml", buf, sizeof(buf));
	assert_string_equal(buf, "a.yaml: error: too large");
}

static void test_control_bytes_are_shown_as_hex(void **state)
{
	char buf[400];

	(void)state;
	format(buf, sizeof(buf), "key \"\x1b[2J\r\n\x7f\xc2\x9b\"");
	assert_string_equal(buf,
		"f.yaml:3:7: error: key \"\\x1b[2J\\x0d\\x0a\\x7f\\xc2\\x9b\"");
	format(buf, sizeof(buf), "gr\xc3\xbc\xc3\x9f""e");
	assert_string_equal(buf, "f.yaml:3:7: error: gr\xc3\xbc\xc3\x9f""e");
}

static void test_long_messages_are_cut(void **state)
{
	struct ygr_text_errors errors;
	char message[2000];
	size_t len;

	(void)state;
	memset(message, '\x01', sizeof(message));
	message[1999] = '\0';
	ygr_text_error_init(&errors);
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 1, 1, "%s", message);
	len = strlen(errors.item[0].message);
	assert_in_range(len, YGR_TEXT_MESSAGE_BYTES - 9, YGR_TEXT_MESSAGE_BYTES - 1);
	assert_string_equal(errors.item[0].message + len - 3, "...");
}

static void test_a_refusal_is_one_sentence_of_the_same_kind(void **state)
{
	char sentence[24];

	(void)state;
	assert_int_equal(ygr_text_error_refuse(sentence, sizeof(sentence), "no \"%s\"", "a\033b"), -EINVAL);
	assert_string_equal(sentence, "no \"a\\x1bb\"");
	assert_int_equal(ygr_text_error_refuse(sentence, sizeof(sentence), "%s", "twenty-four bytes are few"), -EINVAL);
	assert_string_equal(sentence, "twenty-four bytes...");
	assert_int_equal(ygr_text_error_refuse(sentence, 8, "%s", "all of it"), -EINVAL);
	assert_string_equal(sentence, "a...");
}

static void test_list_is_bounded_and_counts_the_rest(void **state)
{
	struct ygr_text_errors errors;
	unsigned int i;

	(void)state;
	ygr_text_error_init(&errors);
	for (i = 0; i < 50; i++)
		ygr_text_error_add(&errors, YGR_TEXT_ERROR, i, 1, "number %u", i);
	assert_int_equal(errors.nr, YGR_TEXT_ERRORS_MAX);
	assert_int_equal(errors.error_nr, 50);
	assert_string_equal(errors.item[YGR_TEXT_ERRORS_MAX - 1].message, "number 19");
}

static void test_print_sorts_by_place(void **state)
{
	struct ygr_text_errors errors;
	unsigned int i;
	size_t bytes;
	char *text;
	FILE *out;

	(void)state;
	ygr_text_error_init(&errors);
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 9, 1, "late");
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 2, 9, "second");
	ygr_text_error_add(&errors, YGR_TEXT_WARNING, 2, 3, "first");
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 2, 9, "third");
	out = open_memstream(&text, &bytes);
	ygr_text_error_print(out, "p", &errors);
	fclose(out);
	assert_string_equal(text, "p:2:3: warning: first\np:2:9: error: second\n"
				  "p:2:9: error: third\np:9:1: error: late\n");
	free(text);

	for (i = 0; i < 30; i++)
		ygr_text_error_add(&errors, YGR_TEXT_ERROR, 50, 1, "more");
	out = open_memstream(&text, &bytes);
	ygr_text_error_print(out, "p", &errors);
	fclose(out);
	assert_non_null(strstr(text, "p: 14 more not shown\n"));
	free(text);
}

static void test_print_names_other_files(void **state)
{
	struct ygr_text_errors errors;
	size_t bytes;
	char *text;
	FILE *out;

	(void)state;
	ygr_text_error_init(&errors);
	errors.source = 2;
	errors.file = "lists/c2.txt";
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 1, 1, "second file");
	errors.source = 1;
	errors.file = "a\tb.yaml";
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 7, 1, "first file");
	errors.source = 0;
	errors.file = NULL;
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 9, 1, "the file itself");
	out = open_memstream(&text, &bytes);
	ygr_text_error_print(out, "p", &errors);
	fclose(out);
	assert_string_equal(text, "p:9:1: error: the file itself\n"
				  "a\\x09b.yaml:7:1: error: first file\n"
				  "lists/c2.txt:1:1: error: second file\n");
	free(text);
}

static void test_errors_come_before_warnings(void **state)
{
	struct ygr_text_errors errors;
	unsigned int i, found = 0;

	(void)state;
	ygr_text_error_init(&errors);
	for (i = 0; i < YGR_TEXT_ERRORS_MAX; i++)
		ygr_text_error_add(&errors, i == 7 ? YGR_TEXT_ERROR : YGR_TEXT_WARNING, i, 1, "early");
	ygr_text_error_add(&errors, YGR_TEXT_WARNING, 50, 1, "late");
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 51, 1, "late");
	ygr_text_error_add(&errors, YGR_TEXT_ERROR, 52, 1, "late");
	assert_int_equal(errors.nr, YGR_TEXT_ERRORS_MAX);
	assert_int_equal(errors.error_nr, 3);
	assert_int_equal(errors.warning_nr, YGR_TEXT_ERRORS_MAX);
	for (i = 0; i < errors.nr; i++)
		if (errors.item[i].severity == YGR_TEXT_ERROR)
			found |= errors.item[i].line == 7 ? 1 : errors.item[i].line == 51 ? 2 : 4;
	assert_int_equal(found, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suggest_finds_the_word_meant),
		cmocka_unit_test(test_suggest_is_silent_when_nothing_is_near),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_control_bytes_are_shown_as_hex),
		cmocka_unit_test(test_long_messages_are_cut),
		cmocka_unit_test(test_a_refusal_is_one_sentence_of_the_same_kind),
		cmocka_unit_test(test_list_is_bounded_and_counts_the_rest),
		cmocka_unit_test(test_errors_come_before_warnings),
		cmocka_unit_test(test_print_sorts_by_place),
		cmocka_unit_test(test_print_names_other_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
