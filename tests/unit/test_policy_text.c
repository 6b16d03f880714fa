// SPDX-License-Identifier: GPL-2.0-only
/* Every mistake a policy author can make, and what the tool says to it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "policy_says.h"
#include "policy_text.h"

#define HEAD	"version: 1\nname: t\nrules:\n"
/* Line 4: name; 5: on; 6: do; whatever follows starts on line 7. */
#define RULE(on_text, do_text)	HEAD \
	"  - name: r\n    on: " on_text "\n    do: " do_text "\n"
#define WHERE(on_text, where_text) RULE(on_text, "deny") \
	"    where: " where_text "\n"

struct mistake {
	const char *name;	/* for the reader */
	const char *text;
	const char *output;
};

static const struct mistake mistakes[] = {
	/* The file */
	{ "empty", "", "p:1:1: error: the file is empty\n" },
	{ "not a mapping", "- a\n", "p:1:1: error: policy: expected a mapping, got a list\n" },
	{ "syntax", "version: [1\n", "p:2:1: error: while parsing a flow sequence: did not find expected ',' or ']'\n" },
	{ "tab", "version: 1\n\tname: t\n",
	  "p:2:1: error: while scanning a plain scalar: found a tab character that violates indentation\n" },
	{ "two documents", "version: 1\nname: t\nrules: []\n---\nversion: 1\n",
	  "p:4:1: error: a second document is not allowed\n" },
	{ "alias", "version: 1\nname: t\nrules: *r\n", "p:3:8: error: aliases (*name) are not allowed\n" },
	{ "nothing but a name", "name: t\n",
	  "p:1:1: error: policy: missing key \"version\"\n"
	  "p:1:1: error: policy: missing key \"rules\"\n" },
	{ "unknown top key", "version: 1\nname: t\nrule: []\nrules: []\n",
	  "p:3:1: error: unknown key \"rule\" in policy (did you mean \"rules\"?)\n" },
	{ "unknown top key, nothing near", "version: 1\nname: t\nseverity: 3\nrules: []\n",
	  "p:3:1: error: unknown key \"severity\" in policy\n" },
	{ "duplicate top key", "version: 1\nname: t\nname: u\nrules: []\n",
	  "p:3:1: error: duplicate key \"name\" (first on line 2)\n" },
	{ "version 2", "version: 2\nname: t\nrules: []\n",
	  "p:1:10: error: version: \"2\" is not known, this yaguractl reads version 1\n" },
	{ "version list", "version: []\nname: t\nrules: []\n",
	  "p:1:10: error: version: expected a number, got a list\n" },
	{ "name upper case", "version: 1\nname: Web\nrules: []\n",
	  "p:2:7: error: name: \"Web\" is not 1 to 63 of a-z 0-9 . _ -\n" },
	{ "name missing value", "version: 1\nname:\nrules: []\n",
	  "p:2:6: error: name: expected a string, got nothing\n" },
	{ "name too long", "version: 1\n"
	  "name: a234567890123456789012345678901234567890123456789012345678901234\nrules: []\n",
	  "p:2:7: error: name: \"a234567890123456789012345678901234567890123456789012345678901234\""
	  " is not 1 to 63 of a-z 0-9 . _ -\n" },
	{ "policy mode", "version: 1\nname: t\nmode: enforced\nrules: []\n",
	  "p:3:7: error: mode: unknown value \"enforced\" (did you mean \"enforce\"?)\n" },
	{ "rules not a list", "version: 1\nname: t\nrules: none\n",
	  "p:3:8: error: rules: expected a list, got a string\n" },
	{ "rules nothing", "version: 1\nname: t\nrules:\n",
	  "p:3:7: error: rules: expected a list, got nothing\n" },

	/* A rule */
	{ "rule not a mapping", HEAD "  - deny\n",
	  "p:4:5: error: rule 1: expected a mapping, got a string\n" },
	{ "rule without anything", HEAD "  - {}\n",
	  "p:4:5: error: rule 1: missing key \"name\"\n"
	  "p:4:5: error: rule 1: missing key \"on\"\n"
	  "p:4:5: error: rule 1: missing key \"do\"\n" },
	{ "rule without do", HEAD "  - name: r\n    on: exec\n",
	  "p:4:5: error: rule \"r\": missing key \"do\"\n" },
	{ "misspelt where", RULE("exec", "deny") "    wher: {}\n",
	  "p:7:5: error: unknown key \"wher\" in rule \"r\" (did you mean \"where\"?)\n" },
	{ "duplicate key in rule", RULE("exec", "deny") "    do: allow\n",
	  "p:7:5: error: duplicate key \"do\" (first on line 6)\n" },
	{ "duplicate rule name", RULE("exec", "deny") "  - { name: r, on: fork, do: record }\n",
	  "p:7:13: error: another rule is named \"r\" (first on line 4)\n" },
	{ "rule name with space", HEAD "  - { name: a b, on: exec, do: deny }\n",
	  "p:4:13: error: name of the rule: \"a b\" is not 1 to 63 of A-Z a-z 0-9 . _ -\n" },
	{ "rule name with escape sequence", HEAD "  - { name: \"\\e[2J\", on: exec, do: deny }\n",
	  "p:4:13: error: name of the rule: \"\\x1b[2J\" is not 1 to 63 of A-Z a-z 0-9 . _ -\n" },
	{ "unknown event", RULE("conect", "deny"),
	  "p:5:9: error: rule \"r\": on: unknown event \"conect\" (did you mean \"connect\"?)\n" },
	{ "unknown event in a list", RULE("[exec, sleep]", "deny"),
	  "p:5:16: error: rule \"r\": on: unknown event \"sleep\"\n" },
	{ "event list empty", RULE("[]", "deny"),
	  "p:5:9: error: rule \"r\": on: the list is empty\n" },
	{ "event is a mapping", RULE("{ exec: 1 }", "deny"),
	  "p:5:9: error: rule \"r\": on: expected a string, got a mapping\n" },
	{ "unknown action", RULE("exec", "block"),
	  "p:6:9: error: rule \"r\": do: unknown value \"block\" (expected allow, record, ignore, deny, label or kill)\n" },
	{ "misspelt action", RULE("exec", "alow"),
	  "p:6:9: error: rule \"r\": do: unknown value \"alow\" (did you mean \"allow\"?)\n" },
	{ "deny fork", RULE("fork", "deny"),
	  "p:6:9: error: rule \"r\": \"fork\" cannot be denied\n" },
	{ "deny exit among others", RULE("[exec, exit]", "deny"),
	  "p:6:9: error: rule \"r\": \"exit\" cannot be denied\n" },
	{ "rule mode", RULE("exec", "deny") "    mode: montior\n",
	  "p:7:11: error: rule \"r\": mode: unknown value \"montior\" (did you mean \"monitor\"?)\n" },

	/* where */
	{ "where is a list", WHERE("exec", "[/tmp]"),
	  "p:7:12: error: \"where\" of rule \"r\": expected a mapping, got a list\n" },
	{ "where is empty", WHERE("exec", "{}"),
	  "p:7:12: error: \"where\" of rule \"r\" is empty\n" },
	{ "misspelt condition", WHERE("exec", "{ paths: /tmp }"),
	  "p:7:14: error: unknown key \"paths\" in \"where\" of rule \"r\" (did you mean \"path\"?)\n" },
	{ "not is empty", WHERE("exec", "{ path: /tmp, not: {} }"),
	  "p:7:31: error: \"not\" of rule \"r\" is empty\n" },
	{ "not in not", WHERE("exec", "{ not: { not: { uid: 0 } } }"),
	  "p:7:21: error: unknown key \"not\" in \"not\" of rule \"r\"\n" },
	{ "path of fork", RULE("[exec, fork]", "record") "    where: { path: /tmp }\n",
	  "p:7:14: error: rule \"r\": \"path\" cannot be asked of \"fork\", which has no path\n" },
	{ "path of connect", WHERE("connect", "{ path: /tmp }"),
	  "p:7:14: error: rule \"r\": \"path\" cannot be asked of \"connect\", which has no path\n" },
	{ "not path of connect", WHERE("connect", "{ not: { path: /tmp } }"),
	  "p:7:21: error: rule \"r\": \"path\" cannot be asked of \"connect\", which has no path\n" },
	{ "cidr of exec", WHERE("exec", "{ cidr: 10.0.0.0/8 }"),
	  "p:7:14: error: rule \"r\": \"cidr\" cannot be asked of \"exec\", which has no address\n" },
	{ "port of socket group", WHERE("socket", "{ port: 22 }"),
	  "p:7:14: error: rule \"r\": \"port\" cannot be asked of \"socket-create\", which has no address\n" },

	{ "all is a mapping", WHERE("exec", "{ all: { uid: 0 } }"),
	  "p:7:19: error: \"all\" of rule \"r\": expected a list of mappings, got a mapping\n" },
	{ "any is empty", WHERE("exec", "{ any: [] }"),
	  "p:7:19: error: \"any\" of rule \"r\": the list is empty\n" },
	{ "any holds a word", WHERE("exec", "{ any: [ uid ] }"),
	  "p:7:21: error: \"any\" of rule \"r\": expected a mapping, got a string\n" },
	{ "any holds an empty mapping", WHERE("exec", "{ any: [ { uid: 0 }, {} ] }"),
	  "p:7:33: error: \"any\" of rule \"r\" is empty\n" },
	{ "misspelt all", WHERE("exec", "{ al: [ { uid: 0 } ] }"),
	  "p:7:14: error: unknown key \"al\" in \"where\" of rule \"r\" (did you mean \"all\"?)\n" },
	{ "mistake deep inside", WHERE("exec", "{ not: { all: [ { any: [ { uid: 0 }, { uid: x } ] } ] } }"),
	  "p:7:56: error: rule \"r\": no user is named \"x\" on this host\n" },
	{ "too many alternatives", WHERE("exec", "{ all: [ "
	  "{ any: [ { uid: 1 }, { uid: 2 }, { uid: 3 }, { uid: 4 }, { uid: 5 }, { uid: 6 }, { uid: 7 }, { uid: 8 } ] }, "
	  "{ any: [ { gid: 1 }, { gid: 2 }, { gid: 3 }, { gid: 4 }, { gid: 5 }, { gid: 6 }, { gid: 7 }, { gid: 8 } ] }, "
	  "{ any: [ { cgroup-id: 1 }, { cgroup-id: 2 }, { cgroup-id: 3 }, { cgroup-id: 4 }, { cgroup-id: 5 } ] }, "
	  "{ any: [ { loginuid: 1 }, { loginuid: 2 }, { loginuid: 3 }, { loginuid: 4 } ] } ] }"),
	  "p:7:12: error: \"where\" of rule \"r\" makes more than 1024 alternatives\n" },
	{ "digest of open", WHERE("[exec, open-write]", "{ sha256: "
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 }"),
	  "p:7:14: error: rule \"r\": \"sha256\" cannot be asked of \"open-write\", which has no digest\n" },
	{ "argv of create", WHERE("create", "{ argv: x }"),
	  "p:7:14: error: rule \"r\": \"argv\" cannot be asked of \"create\", which has no arguments\n" },
	{ "xattr of chmod", WHERE("chmod", "{ xattr: x }"),
	  "p:7:14: error: rule \"r\": \"xattr\" cannot be asked of \"chmod\", which has no attribute\n" },
	{ "unix name of accept", WHERE("accept", "{ unix: \"@x\" }"),
	  "p:7:14: error: rule \"r\": \"unix\" cannot be asked of \"accept\", which has no unix name\n" },
	{ "family of exec", WHERE("exec", "{ family: inet }"),
	  "p:7:14: error: rule \"r\": \"family\" cannot be asked of \"exec\", which has no socket\n" },
	{ "owner of connect", WHERE("connect", "{ owner: 0 }"),
	  "p:7:14: error: rule \"r\": \"owner\" cannot be asked of \"connect\", which has no file\n" },

	/* Other values */
	{ "digest too short", WHERE("exec", "{ sha256: e3b0 }"),
	  "p:7:22: error: rule \"r\": sha256 \"e3b0\": expected 64 hexadecimal digits, got 4 characters\n" },
	{ "digest with a strange digit", WHERE("exec", "{ verity: "
	  "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 }"),
	  "p:7:22: error: rule \"r\": verity \"g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\":"
	  " expected 64 hexadecimal digits\n" },
	{ "file-id of two numbers", WHERE("exec", "{ file-id: \"8:1\" }"),
	  "p:7:23: error: rule \"r\": file-id \"8:1\": expected MAJOR:MINOR:INODE, such as 8:1:12345\n" },
	{ "file-id of four numbers", WHERE("exec", "{ file-id: \"8:1:2:3\" }"),
	  "p:7:23: error: rule \"r\": file-id \"8:1:2:3\": expected MAJOR:MINOR:INODE, such as 8:1:12345\n" },
	{ "file-id with a large device", WHERE("exec", "{ file-id: \"4294967296:1:2\" }"),
	  "p:7:23: error: rule \"r\": file-id \"4294967296:1:2\": device number above 4294967295\n" },
	{ "same-file-as no file", WHERE("exec", "{ same-file-as: /bin/y }"),
	  "p:7:28: error: rule \"r\": same-file-as: \"/bin/y\": No such file or directory\n" },
	{ "cgroup-id by name", WHERE("exec", "{ cgroup-id: x }"),
	  "p:7:25: error: rule \"r\": cgroup-id \"x\": expected a number\n" },
	{ "misspelt family", WHERE("connect", "{ family: inte6 }"),
	  "p:7:22: error: rule \"r\": unknown family \"inte6\" (did you mean \"inet6\"?)\n" },
	{ "unknown protocol", WHERE("connect", "{ protocol: decnet }"),
	  "p:7:24: error: rule \"r\": unknown protocol \"decnet\": expected a number or a word such as icmp\n" },
	{ "type too large", WHERE("connect", "{ type: 65536 }"),
	  "p:7:20: error: rule \"r\": type 65536 is above 65535\n" },
	{ "misspelt file word", WHERE("exec", "{ file: [setuid, memdf] }"),
	  "p:7:29: error: rule \"r\": file: unknown word \"memdf\" (did you mean \"memfd\"?)\n" },
	{ "unknown process word", WHERE("exec", "{ process: hypervisor }"),
	  "p:7:23: error: rule \"r\": process: unknown word \"hypervisor\"\n" },
	{ "word list empty", WHERE("exec", "{ file: [] }"),
	  "p:7:20: error: rule \"r\": file: the list is empty\n" },
	{ "group unknown", WHERE("exec", "{ gid: wheel }"),
	  "p:7:19: error: rule \"r\": no group is named \"wheel\" on this host\n" },
	{ "uid unset", WHERE("exec", "{ uid: unset }"),
	  "p:7:19: error: rule \"r\": no user is named \"unset\" on this host\n" },
	{ "xattr wildcard inside", WHERE("setxattr", "{ xattr: \"user.*x\" }"),
	  "p:7:21: error: rule \"r\": attribute name \"user.*x\": only \"*\" at the end is a wildcard\n" },
	{ "xattr nothing but a wildcard", WHERE("setxattr", "{ xattr: \"*\" }"),
	  "p:7:21: error: rule \"r\": attribute name \"*\": only \"*\" at the end is a wildcard\n" },
	{ "label with a blank", WHERE("exec", "{ label: \"a b\" }"),
	  "p:7:21: error: rule \"r\": label \"a b\" is not 1 to 63 of A-Z a-z 0-9 . _ -\n" },
	{ "unix name relative", WHERE("connect", "{ unix: run/x }"),
	  "p:7:20: error: rule \"r\": unix name \"run/x\" is not absolute\n" },
	{ "program relative", WHERE("connect", "{ exe: nginx }"),
	  "p:7:19: error: rule \"r\": path \"nginx\" is not absolute\n" },
	{ "path with a backslash", WHERE("exec", "{ path: '/a\\b' }"),
	  "p:7:20: error: rule \"r\": path \"/a\\b\": \"\\\" must be followed by \"*\", \"?\" or \"\\\"\n" },
	{ "path with a backslash at its end", WHERE("exec", "{ path: '/a\\' }"),
	  "p:7:20: error: rule \"r\": path \"/a\\\": \"\\\" must be followed by \"*\", \"?\" or \"\\\"\n" },

	/* What a rule says besides */
	{ "errno unknown", RULE("exec", "deny") "    errno: EIO\n",
	  "p:7:12: error: rule \"r\": errno: unknown value \"EIO\" (expected EPERM, EACCES, ECONNREFUSED or ENOENT)\n" },
	{ "errno of a rule that allows", RULE("exec", "allow") "    errno: EPERM\n",
	  "p:7:12: error: rule \"r\": \"errno\" is for rules that deny\n" },
	{ "kill of a rule that records", RULE("exec", "record") "    kill: true\n",
	  "p:7:11: error: rule \"r\": \"kill\" is for rules that deny\n" },
	{ "breaker of a rule that ignores", RULE("exec", "ignore") "    breaker: 1/1s\n",
	  "p:7:14: error: rule \"r\": \"breaker\" is for rules that deny\n" },
	{ "errno with a misspelt action", RULE("exec", "dny") "    errno: EPERM\n",
	  "p:6:9: error: rule \"r\": do: unknown value \"dny\" (did you mean \"deny\"?)\n" },
	{ "kill is no bool", RULE("exec", "deny") "    kill: yes\n",
	  "p:7:11: error: rule \"r\": kill: unknown value \"yes\" (expected false or true)\n" },
	{ "kill, or not", RULE("exec", "kill") "    kill: false\n",
	  "p:7:11: error: rule \"r\": \"kill: false\" contradicts \"do: kill\"\n" },
	{ "kill fork", RULE("fork", "kill"),
	  "p:6:9: error: rule \"r\": \"fork\" cannot be denied\n" },
	{ "label without set", RULE("exec", "label"),
	  "p:4:5: error: rule \"r\": missing key \"set\", the labels of \"do: label\"\n" },
	{ "set nothing", RULE("exec", "label") "    set: []\n",
	  "p:7:10: error: rule \"r\": set: the list is empty\n" },
	{ "breaker without time", RULE("exec", "deny") "    breaker: 20\n",
	  "p:7:14: error: rule \"r\": breaker: \"20\": expected denials per time, such as 20/60s\n" },
	{ "expires never", RULE("exec", "deny") "    expires: never\n",
	  "p:7:14: error: rule \"r\": expires: \"never\": expected a date such as 2026-12-31 or a time such as 2026-12-31T23:59:59Z\n" },
	{ "severity unknown", RULE("exec", "deny") "    severity: hihg\n",
	  "p:7:15: error: rule \"r\": severity: unknown value \"hihg\" (did you mean \"high\"?)\n" },
	{ "attack unknown", RULE("exec", "deny") "    attack: [T1059, 1059]\n",
	  "p:7:21: error: rule \"r\": attack: \"1059\" is not an ATT&CK id such as T1059, T1059.004 or TA0002\n" },
	{ "tag with a comma", RULE("exec", "deny") "    tags: \"a,b\"\n",
	  "p:7:11: error: rule \"r\": tags: \"a,b\" is not 1 to 63 of A-Z a-z 0-9 . _ : / = -\n" },
	{ "message of two lines", RULE("exec", "deny") "    message: \"a\\nb\"\n",
	  "p:7:14: error: rule \"r\": message: expected one line without control characters\n" },
	{ "message with a tab", RULE("exec", "deny") "    message: \"a\\tb\"\n",
	  "p:7:14: error: rule \"r\": message: expected one line without control characters\n" },
	{ "description is a list", RULE("exec", "deny") "    description: []\n",
	  "p:7:18: error: rule \"r\": description: expected a string, got a list\n" },

	/* What the policy says of itself */
	{ "options unknown", "version: 1\nname: t\nrules: []\noptions: { digests: true }\n",
	  "p:4:12: error: unknown key \"digests\" in options (did you mean \"digest\"?)\n" },
	{ "options all wrong", "version: 1\nname: t\nrules: []\noptions:\n  digest: 1\n  digest-max: lots\n"
	  "  protect: no\n  daemon-timeout: 5\n  breaker: 3/s\nserial: -1\n",
	  "p:5:11: error: digest: unknown value \"1\" (expected false or true)\n"
	  "p:6:15: error: digest-max: \"lots\": expected a size such as 64M (bytes, K, M, G)\n"
	  "p:7:12: error: protect: unknown value \"no\" (expected false or true)\n"
	  "p:8:19: error: daemon-timeout: \"5\": expected a duration such as 90s, 5m, 2h or 1d\n"
	  "p:9:12: error: breaker: \"3/s\": expected denials per time, such as 20/60s\n"
	  "p:10:9: error: serial: expected a number from 0 to 18446744073709551615, got \"-1\"\n" },

	{ "noise all wrong", "version: 1\nname: t\nrules: []\noptions:\n  coalesce: 2m\n  coalesce-not: [conect, exec]\n"
	  "  process-budget: 0\n  cgroup-budget: 5/s\n",
	  "p:5:13: error: coalesce: \"2m\": expected a time such as 500ms or 1s, at most 60s, or off\n"
	  "p:6:18: error: coalesce-not: unknown value \"conect\" (did you mean \"connect\"?)\n"
	  "p:6:26: error: coalesce-not: unknown value \"exec\" (expected open-read, open-write, mmap-exec, socket-create, connect or send)\n"
	  "p:7:19: error: process-budget: \"0\": expected a number of events in a second, or off\n"
	  "p:8:18: error: cgroup-budget: \"5/s\": expected a number of events in a second, or off\n" },

	/* path */
	{ "path relative", WHERE("exec", "{ path: tmp/x }"),
	  "p:7:20: error: rule \"r\": path \"tmp/x\" is not absolute\n" },
	{ "path glob without slash", WHERE("exec", "{ path: \"/tmp**\" }"),
	  "p:7:20: error: rule \"r\": path \"/tmp**\": \"**\" must be a whole name between slashes\n" },
	{ "path glob twice", WHERE("exec", "{ path: \"/a/**/**\" }"),
	  "p:7:20: error: rule \"r\": path \"/a/**/**\": the second \"**\" adds nothing\n" },
	{ "path double slash", WHERE("exec", "{ path: /a//b }"),
	  "p:7:20: error: rule \"r\": path \"/a//b\" is not normal: it has \"//\"\n" },
	{ "path dot dot", WHERE("exec", "{ path: /a/../b }"),
	  "p:7:20: error: rule \"r\": path \"/a/../b\" is not normal: it has \"..\"\n" },
	{ "path dot at the end", WHERE("exec", "{ path: /a/. }"),
	  "p:7:20: error: rule \"r\": path \"/a/.\" is not normal: it has \".\"\n" },
	{ "path dot dot before wildcard", WHERE("exec", "{ path: \"/a/../**\" }"),
	  "p:7:20: error: rule \"r\": path \"/a/../**\" is not normal: it has \"..\"\n" },
	{ "path slash at the end", WHERE("exec", "{ path: /tmp/ }"),
	  "p:7:20: error: rule \"r\": path \"/tmp/\" ends in \"/\": write \"/tmp\" for the directory itself,"
	  " \"/tmp/**\" for what is below it\n" },
	{ "path empty", WHERE("exec", "{ path: \"\" }"),
	  "p:7:20: error: rule \"r\": path: expected a string, got an empty string\n" },
	{ "path list empty", WHERE("exec", "{ path: [] }"),
	  "p:7:20: error: rule \"r\": path: the list is empty\n" },
	{ "path is a mapping", WHERE("exec", "{ path: { exact: /tmp } }"),
	  "p:7:20: error: rule \"r\": path: expected a string, got a mapping\n" },

	/* uid */
	{ "user unknown", WHERE("exec", "{ uid: nobdy }"),
	  "p:7:19: error: rule \"r\": no user is named \"nobdy\" on this host\n" },
	{ "uid negative", WHERE("exec", "{ uid: -1 }"),
	  "p:7:19: error: rule \"r\": uid \"-1\": expected a number or a range such as 1000-1999\n" },
	{ "uid half a range", WHERE("exec", "{ uid: 5- }"),
	  "p:7:19: error: rule \"r\": uid \"5-\": expected a number or a range such as 1000-1999\n" },
	{ "uid three parts", WHERE("exec", "{ uid: 1-2-3 }"),
	  "p:7:19: error: rule \"r\": uid \"1-2-3\": expected a number or a range such as 1000-1999\n" },
	{ "uid reversed", WHERE("exec", "{ uid: [1, 1999-1000] }"),
	  "p:7:23: error: rule \"r\": uid range 1999-1000 is the wrong way round: write 1000-1999\n" },
	{ "uid too large", WHERE("exec", "{ uid: 4294967296 }"),
	  "p:7:19: error: rule \"r\": uid 4294967296 is above 4294967295\n" },

	/* cidr */
	{ "cidr host bits", WHERE("connect", "{ cidr: 10.1.2.3/8 }"),
	  "p:7:20: error: rule \"r\": network \"10.1.2.3/8\" has host bits set: write 10.0.0.0/8\n" },
	{ "cidr host bits v6", WHERE("connect", "{ cidr: \"2001:db8::1/32\" }"),
	  "p:7:20: error: rule \"r\": network \"2001:db8::1/32\" has host bits set: write 2001:db8::/32\n" },
	{ "cidr host bits inside a byte", WHERE("connect", "{ cidr: 10.255.0.0/9 }"),
	  "p:7:20: error: rule \"r\": network \"10.255.0.0/9\" has host bits set: write 10.128.0.0/9\n" },
	{ "cidr prefix too long", WHERE("connect", "{ cidr: 10.0.0.0/33 }"),
	  "p:7:20: error: rule \"r\": network \"10.0.0.0/33\": expected a prefix length from 0 to 32\n" },
	{ "cidr prefix missing", WHERE("connect", "{ cidr: \"10.0.0.0/\" }"),
	  "p:7:20: error: rule \"r\": network \"10.0.0.0/\": expected a prefix length from 0 to 32\n" },
	{ "cidr three numbers", WHERE("connect", "{ cidr: 10.0.0/8 }"),
	  "p:7:20: error: rule \"r\": \"10.0.0/8\" is not a network: expected an IPv4 or IPv6 address, or ADDRESS/BITS\n" },
	{ "cidr host name", WHERE("connect", "{ cidr: evil.example }"),
	  "p:7:20: error: rule \"r\": \"evil.example\" is not a network: expected an IPv4 or IPv6 address, or ADDRESS/BITS\n" },
	{ "cidr mapped", WHERE("connect", "{ cidr: \"::ffff:10.0.0.0/104\" }"),
	  "p:7:20: error: rule \"r\": network \"::ffff:10.0.0.0/104\" is IPv4 in IPv6 form: write 10.0.0.0/8\n" },

	/* port */
	{ "port too large", WHERE("connect", "{ port: 65536 }"),
	  "p:7:20: error: rule \"r\": port 65536 is above 65535\n" },
	{ "port reversed", WHERE("connect", "{ port: 90-80 }"),
	  "p:7:20: error: rule \"r\": port range 90-80 is the wrong way round: write 80-90\n" },
	{ "port reversed by one", WHERE("connect", "{ port: [80-80, 81-80] }"),
	  "p:7:28: error: rule \"r\": port range 81-80 is the wrong way round: write 80-81\n" },
	{ "port by name", WHERE("connect", "{ port: ssh }"),
	  "p:7:20: error: rule \"r\": port \"ssh\": expected a number or a range such as 1000-1999\n" },

	/* More than one at once, in the order of the file */
	{ "all of them", "version: 3\nnaem: t\nrules:\n  - name: r\n    on: exek\n    do: denny\n"
			 "    where: { path: x, uid: y }\n",
	  "p:1:1: error: policy: missing key \"name\"\n"
	  "p:1:10: error: version: \"3\" is not known, this yaguractl reads version 1\n"
	  "p:2:1: error: unknown key \"naem\" in policy (did you mean \"name\"?)\n"
	  "p:5:9: error: rule \"r\": on: unknown event \"exek\" (did you mean \"exec\"?)\n"
	  "p:6:9: error: rule \"r\": do: unknown value \"denny\" (did you mean \"deny\"?)\n"
	  "p:7:20: error: rule \"r\": path \"x\" is not absolute\n"
	  "p:7:28: error: rule \"r\": no user is named \"y\" on this host\n" },
};

static void test_mistakes(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		policy_says(mistakes[i].text, mistakes[i].output);
}

static void test_modes_without_effect(void **state)
{
	(void)state;
	policy_says(RULE("exec", "record") "    mode: monitor\n",
	     "p:7:11: warning: rule \"r\": mode monitor changes nothing for a rule that does not deny\n");
	policy_says("version: 1\nname: t\nmode: monitor\nrules:\n"
	     "  - { name: r, on: exec, do: deny, mode: enforce }\n",
	     "p:5:42: warning: rule \"r\": not enforced, since the policy's mode is monitor\n");
}

/* What a text of any size says. */
static void says_to(const char *text, size_t bytes, struct ygr_text_errors *errors)
{
	const struct ygr_policy_host host = policy_says_host(NULL);
	struct ygr_policy_model *model = NULL;
	int err;

	ygr_text_error_init(errors);
	err = ygr_policy_text_parse("p", text, bytes, &host, &model, errors);
	assert_int_equal(err, errors->error_nr ? -EBADMSG : 0);
	assert_int_equal(!model, errors->error_nr > 0);
	ygr_policy_model_destroy(model);
}

static void test_path_length_limit(void **state)
{
	char text[8000], path[YGR_POLICY_PATH_MAX + 2];
	struct ygr_text_errors errors;

	(void)state;
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[YGR_POLICY_PATH_MAX] = '\0';
	snprintf(text, sizeof(text), WHERE("exec", "{ path: \"%s\" }"), path);
	policy_says(text, "");

	path[YGR_POLICY_PATH_MAX] = 'a';
	path[YGR_POLICY_PATH_MAX + 1] = '\0';
	snprintf(text, sizeof(text), WHERE("exec", "{ path: \"%s\" }"), path);
	says_to(text, strlen(text), &errors);
	assert_string_equal(errors.item[0].message,
			    "rule \"r\": path of 4096 bytes is longer than 4095");
}

static char *many_rules(unsigned int nr)
{
	size_t bytes;
	unsigned int i;
	char *text;
	FILE *out;

	out = open_memstream(&text, &bytes);
	fputs(HEAD, out);
	for (i = 0; i < nr; i++)
		fprintf(out, "  - { name: r%u, on: exec, do: deny, where: { uid: %u } }\n", i, i);
	fclose(out);
	return text;
}

static void test_rule_limit(void **state)
{
	struct ygr_text_errors errors;
	char *text;

	(void)state;
	text = many_rules(YGR_POLICY_RULES_MAX);
	says_to(text, strlen(text), &errors);
	assert_int_equal(errors.error_nr + errors.warning_nr, 0);
	free(text);

	text = many_rules(YGR_POLICY_RULES_MAX + 1);
	says_to(text, strlen(text), &errors);
	assert_int_equal(errors.error_nr, 1);
	assert_string_equal(errors.item[0].message, "more than 131072 rules");
	assert_int_equal(errors.item[0].line, YGR_POLICY_RULES_MAX + 4);
	free(text);
}

static void test_item_limit(void **state)
{
	struct ygr_text_errors errors;
	size_t bytes;
	unsigned int i;
	char *text;
	FILE *out;

	(void)state;
	out = open_memstream(&text, &bytes);
	fputs(RULE("exec", "deny") "    where:\n      uid:\n", out);
	for (i = 0; i <= YGR_POLICY_ITEMS_MAX + 5; i++)
		fprintf(out, "        - %u\n", i);
	fclose(out);
	says_to(text, bytes, &errors);
	assert_int_equal(errors.error_nr, 1);
	assert_string_equal(errors.item[0].message,
			    "more than 1048576 values of \"uid\" in one policy");
	assert_int_equal(errors.item[0].line, 9 + YGR_POLICY_ITEMS_MAX);
	free(text);
}

/* Rules that are all right, but too much together. */
static void test_limit_of_all_rules(void **state)
{
	struct ygr_text_errors errors;
	size_t bytes;
	unsigned int i, j;
	char *text;
	FILE *out;

	(void)state;
	out = open_memstream(&text, &bytes);
	fputs(HEAD, out);
	for (i = 0; i < 257; i++) {
		fprintf(out, "  - { name: r%u, on: exec, do: deny, where: { any: [", i);
		for (j = 0; j < 1024; j++)
			fprintf(out, "{ uid: %u },", 1024 * i + j);
		fputs("] } }\n", out);
	}
	fclose(out);
	says_to(text, bytes, &errors);
	assert_int_equal(errors.error_nr, 1);
	assert_string_equal(errors.item[0].message,
			    "rule \"r256\": too much for one policy: more than 262144 alternatives, "
			    "1048576 conditions or 1048576 values of a kind");
	assert_int_equal(errors.item[0].line, 4 + 256);
	free(text);
}

static void test_twenty_errors_are_kept(void **state)
{
	struct ygr_text_errors errors;
	size_t bytes;
	unsigned int i;
	char *text;
	FILE *out;

	(void)state;
	out = open_memstream(&text, &bytes);
	fputs(RULE("exec", "deny") "    where:\n      path:\n", out);
	for (i = 0; i < 100; i++)
		fputs("        - relative\n", out);
	fclose(out);
	says_to(text, bytes, &errors);
	assert_int_equal(errors.nr, 20);
	assert_int_equal(errors.error_nr, 100);
	free(text);
}

static void test_label_limit(void **state)
{
	struct ygr_text_errors errors;
	size_t bytes;
	unsigned int i;
	char *text;
	FILE *out;

	(void)state;
	out = open_memstream(&text, &bytes);
	fputs("version: 1\nname: t\nrules: []\nlabels:\n", out);
	for (i = 0; i <= YGR_POLICY_LABELS_MAX; i++)
		fprintf(out, "  - l%u\n", i);
	fclose(out);
	says_to(text, bytes, &errors);
	assert_int_equal(errors.error_nr, 1);
	assert_string_equal(errors.item[0].message,
			    "labels: label \"l64\" is one too many: a policy has at most 64");
	assert_int_equal(errors.item[0].line, 5 + 64);
	free(text);
}

/* A list of so many users, asked for in so many alternatives, each time with another one. */
static char *long_lists(unsigned int users, unsigned int alternatives)
{
	size_t bytes;
	unsigned int i;
	char *text;
	FILE *out;

	out = open_memstream(&text, &bytes);
	fputs("version: 1\nname: t\nlists:\n  l:\n    uid: [", out);
	for (i = 0; i < users; i++)
		fprintf(out, "%u,", 2 * i);
	fputs("]\nrules:\n  - name: r\n    on: exec\n    do: deny\n    where:\n      any:\n", out);
	for (i = 0; i < alternatives; i++)
		fprintf(out, "        - { uid: [$l, %u] }\n", 4000001 + 2 * i);
	fclose(out);
	return text;
}

/* The work is bounded before the result is. */
static void test_limit_of_all_lists(void **state)
{
	char *text = long_lists(1000000, 9);
	struct ygr_text_errors errors;

	(void)state;
	says_to(text, strlen(text), &errors);
	assert_int_equal(errors.error_nr, 1);
	assert_string_equal(errors.item[0].message, "more than 8388608 values in the lists of one policy");
	assert_int_equal(errors.item[0].line, 12 + 7);
	free(text);
}

/* A small result can be a lot of work. */
static void test_limit_of_work(void **state)
{
	struct ygr_text_errors errors;
	size_t bytes;
	unsigned int i;
	char *text;
	FILE *out;

	(void)state;
	out = open_memstream(&text, &bytes);
	fputs(RULE("exec", "deny") "    where:\n      all:\n        - any: [", out);
	for (i = 0; i < 1024; i++)
		fprintf(out, "{ uid: %u }, ", i);
	fputs("]\n", out);
	for (i = 0; i < 5000; i++)
		fputs("        - { gid: 4 }\n", out);
	fclose(out);
	says_to(text, bytes, &errors);
	assert_int_equal(errors.error_nr, 1);
	assert_int_equal(errors.item[0].line, 8);
	assert_string_equal(errors.item[0].message,
			    "\"where\" of rule \"r\": all conditions together are too much to multiply out");
	free(text);
}

/* One list that many rules use counts each time: what the verifier refuses has its place, too. */
static void test_limit_of_all_conditions(void **state)
{
	char text[20000];
	size_t used = sprintf(text, "version: 1\nname: t\nlists: { l: { argv: [");
	unsigned int i;

	(void)state;
	for (i = 0; i < 200; i++)
		used += sprintf(text + used, "a%u, ", i);
	used += sprintf(text + used, "b] } }\nrules:\n");
	used += sprintf(text + used, "  - { name: a, on: exec, do: deny, where: { argv: $l, uid: 1 } }\n");
	policy_says(text, "");
	sprintf(text + used, "  - { name: b, on: exec, do: deny, where: { argv: $l, uid: 2 } }\n");
	policy_says(text, "p:6:45: error: rule \"b\": too many texts to look for in arguments\n");
}

/* The blob is larger than what the kernel takes. */
static void test_blob_limit(void **state)
{
	const struct ygr_policy_host host = policy_says_host(NULL);
	struct ygr_policy_compiled compiled;
	struct ygr_text_errors errors;
	char path[4001];
	size_t bytes;
	unsigned int i;
	char *text;
	FILE *out;

	(void)state;
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	out = open_memstream(&text, &bytes);
	fputs(RULE("exec", "deny") "    where:\n      path:\n", out);
	for (i = 0; i < 16900; i++)
		fprintf(out, "        - /%u/%s\n", i, path);
	fclose(out);
	ygr_text_error_init(&errors);
	assert_int_equal(ygr_policy_compile("p", text, bytes, &host, &compiled, &errors), -EBADMSG);
	assert_int_equal(errors.item[0].line, 0);
	assert_string_equal(errors.item[0].message, "compiles to 67859560 bytes, the most is 67108864");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_modes_without_effect),
		cmocka_unit_test(test_path_length_limit),
		cmocka_unit_test(test_rule_limit),
		cmocka_unit_test(test_item_limit),
		cmocka_unit_test(test_limit_of_all_rules),
		cmocka_unit_test(test_label_limit),
		cmocka_unit_test(test_limit_of_work),
		cmocka_unit_test(test_limit_of_all_lists),
		cmocka_unit_test(test_limit_of_all_conditions),
		cmocka_unit_test(test_blob_limit),
		cmocka_unit_test(test_twenty_errors_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
