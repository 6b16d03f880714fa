// SPDX-License-Identifier: GPL-2.0-only
/*
 * One hand-made blob for each way of being wrong: the good one with one field
 * changed. -EBADMSG must come with the code and the offset of that field.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <yagura/ygr_policy.h>

#include "guest.h"

/* A policy that uses every section. */
struct blob {
	struct ygr_policy_header header;
	struct ygr_policy_section section[6];
	char strings[24];
	struct ygr_rule rule[2];
	struct ygr_path_item path;
	struct ygr_range_item uid;
	struct ygr_cidr_item cidr;
	struct ygr_range_item port;
};

#define SECTION(which, field, bytes, nr) \
	{ .kind = YGR_SECTION_ ## which, .off = offsetof(struct blob, field), \
	  .item_bytes = (bytes), .item_nr = (nr) }

/* strings: "" at 0, "pol" at 1, "rule" at 5, "/tmp/" at 10 */
static const struct blob good = {
	.header = {
		.magic = YGR_POLICY_MAGIC,
		.version = YGR_POLICY_VERSION,
		.header_bytes = sizeof(struct ygr_policy_header),
		.total_bytes = sizeof(struct blob),
		.section_nr = 6,
		.name_off = 1,
	},
	.section = {
		SECTION(STRINGS, strings, 1, 24),
		SECTION(RULES, rule, sizeof(struct ygr_rule), 2),
		SECTION(PATHS, path, sizeof(struct ygr_path_item), 1),
		SECTION(UIDS, uid, sizeof(struct ygr_range_item), 1),
		SECTION(CIDRS, cidr, sizeof(struct ygr_cidr_item), 1),
		SECTION(PORTS, port, sizeof(struct ygr_range_item), 1),
	},
	.strings = "\0pol\0rule\0/tmp/\0\0\0\0\0\0\0",
	.rule = {
		{ .on = YGR_ON_BIT(YGR_ON_OPEN_WRITE), .name_off = 5, .action = YGR_ACTION_DENY,
		  .match = { [YGR_DIM_PATH] = { 0, 1 }, [YGR_DIM_UID] = { 0, 1 } } },
		{ .on = YGR_ON_BIT(YGR_ON_CONNECT), .name_off = 5, .action = YGR_ACTION_DENY,
		  .match = { [YGR_DIM_CIDR] = { 0, 1 } }, .except = { [YGR_DIM_PORT] = { 0, 1 } } },
	},
	.path = { .str_off = 10, .len = 5, .kind = YGR_PATH_PREFIX },
	.uid = { 1000, 1999 },
	.cidr = { .family = AF_INET, .prefix_len = 8, .addr = { 10 } },
	.port = { 80, 443 },
};

static int load(const struct guest *guest, const struct blob *blob, uint64_t bytes,
		struct ygr_policy_load *load)
{
	*load = (struct ygr_policy_load){
		.blob = (uintptr_t)blob,
		.blob_bytes = bytes,
		.expect_generation = YGR_GENERATION_ANY,
	};
	return ioctl(guest->fd, YGR_IOC_POLICY_LOAD, load) ? errno : 0;
}

static uint64_t generation_of(const struct guest *guest)
{
	struct ygr_info info;

	assert_int_equal(ioctl(guest->fd, YGR_IOC_GET_INFO, &info), 0);
	return info.generation;
}

struct mistake {
	uint32_t code;
	uint32_t offset;	/* told */
	uint32_t at;		/* where the bytes below go */
	uint32_t bytes_nr;
	uint64_t value;		/* little-endian */
};

#define FIELD_BYTES(field)	sizeof(((struct blob *)0)->field)

/* The mistake is told where it is made... */
#define WRONG(error, field, wrong) \
	{ YGR_POLICY_E_ ## error, offsetof(struct blob, field), offsetof(struct blob, field), \
	  FIELD_BYTES(field), (wrong) }
/* ...or where the thing starts that it spoils. */
#define WRONG_IN(error, told, field, wrong) \
	{ YGR_POLICY_E_ ## error, offsetof(struct blob, told), offsetof(struct blob, field), \
	  FIELD_BYTES(field), (wrong) }

static const struct mistake mistakes[] = {
	WRONG(SHORT, header.total_bytes, sizeof(struct blob) - 8),
	WRONG(SHORT, header.total_bytes, sizeof(struct blob) + 8),
	WRONG(SHORT, header.total_bytes, 0),
	WRONG(MAGIC, header.magic, 0),
	WRONG(MAGIC, header.magic, 0x59475250),
	WRONG(VERSION, header.version, 0),
	WRONG(VERSION, header.version, YGR_POLICY_VERSION + 1),
	WRONG(HEADER, header.header_bytes, sizeof(struct ygr_policy_header) + 8),
	WRONG(HEADER, header.flags, 1),
	WRONG(SECTION, header.section_nr, YGR_SECTION_KIND_NR),
	WRONG(SECTION, header.section_nr, ~0u),
	WRONG(SECTION, section[0].kind, 0),
	WRONG(SECTION, section[5].kind, YGR_SECTION_KIND_NR),
	WRONG(SECTION, section[1].kind, YGR_SECTION_STRINGS),		/* repeated */
	WRONG(SECTION, section[3].kind, YGR_SECTION_RULES),		/* out of order */
	WRONG(SECTION, section[2].flags, 1),
	WRONG_IN(SECTION, section[2].flags, section[2].pad, 1),
	WRONG(SECTION, section[1].off, offsetof(struct blob, rule) + 8),	/* a hole */
	WRONG(SECTION, section[1].off, offsetof(struct blob, strings)),	/* overlap */
	WRONG(SECTION, section[1].off, ~7u),
	WRONG_IN(SECTION, section[5].off, section[5].item_nr, 2),	/* past the end */
	WRONG(ITEM_BYTES, section[1].item_bytes, sizeof(struct ygr_rule) + 8),
	WRONG(ITEM_BYTES, section[0].item_bytes, 0),
	WRONG_IN(ITEM_BYTES, section[4].item_bytes, section[4].item_nr, 0),
	WRONG(TOO_MANY, section[1].item_nr, YGR_POLICY_RULES_MAX + 1),
	WRONG(TOO_MANY, section[2].item_nr, YGR_POLICY_ITEMS_MAX + 1),
	WRONG(TOO_MANY, section[0].item_nr, ~0u),
	WRONG(STRING, strings[0], 'x'),
	WRONG(STRING, strings[23], 'x'),
	WRONG(STRING, header.name_off, 24),
	WRONG(STRING, rule[0].name_off, ~0u),
	WRONG(STRING, path.str_off, 24),
	WRONG_IN(STRING, path.str_off, path.len, 14),
	WRONG(RULE_NAME, header.name_off, 0),
	WRONG(RULE_NAME, rule[1].name_off, 4),
	WRONG_IN(RULE_NAME, header.name_off, strings[1], 0x7f),
	WRONG_IN(RULE_NAME, rule[0].name_off, strings[6], ' '),
	WRONG(RULE_ON, rule[0].on, 0),
	WRONG(RULE_ON, rule[0].on, YGR_ON_BIT(YGR_ON_NR)),
	WRONG(RULE_ON, rule[0].on, YGR_ON_BIT(YGR_ON_CONNECT)),		/* has no path */
	WRONG(RULE_ON, rule[1].on, YGR_ON_BIT(YGR_ON_OPEN_WRITE)),	/* has no address */
	WRONG(RULE_ACTION, rule[0].action, YGR_ACTION_NR),
	WRONG_IN(RULE_ACTION, rule[1].action, rule[1].on, YGR_ON_BIT(YGR_ON_FORK)),
	WRONG(RULE_MODE, rule[0].mode, YGR_MODE_NR),
	WRONG(RULE_FLAGS, rule[1].flags, 1),
	WRONG(SPAN, rule[0].match[YGR_DIM_PATH].first, 1),
	WRONG_IN(SPAN, rule[0].match[YGR_DIM_PATH].first, rule[0].match[YGR_DIM_PATH].nr, 2),
	WRONG_IN(SPAN, rule[0].match[YGR_DIM_UID].first, rule[0].match[YGR_DIM_UID].nr, ~0u),
	WRONG(SPAN, rule[0].except[YGR_DIM_UID].first, 1),		/* of nothing */
	WRONG(SPAN, rule[1].except[YGR_DIM_PORT].first, ~0u),
	WRONG_IN(PATH, path, path.len, 0),
	WRONG_IN(PATH, path, path.len, 4),				/* no NUL there */
	WRONG_IN(PATH, path, path.pad, 1),
	WRONG(PATH, path.kind, 0),
	WRONG(PATH, path.kind, YGR_PATH_KIND_NR),
	WRONG_IN(PATH, path, path.kind, YGR_PATH_EXACT),		/* but ends in '/' */
	WRONG_IN(PATH, path, strings[10], 't'),				/* not absolute */
	WRONG_IN(PATH, path, strings[11], '/'),				/* "//" */
	WRONG_IN(PATH, path, strings[14], 'x'),				/* prefix without '/' */
	WRONG_IN(PATH, path, strings[12], 0),
	WRONG_IN(UID, uid, uid.low, 2000),
	WRONG_IN(UID, uid, uid.high, 999),
	WRONG(CIDR, cidr.family, AF_UNIX),
	WRONG_IN(CIDR, cidr, cidr.prefix_len, 33),
	WRONG_IN(CIDR, cidr, cidr.prefix_len, 6),			/* host bits: 10 is 00001010 */
	WRONG_IN(CIDR, cidr, cidr.addr[1], 1),
	WRONG_IN(CIDR, cidr, cidr.addr[15], 1),
	WRONG_IN(CIDR, cidr, cidr.pad[4], 1),
	WRONG_IN(PORT, port, port.low, 444),
	WRONG_IN(PORT, port, port.high, 65536),
};

static void the_good_one_is_good(void **state)
{
	const struct guest *guest = *state;
	uint64_t generation = generation_of(guest);
	struct ygr_policy_load out;

	assert_int_equal(load(guest, &good, sizeof(good), &out), 0);
	assert_int_equal(out.generation, generation + 1);
	assert_int_equal(out.error_code, YGR_POLICY_OK);
}

static void each_mistake_has_its_code_and_place(void **state)
{
	const struct guest *guest = *state;
	uint64_t generation = generation_of(guest);
	uint32_t codes = 0;

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		const struct mistake *mistake = &mistakes[i];
		struct ygr_policy_load out;
		struct blob bad = good;
		int error;

		memcpy((uint8_t *)&bad + mistake->at, &mistake->value, mistake->bytes_nr);
		error = load(guest, &bad, sizeof(bad), &out);
		if (error != EBADMSG || out.error_code != mistake->code ||
		    out.error_offset != mistake->offset)
			fail_msg("mistake %zu (%#llx at %u): errno %d, code %u at %u, not code %u at %u",
				 i, (unsigned long long)mistake->value, mistake->at, error,
				 out.error_code, out.error_offset, mistake->code, mistake->offset);
		codes |= 1u << mistake->code;
	}
	/* No code without a blob that provokes it. */
	assert_int_equal(codes, (2u << YGR_POLICY_E_TOO_MANY) - 2);
	assert_int_equal(generation_of(guest), generation);
}

static void cut_short(void **state)
{
	const struct guest *guest = *state;
	struct ygr_policy_load out;

	for (uint64_t bytes = 1; bytes < sizeof(good); bytes++) {
		uint32_t offset = bytes < sizeof(good.header) ?
				  bytes : offsetof(struct blob, header.total_bytes);

		assert_int_equal(load(guest, &good, bytes, &out), EBADMSG);
		assert_int_equal(out.error_code, YGR_POLICY_E_SHORT);
		assert_int_equal(out.error_offset, offset);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_good_one_is_good),
		cmocka_unit_test(each_mistake_has_its_code_and_place),
		cmocka_unit_test(cut_short),
	};

	return cmocka_run_group_tests_name("refused", tests, guest_setup, guest_teardown);
}
