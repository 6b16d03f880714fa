// SPDX-License-Identifier: GPL-2.0-only
/* Text -> blob as the kernel reads it, and blob -> text -> the same blob. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "match.h"
#include "policy_print.h"
#include "policy_says.h"
#include "policy_verify.h"

/* Every byte of a small policy: the format is a contract with running kernels. */
static void test_bytes(void **state)
{
	static const char wanted[] =
		/* header: magic, version, header_bytes; total_bytes, section_nr; flags, name_off */
		"YGRP\2\0\70\0" "\150\1\0\0\6\0\0\0" "\1\0\0\0\1\0\0\0"
		/* serial; digest_bytes_max; breaker_nr, breaker_s; daemon_timeout_s, pad */
		"\7\0\0\0\0\0\0\0" "\0\0\0\2\0\0\0\0" "\350\3\0\0\12\0\0\0" "\54\1\0\0\0\0\0\0"
		/* kind, flags; off, item_bytes; item_nr, pad: strings, 24 of 1 at 200 */
		"\1\0\0\0\0\0\0\0" "\310\0\0\0\1\0\0\0" "\30\0\0\0\0\0\0\0"
		/* rules, 1 of 56 at 224 */
		"\2\0\0\0\0\0\0\0" "\340\0\0\0\70\0\0\0" "\1\0\0\0\0\0\0\0"
		/* clauses, 1 of 8 at 280 */
		"\3\0\0\0\0\0\0\0" "\30\1\0\0\10\0\0\0" "\1\0\0\0\0\0\0\0"
		/* tests, 2 of 24 at 288 */
		"\4\0\0\0\0\0\0\0" "\40\1\0\0\30\0\0\0" "\2\0\0\0\0\0\0\0"
		/* texts, 2 of 8 at 336 */
		"\5\0\0\0\0\0\0\0" "\120\1\0\0\10\0\0\0" "\2\0\0\0\0\0\0\0"
		/* labels, 1 of 8 at 352 */
		"\12\0\0\0\0\0\0\0" "\140\1\0\0\10\0\0\0" "\1\0\0\0\0\0\0\0"
		/* strings */
		"\0p\0L\0low" "\t\t\thi\0rr" "\0/a\0/b/\0"
		/* on; labels; expires_s; name_off, alert_off */
		"\1\0\0\0\0\0\0\0" "\1\0\0\0\0\0\0\0" "\200\103\155\70\0\0\0\0" "\16\0\0\0\5\0\0\0"
		/* clause_first, clause_nr; action, mode, flags, error; breaker_nr, breaker_s */
		"\0\0\0\0\1\0\0\0" "\3\1\1\0\15\0\0\0" "\24\0\0\0\74\0\0\0"
		/* test_first, test_nr */
		"\0\0\0\0\2\0\0\0"
		/* field, negate, pad, first; nr, pad2; bits */
		"\0\0\0\0\0\0\0\0" "\2\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0"
		"\27\1\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0" "\1\0\0\0\0\0\0\0"
		/* str_off, len, kind, pad */
		"\21\0\0\0\2\0\1\0" "\24\0\0\0\3\0\2\0"
		/* name_off, pad */
		"\3\0\0\0\0\0\0\0";
	struct ygr_policy_compiled compiled;

	(void)state;
	policy_says_compile("version: 1\nname: p\nserial: 7\n"
			    "options: { digest: true, digest-max: 32M, breaker: 1000/10s, daemon-timeout: 5m }\n"
			    "rules:\n"
			    "  - { name: rr, on: exec, do: kill, mode: monitor, errno: EACCES, set: L, breaker: 20/1m,\n"
			    "      severity: low, message: hi, expires: 2000-01-01,\n"
			    "      where: { path: [/a, \"/b/**\"], not: { label: L } } }\n", &compiled);
	assert_int_equal(sizeof(wanted) - 1, 360);
	assert_int_equal(compiled.bytes, 360);
	assert_memory_equal(compiled.blob, wanted, 360);
	ygr_policy_compile_exit(&compiled);
}

static void test_print_of_nothing(void **state)
{
	(void)state;
	policy_says_printed("version: 1\nname: none\nrules: []\n",
			    "version: 1\nname: none\nrules: []\n");
}

static void test_print(void **state)
{
	(void)state;
	policy_says_printed("version: 1\nname: web\nmode: monitor\nrules:\n"
		    "  - name: a\n    on: file\n    do: deny\n"
		    "    where: { uid: [www-data, 1000-1999], path: /x, not: { path: [\"/x/y z\", \"/tmp/**\"] } }\n",
		    "version: 1\nname: web\nrules:\n"
		    "  - name: a\n"
		    "    on: [open-write, create, unlink, rename, mmap-exec, link, chmod, chown, setxattr, truncate, "
		    "mkdir, rmdir, symlink, removexattr, chattr]\n"
		    "    where:\n"
		    "      path: [\"/x\"]\n"
		    "      uid: [33, 1000-1999]\n"
		    "      not:\n"
		    "        path: [\"/x/y z\", \"/tmp/**\"]\n"
		    "    do: deny\n"
		    "    mode: monitor\n");
	policy_says_printed("version: 1\nname: net\nrules:\n"
		    "  - { name: b, on: [accept, connect], do: record, where: { not: { cidr: [\"::/0\", 10.0.0.0/8, 1.2.3.4], port: [1, 5-6] } } }\n",
		    "version: 1\nname: net\nrules:\n"
		    "  - name: b\n"
		    "    on: [connect, accept]\n"
		    "    where:\n"
		    "      not:\n"
		    "        cidr: [\"::/0\", \"10.0.0.0/8\", \"1.2.3.4/32\"]\n"
		    "        port: [1, 5-6]\n"
		    "    do: record\n");
}

static void test_groups_are_spelt_out(void **state)
{
	static const struct {
		const char *word;
		const char *events;
	} groups[] = {
		{ "open", "open-read, open-write" },
		{ "change", "open-write, create, unlink, rename, link, chmod, chown, setxattr, truncate, "
		  "mkdir, rmdir, symlink, removexattr, chattr" },
		{ "file", "open-write, create, unlink, rename, mmap-exec, link, chmod, chown, setxattr, truncate, "
		  "mkdir, rmdir, symlink, removexattr, chattr" },
		{ "socket", "socket-create, bind, listen, connect, accept" },
		{ "[socket, connect, send]", "socket-create, bind, listen, connect, accept, send" },
		{ "all", "exec, fork, exit, open-read, open-write, create, unlink, rename, mmap-exec, "
			 "socket-create, bind, listen, connect, accept, link, chmod, chown, setxattr, truncate, send, "
			 "mkdir, rmdir, symlink, removexattr, chattr, exec-memory, memfd, socket-close, dns, stream, close-write, "
			 "setuid, setgid, capset, module-load, module-unload, kexec, bpf, mount, umount, "
			 "move-mount, pivot-root, ptrace, ptrace-read, vm-write, signal, settime, unshare, "
			 "setns, keyctl, prctl, personality, seccomp" },
		{ "privilege", "setuid, setgid, capset, module-load, kexec, bpf, mount, umount, "
			       "move-mount, pivot-root, ptrace, vm-write, signal, settime, unshare, "
			       "setns, keyctl, prctl, personality, seccomp" },
	};
	char text[200], wanted[1000];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		sprintf(text, "version: 1\nname: t\nrules:\n  - { name: a, on: %s, do: record }\n", groups[i].word);
		sprintf(wanted, "version: 1\nname: t\nrules:\n  - name: a\n    on: [%s]\n    do: record\n",
			groups[i].events);
		policy_says_printed(text, wanted);
	}
}

static void test_print_of_alternatives(void **state)
{
	(void)state;
	policy_says_printed("version: 1\nname: t\nrules:\n"
		    "  - name: a\n    on: exec\n    do: deny\n"
		    "    where: { any: [ { uid: 5, not: { gid: 4 } }, { not: { uid: 7 } },\n"
		    "      { all: [ { path: \"/a/**\" }, { path: \"*.sh\" }, { not: { path: /a/b } }, { not: { path: /a/c } } ] } ] }\n",
		    "version: 1\nname: t\nrules:\n"
		    "  - name: a\n"
		    "    on: [exec]\n"
		    "    where:\n"
		    "      any:\n"
		    "        - uid: [5]\n"
		    "          not:\n"
		    "            gid: [4]\n"
		    "        - not:\n"
		    "            uid: [7]\n"
		    "        - path: [\"/a/**\"]\n"
		    "          not:\n"
		    "            path: [\"/a/b\"]\n"
		    "          all:\n"
		    "            - path: [\"*.sh\"]\n"
		    "            - not:\n"
		    "                path: [\"/a/c\"]\n"
		    "    do: deny\n");
}

static void test_print_of_noise(void **state)
{
	(void)state;
	policy_says_printed("version: 1\nname: t\nrules: []\noptions: { coalesce: off }\n",
			    "version: 1\nname: t\noptions:\n  coalesce: off\nrules: []\n");
	policy_says_printed("version: 1\nname: t\nrules: []\noptions: { coalesce: 1m, cgroup-budget: 7 }\n",
			    "version: 1\nname: t\noptions:\n  coalesce: 1m\n  cgroup-budget: 7\nrules: []\n");
	policy_says_printed("version: 1\nname: t\nrules: []\noptions: { coalesce-not: [send, mmap-exec] }\n",
			    "version: 1\nname: t\noptions:\n  coalesce-not: [mmap-exec, send]\nrules: []\n");
}

/* Everything that a policy may say, as it is told again. */
static void test_print_of_everything(void **state)
{
	static const char all[] =
		"version: 1\nname: all\nserial: 12\noptions:\n  digest: true\n  digest-max: 1G\n"
		"  protect: false\n  daemon-timeout: 90s\n  breaker: 5/2m\n  coalesce: 1500ms\n"
		"  coalesce-not: [open-write, connect]\n  process-budget: 5000\n  cgroup-budget: off\nlabels: [one, \"2\"]\nrules:\n"
		"  - name: a\n    on: [exec]\n    where:\n"
		"      path: [\"/a\", \"/b/**\", \"*.sh\", \"**/x\", \"/a/*/b\"]\n"
		"      file-id: [\"8:1:12345\"]\n"
		"      sha256: [\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"]\n"
		"      verity: [\"00b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"]\n"
		"      owner: [0]\n"
		"      file: [setuid, memfd]\n"
		"      argv: [\"--flag\", \"$$x\"]\n"
		"      uid: [0]\n      gid: [4]\n      loginuid: [5, unset]\n"
		"      exe: [\"/bin/sh\"]\n      parent: [\"/bin/**\"]\n      ancestor: [\"*sh\"]\n"
		"      cgroup: [\"/system.slice/*\"]\n      cgroup-id: [7]\n"
		"      process: [io-uring, container]\n"
		"      label: [one, \"2\"]\n"
		"    do: kill\n    mode: monitor\n    errno: ENOENT\n    set: [\"2\"]\n"
		"    severity: critical\n    attack: [\"T1059.004\", \"TA0002\"]\n    tags: [\"a\", \"b:c\"]\n"
		"    message: \"what \\\"it\\\" is: # no comment\"\n"
		"    breaker: 20/1m\n    expires: \"2030-12-31T23:59:59Z\"\n"
		"  - name: b\n    on: [connect]\n    where:\n"
		"      unix: [\"@x\", \"/run/*\"]\n      family: [unix, 77]\n      type: [stream]\n"
		"      protocol: [0-1, tcp]\n"
		"    do: deny\n    errno: ECONNREFUSED\n    message: \"m\"\n"
		"  - name: c\n    on: [setxattr]\n    where:\n"
		"      xattr: [\"user.*\", \"security.capability\"]\n"
		"    do: label\n    set: [one]\n"
		"  - name: d\n    on: [fork, exit]\n    do: ignore\n";

	(void)state;
	policy_says_printed(all, all);
}

static void test_long_lists_are_broken(void **state)
{
	(void)state;
	policy_says_printed("version: 1\nname: t\nrules:\n  - name: a\n    on: [exec]\n    do: deny\n    where:\n      path:\n"
		    "        - /usr/lib/0123456789/0123456789/0123456789\n        - /usr/lib/0123456789/0123456789/012345678\n"
		    "        - /usr/lib/0123456789/0123456789/01234567\n",
		    "version: 1\nname: t\nrules:\n  - name: a\n    on: [exec]\n    where:\n"
		    "      path: [\"/usr/lib/0123456789/0123456789/0123456789\",\n"
		    "        \"/usr/lib/0123456789/0123456789/012345678\", \"/usr/lib/0123456789/0123456789/01234567\"]\n"
		    "    do: deny\n");
}

static void test_names_that_yaml_could_misread(void **state)
{
	(void)state;
	policy_says_printed("version: 1\nname: \"-\"\nrules:\n  - { name: \"7\", on: exit, do: ignore }\n",
		    "version: 1\nname: \"-\"\nrules:\n  - name: \"7\"\n    on: [exit]\n    do: ignore\n");
	free(policy_says_print("version: 1\nname: \"...\"\nrules:\n  - { name: \"---\", on: exit, do: ignore }\n"));
	policy_says_printed("version: 1\nname: \"null\"\nrules:\n  - { name: \"True\", on: exit, do: ignore, set: \"n\" }\n",
		    "version: 1\nname: \"null\"\nlabels: [\"n\"]\nrules:\n"
		    "  - name: \"True\"\n    on: [exit]\n    do: ignore\n    set: [\"n\"]\n");
}

static void test_odd_paths(void **state)
{
	char *printed;

	(void)state;
	printed = policy_says_print("version: 1\nname: odd\nrules:\n"
			     "  - name: r\n    on: exec\n    do: deny\n    where:\n      path:\n"
			     "        - \"/with \\\"quotes\\\" and \\\\\\\\\"\n"
			     "        - \"/\\\\* is no star, \\\\? no question\"\n"
			     "        - \"/line\\nbreak\\t\"\n"
			     "        - \"/\\e[31m\\x7f\\x85\\xa0\\u2028\\u202e\\ufeff\"\n"
			     "        - \"/gr\xc3\xbc\xc3\x9f""e/\xf0\x9f\x98\x80\"\n"
			     "        - \"/U+10FFFF \\U0010ffff \\ufffe\"\n"
			     "        - \"/# no comment: [a, b] {c} & ' x\"\n"
			     "        - \"/ leading and trailing \"\n");
	assert_non_null(strstr(printed, "\"/with \\\"quotes\\\" and \\\\\\\\\""));
	assert_non_null(strstr(printed, "\"/\\\\* is no star, \\\\? no question\""));
	assert_non_null(strstr(printed, "\"/line\\u000abreak\\u0009\""));
	assert_non_null(strstr(printed, "\"/\\u001b[31m\\u007f\\u0085\xc2\xa0\\u2028\\u202e\\ufeff\""));
	assert_non_null(strstr(printed, "\"/gr\xc3\xbc\xc3\x9f""e/\xf0\x9f\x98\x80\""));
	free(printed);
}

/* A blob that another program made may hold what the language cannot say. */
static void check_foreign(char from, const char *at, char to)
{
	struct ygr_policy_compiled compiled;
	struct ygr_policy_image image;
	struct ygr_policy_error error;
	char *place, *printed;
	size_t bytes;
	FILE *out;

	policy_says_compile("version: 1\nname: net\nrules:\n"
			    "  - { name: rule, on: exec, do: deny, where: { path: /path, argv: args } }\n", &compiled);
	place = memmem(compiled.blob, compiled.bytes, at, strlen(at));
	assert_non_null(place);
	assert_int_equal(*place, from);
	*place = to;
	assert_int_equal(ygr_policy_verify(compiled.blob, compiled.bytes, &image, &error), 0);
	out = open_memstream(&printed, &bytes);
	assert_int_equal(ygr_policy_print(out, &image), -EILSEQ);
	fclose(out);
	free(printed);
	ygr_policy_compile_exit(&compiled);
}

static void test_foreign_blobs_are_printed_with_a_warning(void **state)
{
	(void)state;
	check_foreign('p', "path", '\xff');
	check_foreign('r', "rule", '#');
	check_foreign('n', "net", 'N');
	check_foreign('a', "args", '\xff');
}

static struct ygr_decision judge_exec(const struct ygr_policy_compiled *compiled, const char *path,
				      uint32_t euid)
{
	const struct ygr_match_event event = {
		.on = YGR_ON_EXEC,
		.euid = euid,
		.path_nr = 1,
		.paths = { { .bytes = path, .len = strlen(path) } },
	};

	return ygr_match(&compiled->index, &event);
}

/* Text means what docs/POLICY.md says, as judged by the code the kernel runs. */
static void test_meaning(void **state)
{
	struct ygr_policy_compiled compiled;
	struct ygr_decision decision;

	(void)state;
	policy_says_compile("version: 1\nname: m\nrules:\n"
		"  - { name: keep, on: exec, do: allow, where: { path: /tmp/good } }\n"
		"  - { name: tmp, on: exec, do: deny, where: { path: \"/tmp/**\", not: { uid: 0 } } }\n"
		"  - { name: rest, on: exec, do: ignore, where: { uid: 1000-1999 } }\n"
		"  - { name: shell, on: exec, do: record, where: { any: [ { path: \"*.sh\" }, { path: \"/opt/*/bin\", uid: 7 } ] } }\n",
		&compiled);
	decision = judge_exec(&compiled, "/tmp/good", 33);
	assert_int_equal(decision.rule_id, 1);
	assert_int_equal(decision.action, YGR_ACTION_ALLOW);
	decision = judge_exec(&compiled, "/tmp/bad", 33);
	assert_int_equal(decision.rule_id, 2);
	assert_int_equal(decision.action, YGR_ACTION_DENY);
	assert_int_equal(judge_exec(&compiled, "/tmp/a/b", 33).rule_id, 2);
	assert_int_equal(judge_exec(&compiled, "/tmp/bad", 0).rule_id, 0);
	assert_int_equal(judge_exec(&compiled, "/tmp", 33).rule_id, 0);
	assert_int_equal(judge_exec(&compiled, "/tmpfile", 33).rule_id, 0);
	assert_int_equal(judge_exec(&compiled, "/bin/sh", 1000).rule_id, 3);
	assert_int_equal(judge_exec(&compiled, "/bin/sh", 1999).rule_id, 3);
	assert_int_equal(judge_exec(&compiled, "/bin/sh", 2000).rule_id, 0);
	assert_int_equal(judge_exec(&compiled, "/x/y.sh", 2000).rule_id, 4);
	assert_int_equal(judge_exec(&compiled, "/opt/x/bin", 7).rule_id, 4);
	assert_int_equal(judge_exec(&compiled, "/opt/x/bin", 8).rule_id, 0);
	assert_int_equal(judge_exec(&compiled, "/opt/x/y/bin", 7).rule_id, 0);
	ygr_policy_compile_exit(&compiled);
}

static __u32 judge_connect(const struct ygr_policy_compiled *compiled, const char *addr, uint16_t port)
{
	uint8_t bytes[16];
	const struct ygr_match_event event = {
		.on = YGR_ON_CONNECT,
		.family = strchr(addr, ':') ? AF_INET6 : AF_INET,
		.addr_family = strchr(addr, ':') ? AF_INET6 : AF_INET,
		.port = port,
		.addr = bytes,
	};

	assert_int_equal(inet_pton(event.family, addr, bytes), 1);
	return ygr_match(&compiled->index, &event).rule_id;
}

static void test_meaning_of_addresses(void **state)
{
	struct ygr_policy_compiled compiled;

	(void)state;
	policy_says_compile("version: 1\nname: m\nrules:\n"
		"  - { name: a, on: connect, do: deny, where: { cidr: [203.0.113.0/25, \"2001:db8::/33\"], port: [22, 80-90] } }\n"
		"  - { name: b, on: connect, do: deny, where: { not: { cidr: [10.0.0.0/8, \"::/0\"] } } }\n"
		"  - { name: c, on: connect, do: deny, where: { port: 443, not: { cidr: 10.1.0.0/16 } } }\n",
		&compiled);
	assert_int_equal(judge_connect(&compiled, "203.0.113.127", 22), 1);
	assert_int_equal(judge_connect(&compiled, "203.0.113.128", 22), 2);
	assert_int_equal(judge_connect(&compiled, "203.0.113.1", 90), 1);
	assert_int_equal(judge_connect(&compiled, "203.0.113.1", 91), 2);
	assert_int_equal(judge_connect(&compiled, "2001:db8:7fff::1", 80), 1);
	assert_int_equal(judge_connect(&compiled, "2001:db8:8000::1", 80), 0);
	assert_int_equal(judge_connect(&compiled, "10.2.0.1", 443), 3);
	assert_int_equal(judge_connect(&compiled, "10.1.0.1", 443), 0);
	ygr_policy_compile_exit(&compiled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_print_of_nothing),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_groups_are_spelt_out),
		cmocka_unit_test(test_print_of_alternatives),
		cmocka_unit_test(test_print_of_noise),
		cmocka_unit_test(test_print_of_everything),
		cmocka_unit_test(test_long_lists_are_broken),
		cmocka_unit_test(test_names_that_yaml_could_misread),
		cmocka_unit_test(test_odd_paths),
		cmocka_unit_test(test_foreign_blobs_are_printed_with_a_warning),
		cmocka_unit_test(test_meaning),
		cmocka_unit_test(test_meaning_of_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
