// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: table DIR
 * The conformance suite as a C table, for where no policy can be compiled: each policy's
 * blob, each event as rules see it, and the rule that must decide.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cases.h"
#include "policy_event.h"
#include "policy_file.h"
#include "policy_reference.h"

static struct ygr_policy_file file;
static struct ygr_policy_event event;

static void put_string(const char *bytes, size_t len)
{
	putchar('"');
	for (size_t i = 0; i < len; i++) {
		if (isalnum((unsigned char)bytes[i]))
			putchar(bytes[i]);
		else
			printf("\\%03o", (unsigned char)bytes[i]);
	}
	putchar('"');
}

static void put_text(const char *member, const struct ygr_match_text *text)
{
	if (!text->bytes)
		return;
	printf("%s = { .bytes = ", member);
	put_string(text->bytes, text->len);
	printf(", .len = %u }, ", text->len);
}

static void put_bytes(const char *member, const __u8 *bytes, size_t nr)
{
	if (!bytes)
		return;
	printf("%s = (const __u8 *)", member);
	put_string((const char *)bytes, nr);
	fputs(", ", stdout);
}

static void put_event(const struct ygr_match_event *match)
{
	printf("\t\t.event = { .on = %d, .path_nr = %u, ", match->on, match->path_nr);
	put_text(".paths[0]", &match->paths[0]);
	put_text(".paths[1]", &match->paths[1]);
	printf(".has_file = %d, .dev_major = %u, .dev_minor = %u, .ino = %llu, .owner = %u, .file_attr = %lluull, ",
	       match->has_file, match->dev_major, match->dev_minor, (unsigned long long)match->ino,
	       match->owner, (unsigned long long)match->file_attr);
	put_bytes(".sha256", match->sha256, 32);
	put_bytes(".verity", match->verity, 32);
	put_text(".argv", &match->argv);
	put_text(".xattr", &match->xattr);
	printf(".family = %u, .socket_type = %u, .protocol = %u, .addr_family = %u, .port = %u, ",
	       match->family, match->socket_type, match->protocol, match->addr_family, match->port);
	put_bytes(".addr", match->addr, 16);
	put_text(".unix_name", &match->unix_name);
	printf(".euid = %uu, .egid = %uu, .loginuid = %uu, .cgroup_id = %lluull, ", match->euid,
	       match->egid, match->loginuid, (unsigned long long)match->cgroup_id);
	printf(".process_attr = %lluull, .labels = %lluull, .now_s = %lluull },\n",
	       (unsigned long long)match->process_attr, (unsigned long long)match->labels,
	       (unsigned long long)match->now_s);
}

/* As the case says, not as any matcher does. */
static unsigned int rule_id(const struct conformance_case *one)
{
	for (unsigned int i = 0; i < file.image.rule_nr; i++)
		if (!strcmp(file.image.strings + file.image.rules[i].name_off, one->rule))
			return i + 1;
	return 0;
}

static unsigned long long labels_set(void)
{
	const struct ygr_reference_event slow = {
		.match = &event.match, .exe = event.exe, .parent = event.parent,
		.cgroup = event.cgroup, .ancestors = event.ancestors,
		.ancestor_nr = event.ancestor_nr,
	};

	return ygr_policy_reference_match(&file.image, &slow, NULL, NULL).labels;
}

static void put_case(const struct conformance_case *one)
{
	char why[256], member[32];

	if (ygr_policy_event_parse(&event, one->word_nr, one->words, why, sizeof(why))) {
		fprintf(stderr, "%s:%u: %s\n", one->file, one->line, why);
		exit(1);
	}
	event.match.now_s = (__u64)time(NULL);
	ygr_policy_event_bind(&event, &file.index);
	fputs("\t{\n\t\t.what = ", stdout);
	put_string(one->text, strlen(one->text));
	printf(", .rule_id = %u, .labels = %lluull,\n", rule_id(one), labels_set());
	put_event(&event.match);
	fputs("\t\t", stdout);
	put_text(".exe", &event.exe);
	put_text(".parent", &event.parent);
	put_text(".cgroup", &event.cgroup);
	for (unsigned int i = 0; i < event.ancestor_nr; i++) {
		snprintf(member, sizeof(member), ".ancestors[%u]", i);
		put_text(member, &event.ancestors[i]);
	}
	fputs("\n\t},\n", stdout);
}

static void put_policy(unsigned int number, const struct conformance_case *one)
{
	const unsigned char *blob;

	if (ygr_policy_file_parse(&file, one->file, one->policy, strlen(one->policy), false))
		exit(1);
	blob = file.blob;
	printf("static const __u8 blob_%u[] __attribute__((aligned(8))) = {", number);
	for (size_t i = 0; i < file.bytes; i++)
		printf("%s%u,", i % 24 ? "" : "\n\t", blob[i]);
	printf("\n};\n\nstatic const struct match_case cases_%u[] = {\n", number);
}

static void put_all(const struct conformance_cases *cases)
{
	unsigned int number = 0;

	for (size_t i = 0; i < cases->nr; i++) {
		const struct conformance_case *one = &cases->list[i];

		if (!i || one->policy != one[-1].policy)
			put_policy(number, one);
		put_case(one);
		if (i + 1 < cases->nr && one->policy == one[1].policy)
			continue;
		printf("};\n\n");
		ygr_policy_file_close(&file);
		number++;
	}
	puts("static const struct {\n\tconst __u8 *blob;\n\tsize_t bytes;\n\tconst struct match_case *cases;\n\t__u32 case_nr;\n} conformance[] = {");
	for (unsigned int i = 0; i < number; i++)
		printf("\t{ blob_%u, sizeof(blob_%u), cases_%u, sizeof(cases_%u) / sizeof(cases_%u[0]) },\n",
		       i, i, i, i, i);
	puts("};");
}

int main(int argc, char **argv)
{
	struct conformance_cases cases;

	if (argc != 2) {
		fputs("usage: table DIR\n", stderr);
		return 2;
	}
	conformance_cases_read(&cases, argv[1]);
	put_all(&cases);
	return 0;
}
