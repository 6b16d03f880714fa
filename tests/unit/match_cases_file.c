// SPDX-License-Identifier: GPL-2.0-only
#include "match_cases.h"

static void draw_paths(struct draft *draft)
{
	draft_rule(draft, ON(OPEN_WRITE), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_EXACT, "/etc/shadow");
	draft_text(draft, YGR_TEXT_EXACT, "/etc/a-name-of-more-than-sixteen-bytes");
	draft_rule(draft, ON(OPEN_WRITE), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_PREFIX, "/tmp/");
	draft_text(draft, YGR_TEXT_PREFIX, "/var/lib/containers/");
	draft_rule(draft, ON(OPEN_WRITE), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_SUFFIX, ".sh");
	draft_text(draft, YGR_TEXT_SUFFIX, "/passwd");
	draft_text(draft, YGR_TEXT_SUFFIX, ".properties");
	draft_rule(draft, ON(OPEN_WRITE), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_GLOB, "/home/*/.ssh/**");
	draft_text(draft, YGR_TEXT_GLOB, "/**/*.so.?");
	draft_text(draft, YGR_TEXT_GLOB, "/*/[x]");
	draft_rule(draft, ON(OPEN_WRITE), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_EXACT, "/");
}

#define WRITTEN(path)	.event = { .on = YGR_ON_OPEN_WRITE, ONE_PATH(path) }

static const struct match_case paths_cases[] = {
	{ "exact", 1, 0, WRITTEN("/etc/shadow") },
	{ "exact and more", 0, 0, WRITTEN("/etc/shadow-") },
	{ "exact cut", 0, 0, WRITTEN("/etc/shado") },
	{ "exact as a directory", 0, 0, WRITTEN("/etc/shadow/x") },
	{ "exact elsewhere", 0, 0, WRITTEN("/x/etc/shadow") },
	{ "exact, another letter", 0, 0, WRITTEN("/etc/Shadow") },
	{ "exact, long", 1, 0, WRITTEN("/etc/a-name-of-more-than-sixteen-bytes") },
	{ "exact, long, last byte", 0, 0, WRITTEN("/etc/a-name-of-more-than-sixteen-bytez") },
	{ "exact, long, first word", 0, 0, WRITTEN("/etd/a-name-of-more-than-sixteen-bytes") },
	{ "exact, long, and more", 0, 0, WRITTEN("/etc/a-name-of-more-than-sixteen-bytes.") },
	{ "prefix", 2, 0, WRITTEN("/tmp/x") },
	{ "far below a prefix", 2, 0, WRITTEN("/tmp/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t") },
	{ "the prefix itself", 0, 0, WRITTEN("/tmp") },
	{ "the prefix and its slash", 0, 0, WRITTEN("/tmp/") },
	{ "a longer name beside a prefix", 0, 0, WRITTEN("/tmpx/y") },
	{ "the prefix elsewhere", 0, 0, WRITTEN("/var/tmp/x") },
	{ "a prefix of more than two words", 2, 0, WRITTEN("/var/lib/containers/x") },
	{ "a prefix cut", 0, 0, WRITTEN("/var/lib/container/x") },
	{ "a prefix's parent", 0, 0, WRITTEN("/var/lib/x") },
	{ "suffix", 3, 0, WRITTEN("/opt/x.sh") },
	{ "suffix, all of the name", 3, 0, WRITTEN("/opt/.sh") },
	{ "suffix, below the root", 3, 0, WRITTEN("/x.sh") },
	{ "suffix and more", 0, 0, WRITTEN("/opt/x.shx") },
	{ "suffix of a directory", 0, 0, WRITTEN("/opt/x.sh/y") },
	{ "suffix cut", 0, 0, WRITTEN("/opt/xsh") },
	{ "suffix that starts with a slash", 3, 0, WRITTEN("/opt/passwd") },
	{ "suffix that starts with a slash, all of the path", 3, 0, WRITTEN("/passwd") },
	{ "suffix that starts with a slash, within a name", 0, 0, WRITTEN("/opt/opasswd") },
	{ "suffix of more than one word", 3, 0, WRITTEN("/opt/x/log4j.properties") },
	{ "suffix of more than one word, first byte", 0, 0, WRITTEN("/opt/x/log4j-properties") },
	{ "suffix longer than the name", 0, 0, WRITTEN("/opt/properties") },
	{ "glob with a start", 4, 0, WRITTEN("/home/u/.ssh/authorized_keys") },
	{ "glob with a start, deeper", 4, 0, WRITTEN("/home/u/.ssh/a/b") },
	{ "glob with a start, itself", 0, 0, WRITTEN("/home/u/.ssh") },
	{ "glob with a start, one too deep", 0, 0, WRITTEN("/home/u/v/.ssh/x") },
	{ "glob with a start, elsewhere", 0, 0, WRITTEN("/root/.ssh/x") },
	{ "glob by its middle", 4, 0, WRITTEN("/usr/lib/libc.so.6") },
	{ "glob by its middle, below the root", 4, 0, WRITTEN("/libc.so.6") },
	{ "glob by its middle, no byte", 0, 0, WRITTEN("/usr/lib/libc.so.") },
	{ "glob by its middle, two bytes", 0, 0, WRITTEN("/usr/lib/libc.so.66") },
	{ "glob by its end", 4, 0, WRITTEN("/a/[x]") },
	{ "brackets are themselves", 0, 0, WRITTEN("/a/x") },
	{ "glob by its end, too deep", 0, 0, WRITTEN("/a/b/[x]") },
	{ "the root", 5, 0, WRITTEN("/") },
	{ "the first rule of two", 2, 0, WRITTEN("/tmp/x.sh") },
	{ "no path known", 0, 0, .event = { .on = YGR_ON_OPEN_WRITE } },
	{ "another event", 0, 0, .event = { .on = YGR_ON_CREATE, ONE_PATH("/tmp/x") } },
	{ "no event of files", 0, 0, .event = { .on = YGR_ON_CONNECT } },
};

/* ---- negation, and two paths ---- */

static void draw_two_paths(struct draft *draft)
{
	draft_rule(draft, ON(RENAME) | ON(UNLINK), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_PREFIX, "/a/");
	draft_not(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_PREFIX, "/a/b/");
	draft_text(draft, YGR_TEXT_GLOB, "/a/*.tmp");
	draft_rule(draft, ON(RENAME) | ON(UNLINK), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_PREFIX, "/k/");
	draft_test(draft, YGR_FIELD_FILE_ID);
	draft_id(draft, 8, 1, 77);
	draft_rule(draft, ON(RENAME) | ON(UNLINK) | ON(LINK), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_PREFIX, "/");
	draft_rule(draft, ON(LINK), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_PREFIX, "/x/");
}

#define UNLINK(path)	.event = { .on = YGR_ON_UNLINK, ONE_PATH(path) }
#define RENAME(a, b)	.event = { .on = YGR_ON_RENAME, TWO_PATHS(a, b) }
#define LINK(a, b)	.event = { .on = YGR_ON_LINK, TWO_PATHS(a, b) }

static const struct match_case two_paths_cases[] = {
	{ "within", 1, 0, UNLINK("/a/x") },
	{ "within, but excepted", 0, 0, UNLINK("/a/b/x") },
	{ "within, excepted by a glob", 0, 0, UNLINK("/a/x.tmp") },
	{ "deeper than the glob", 1, 0, UNLINK("/a/c/x.tmp") },
	{ "the exception's own name", 1, 0, UNLINK("/a/b") },
	{ "without", 0, 0, UNLINK("/q") },
	{ "the first path", 1, 0, RENAME("/a/x", "/q") },
	{ "the second path", 1, 0, RENAME("/q", "/a/x") },
	{ "both paths", 1, 0, RENAME("/a/x", "/a/y") },
	{ "one is excepted, the other not", 1, 0, RENAME("/a/b/x", "/a/y") },
	{ "both are excepted", 0, 0, RENAME("/a/b/x", "/a/y.tmp") },
	{ "one is excepted, the other is elsewhere", 0, 0, RENAME("/a/b/x", "/q") },
	{ "one is elsewhere, the other excepted", 0, 0, RENAME("/q", "/a/b/x") },
	{ "the same path twice", 1, 0, RENAME("/a/x", "/a/x") },
	{ "one path of two is known", 1, 0, .event = { .on = YGR_ON_RENAME, ONE_PATH("/a/x") } },
	{ "no path is known: it is below nothing", 3, 0, .event = { .on = YGR_ON_RENAME } },
	{ "path and identity", 2, 0, .event = { .on = YGR_ON_RENAME, TWO_PATHS("/k/1", "/q"), .has_file = true,
					     .dev_major = 8, .dev_minor = 1, .ino = 77 } },
	{ "second path and identity", 2, 0, .event = { .on = YGR_ON_RENAME, TWO_PATHS("/q", "/k/1"),
						    .has_file = true, .dev_major = 8, .dev_minor = 1, .ino = 77 } },
	{ "path and another identity", 0, 0, .event = { .on = YGR_ON_RENAME, TWO_PATHS("/k/1", "/q"),
						     .has_file = true, .dev_major = 8, .dev_minor = 1, .ino = 78 } },
	{ "identity and another path", 0, 0, .event = { .on = YGR_ON_UNLINK, ONE_PATH("/q"), .has_file = true,
						     .dev_major = 8, .dev_minor = 1, .ino = 77 } },
	{ "neither is named", 4, 0, LINK("/y/1", "/y/2") },
	{ "one is not named", 4, 0, LINK("/x/1", "/y/2") },
	{ "the other is not named", 4, 0, LINK("/y/1", "/x/2") },
	{ "both are named", 0, 0, LINK("/x/1", "/x/2") },
};

/* ---- which file ---- */

static const __u8 digest_a[32] = { 0xa0, [31] = 1 }, digest_b[32] = { 0xb0, [31] = 1 };
static const __u8 digest_c[32] = { 0xa0, [31] = 2 };

static void draw_identity(struct draft *draft)
{
	draft_rule(draft, ON(EXEC), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_SHA256);
	draft_digest(draft, digest_a);
	draft_digest(draft, digest_b);
	draft_rule(draft, ON(EXEC), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_VERITY);
	draft_digest(draft, digest_b);
	draft_rule(draft, ON(EXEC) | ON(UNLINK), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_FILE_ID);
	draft_id(draft, 8, 1, 5);
	draft_id(draft, 0, 40, 1ull << 40);
	draft_rule(draft, ON(UNLINK), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_FILE_ID);
	draft_id(draft, 8, 2, 6);
	draft_rule(draft, ON(EXEC), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_PREFIX, "/opt/");
	draft_not(draft, YGR_FIELD_SHA256);
	draft_digest(draft, digest_c);
}

#define FILE_OF(major, minor, inode) \
	.has_file = true, .dev_major = (major), .dev_minor = (minor), .ino = (inode)
#define UNLINK_ID(major, minor, inode) \
	.event = { .on = YGR_ON_UNLINK, FILE_OF(major, minor, inode) }

static const struct match_case identity_cases[] = {
	{ "digest", 1, 0, .event = { .on = YGR_ON_EXEC, .sha256 = digest_a } },
	{ "another digest of the list", 1, 0, .event = { .on = YGR_ON_EXEC, .sha256 = digest_b } },
	{ "a digest that differs in the last byte", 0, 0, .event = { .on = YGR_ON_EXEC, .sha256 = digest_c } },
	{ "no digest", 0, 0, .event = { .on = YGR_ON_EXEC } },
	{ "fs-verity digest", 2, 0, .event = { .on = YGR_ON_EXEC, .verity = digest_b } },
	{ "a digest where fs-verity's is asked for", 0, 0, .event = { .on = YGR_ON_EXEC, .verity = digest_a } },
	{ "both digests: the first rule", 1, 0, .event = { .on = YGR_ON_EXEC, .sha256 = digest_a, .verity = digest_b } },
	{ "identity", 3, 0, .event = { .on = YGR_ON_EXEC, FILE_OF(8, 1, 5) } },
	{ "identity, large number", 3, 0, UNLINK_ID(0, 40, 1ull << 40) },
	{ "number of another device", 4, 0, UNLINK_ID(8, 3, 5) },
	{ "major and minor swapped", 4, 0, UNLINK_ID(1, 8, 5) },
	{ "half of the number", 4, 0, UNLINK_ID(0, 40, 0) },
	{ "excepted identity", 0, 0, UNLINK_ID(8, 2, 6) },
	{ "no file is not that file", 4, 0, .event = { .on = YGR_ON_UNLINK } },
	{ "no file, whatever the numbers", 4, 0, .event = { .on = YGR_ON_UNLINK, .dev_major = 8, .dev_minor = 1, .ino = 5 } },
	{ "path, and not that digest", 5, 0, .event = { .on = YGR_ON_EXEC, ONE_PATH("/opt/x") } },
	{ "path, and that digest", 0, 0, .event = { .on = YGR_ON_EXEC, ONE_PATH("/opt/x"), .sha256 = digest_c } },
};

static void draw_owner(struct draft *draft)
{
	draft_rule(draft, ON(CHMOD), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_OWNER);
	draft_range(draft, 10, 19);
	draft_range(draft, 21, 21);
	draft_range(draft, 1000, 0xffffffff);
	draft_rule(draft, ON(CHMOD), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_FILE_ATTR);
	draft_bits(draft, YGR_FILE_SETUID | YGR_FILE_TO_SETID);
	draft_not(draft, YGR_FIELD_FILE_ATTR);
	draft_bits(draft, YGR_FILE_MEMFD);
	draft_rule(draft, ON(CHOWN), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_OWNER);
	draft_range(draft, 0, 0);
	draft_rule(draft, ON(CHOWN), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_FILE_ATTR);
	draft_bits(draft, YGR_FILE_NO_PATH);
}

#define OWNED(uid)	.event = { .on = YGR_ON_CHMOD, .has_file = true, .owner = (uid) }
#define ATTR(bits)	.event = { .on = YGR_ON_CHMOD, .file_attr = (bits) }

static const struct match_case owner_cases[] = {
	{ "below the first range", 0, 0, OWNED(9) },
	{ "first of a range", 1, 0, OWNED(10) },
	{ "last of a range", 1, 0, OWNED(19) },
	{ "between ranges", 0, 0, OWNED(20) },
	{ "a range of one", 1, 0, OWNED(21) },
	{ "after it", 0, 0, OWNED(22) },
	{ "before the last", 0, 0, OWNED(999) },
	{ "the largest number", 1, 0, OWNED(0xffffffff) },
	{ "no file has no owner", 0, 0, .event = { .on = YGR_ON_CHMOD, .owner = 10 } },
	{ "no file's owner is not root", 3, 0, .event = { .on = YGR_ON_CHOWN } },
	{ "excepted owner", 0, 0, .event = { .on = YGR_ON_CHOWN, .has_file = true } },
	{ "one bit", 2, 0, ATTR(YGR_FILE_SETUID) },
	{ "another bit", 2, 0, ATTR(YGR_FILE_TO_SETID) },
	{ "a bit among others", 2, 0, ATTR(YGR_FILE_SETUID | YGR_FILE_EXECUTABLE) },
	{ "a bit and an excepted one", 0, 0, ATTR(YGR_FILE_SETUID | YGR_FILE_MEMFD) },
	{ "other bits", 0, 0, ATTR(YGR_FILE_SETGID) },
	{ "a bit that needs no file", 4, 0, .event = { .on = YGR_ON_CHOWN, .file_attr = YGR_FILE_NO_PATH,
						     .has_file = true } },
};

static void draw_arguments(struct draft *draft)
{
	draft_rule(draft, ON(EXEC), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_ARGV);
	draft_text(draft, YGR_TEXT_CONTAINS, "--reverse");
	draft_text(draft, YGR_TEXT_CONTAINS, "/dev/tcp/");
	draft_rule(draft, ON(EXEC), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_ARGV);
	draft_text(draft, YGR_TEXT_CONTAINS, "aab");
	draft_not(draft, YGR_FIELD_ARGV);
	draft_text(draft, YGR_TEXT_CONTAINS, "safe");
	draft_rule(draft, ON(EXEC), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_ARGV);
	draft_text(draft, YGR_TEXT_CONTAINS, "x");
	draft_rule(draft, ON(SETXATTR), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_XATTR);
	draft_text(draft, YGR_TEXT_EXACT, "security.capability");
	draft_text(draft, YGR_TEXT_PREFIX, "system.posix_acl_");
	draft_rule(draft, ON(SETXATTR), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_XATTR);
	draft_text(draft, YGR_TEXT_PREFIX, "user.");
}

#define ARGV(bytes)	.event = { .on = YGR_ON_EXEC, .argv = TEXT(bytes) }
#define XATTR(name)	.event = { .on = YGR_ON_SETXATTR, .xattr = TEXT(name) }

static const struct match_case arguments_cases[] = {
	{ "an argument", 1, 0, ARGV("x\0--reverse\0") },
	{ "part of one", 1, 0, ARGV("x\0cat </dev/tcp/1/2\0") },
	{ "the first", 1, 0, ARGV("--reverse\0x\0") },
	{ "the last, cut before its NUL", 1, 0, ARGV("x\0--reverse") },
	{ "cut too short", 0, 0, ARGV("x\0--revers") },
	{ "split over two arguments", 0, 0, ARGV("x\0--rev\0erse\0") },
	{ "found after a false start", 2, 0, ARGV("aaaab x\0") },
	{ "found, and another that excepts it", 0, 0, ARGV("aab x\0safe\0") },
	{ "none of them, nor what is excepted", 3, 0, ARGV("b\0") },
	{ "arguments are not known", 3, 0, .event = { .on = YGR_ON_EXEC } },
	{ "no argument", 3, 0, ARGV("") },
	{ "attribute", 4, 0, XATTR("security.capability") },
	{ "attribute and more", 5, 0, XATTR("security.capability2") },
	{ "attribute cut", 5, 0, XATTR("security.capabilit") },
	{ "attribute by its start", 4, 0, XATTR("system.posix_acl_default") },
	{ "just the start", 5, 0, XATTR("system.posix_acl_") },
	{ "excepted attribute", 0, 0, XATTR("user.x") },
	{ "no attribute is no user's", 5, 0, .event = { .on = YGR_ON_SETXATTR } },
};

const struct match_suite match_suites_file[] = {
	SUITE(paths),
	SUITE(two_paths),
	SUITE(identity),
	SUITE(owner),
	SUITE(arguments),
	{ 0 },
};
