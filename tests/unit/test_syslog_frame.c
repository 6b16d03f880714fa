// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "json_event.h"
#include "syslog_frame.h"

#define TIME	"'time_ns':1709294647313999999"

static void check(unsigned int facility, const char *host, const char *json, const char *wanted)
{
	struct ygr_text_buffer out = { 0 };
	struct ygr_event_stream stream;
	msgpack_sbuffer packed;
	size_t len;

	msgpack_sbuffer_init(&packed);
	add_json_event(&packed, json);
	ygr_event_map_open(&stream, packed.data, packed.size);
	len = ygr_syslog_frame_put(&out, facility, host, ygr_event_map_next(&stream), "{}", 2);
	assert_int_equal(len, strlen(wanted));
	ygr_text_buffer_put_char(&out, '\0');
	assert_int_equal(strtoul(out.bytes, NULL, 10), len);
	assert_string_equal(strchr(out.bytes, ' ') + 1, wanted);
	ygr_text_buffer_exit(&out);
	ygr_event_map_close(&stream);
	msgpack_sbuffer_destroy(&packed);
}

static void test_frames(void **state)
{
	(void)state;
	check(10, "web-17", "{'type':'open'," TIME "}",
	      "<86>1 2024-03-01T12:04:07.313999Z web-17 yagura - open - {}");
	check(19, "h", "{'type':'exec_check','verdict':'deny'," TIME "}",
	      "<156>1 2024-03-01T12:04:07.313999Z h yagura - exec_check - {}");
	check(0, "h", "{'type':'open','verdict':'would_deny'," TIME "}",
	      "<5>1 2024-03-01T12:04:07.313999Z h yagura - open - {}");
}

/* A name may not pose as another field, or as another line. */
static void test_what_is_not_plain(void **state)
{
	char host[300], wanted[400];

	(void)state;
	check(10, "a b\nc", "{'type':'op en'," TIME "}",
	      "<86>1 2024-03-01T12:04:07.313999Z a?b?c yagura - op?en - {}");
	check(10, NULL, "{}", "<86>1 1970-01-01T00:00:00.000000Z - yagura - - - {}");
	memset(host, 'h', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	host[255] = '\0';
	snprintf(wanted, sizeof(wanted), "<86>1 1970-01-01T00:00:00.000000Z %s yagura - - - {}", host);
	host[255] = 'h';
	check(10, host, "{}", wanted);
	check(10, "", "{'type':'0123456789012345678901234567890123456789'}",
	      "<86>1 1970-01-01T00:00:00.000000Z - yagura - 01234567890123456789012345678901 - {}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_what_is_not_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
