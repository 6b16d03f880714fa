// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mappings, a row per field. docs/MAPPINGS.md is made of these rows, and
 * tests/unit/test_event_mapping.c has an expectation for each.
 */
#include "event_mapping.h"

#define BIT(type)	(1u << YGR_TYPE_##type)

#define UNKNOWN		(1u << YGR_TYPE_NR)
#define EXECS		(BIT(EXEC_CHECK) | BIT(EXEC))
/* Attempts on what is about a file, but its contents and name. */
#define ATTRIBUTES	(BIT(CHMOD) | BIT(CHOWN) | BIT(SETXATTR))
#define FILES		(BIT(OPEN) | BIT(CREATE) | BIT(UNLINK) | BIT(RENAME) | BIT(LINK) | \
			 BIT(TRUNCATE) | ATTRIBUTES)
/* From one side to another. */
#define FLOWS		(BIT(CONNECT) | BIT(ACCEPT) | BIT(SEND))
#define SOCKETS		(BIT(SOCKET_CREATE) | BIT(BIND) | BIT(LISTEN) | FLOWS)
#define SENSOR		(BIT(START) | BIT(POLICY) | BIT(GAP) | BIT(TOTALS) | BIT(BREAKER) | BIT(BACKLOG))
#define ALL		(UNKNOWN | EXECS | BIT(FORK) | BIT(EXIT) | FILES | BIT(MMAP_EXEC) | SOCKETS | SENSOR)
/* Told after they happened; of the rest only the attempt is known. */
#define FACTS		(BIT(EXEC) | BIT(FORK) | BIT(EXIT) | BIT(ACCEPT) | SENSOR)
/* Who did it is in the head of these; start, gap, totals and backlog are the sensor's own. */
#define SUBJECT		(ALL & ~(BIT(START) | BIT(GAP) | BIT(TOTALS) | BIT(BACKLOG)))
/* ... and of these it is the process that the event is about, not its parent. */
#define OWN		(SUBJECT & ~BIT(FORK))
/* The file has another name afterwards. */
#define NEW_NAMED	(BIT(RENAME) | BIT(LINK))
/* A file is what they are about. */
#define ON_FILE		(FILES | BIT(MMAP_EXEC) | BIT(EXEC_CHECK))

/* open_flags says more about these. */
#define HAS_FLAGS	(BIT(OPEN) | BIT(CREATE) | BIT(RENAME) | BIT(MMAP_EXEC) | BIT(CHMOD) | \
			 BIT(SETXATTR))

#define COPY(types, to, from)		{ types, to, YGR_MAP_COPY, from, NULL }
#define TEXT(types, to, from)		{ types, to, YGR_MAP_TEXT, from, NULL }
#define LITERAL(types, to, json)	{ types, to, YGR_MAP_LITERAL, NULL, json }
#define CHOOSE(types, to, from, words)	{ types, to, YGR_MAP_CHOOSE, from, words }
#define GIVEN(types, to, from, json)	{ types, to, YGR_MAP_GIVEN, from, json }
#define MAKE(types, to, how, from)	{ types, to, YGR_MAP_##how, from, NULL }

#define TRANSPORTS	"1=\"icmp\" 6=\"tcp\" 17=\"udp\" 58=\"ipv6-icmp\" 132=\"sctp\""

/* ---- Elastic Common Schema -------------------------------------------------- */

static const struct ygr_mapping_row ecs_rows[] = {
	MAKE(ALL, "@timestamp", TIME_TEXT, "time_ns"),
	LITERAL(ALL, "ecs.version", "\"8.11.0\""),

	CHOOSE(ALL & ~SENSOR, "event.kind", "verdict", "deny=\"alert\" would_deny=\"alert\" *=\"event\""),
	LITERAL(SENSOR & ~BIT(TOTALS), "event.kind", "\"event\""),
	LITERAL(BIT(TOTALS), "event.kind", "\"metric\""),
	LITERAL(EXECS | BIT(FORK) | BIT(EXIT), "event.category", "[\"process\"]"),
	LITERAL(FILES, "event.category", "[\"file\"]"),
	LITERAL(BIT(MMAP_EXEC), "event.category", "[\"library\"]"),
	LITERAL(SOCKETS, "event.category", "[\"network\"]"),
	LITERAL(SENSOR, "event.category", "[\"host\"]"),
	LITERAL(BIT(EXEC) | BIT(FORK), "event.type", "[\"start\"]"),
	CHOOSE(BIT(EXEC_CHECK), "event.type", "verdict", "deny=[\"start\",\"denied\"] *=[\"start\"]"),
	LITERAL(BIT(EXIT), "event.type", "[\"end\"]"),
	CHOOSE(BIT(OPEN), "event.type", "verdict", "deny=[\"access\",\"denied\"] *=[\"access\"]"),
	CHOOSE(BIT(CREATE), "event.type", "verdict", "deny=[\"creation\",\"denied\"] *=[\"creation\"]"),
	CHOOSE(BIT(UNLINK), "event.type", "verdict", "deny=[\"deletion\",\"denied\"] *=[\"deletion\"]"),
	CHOOSE(BIT(RENAME) | BIT(TRUNCATE) | ATTRIBUTES, "event.type", "verdict",
	       "deny=[\"change\",\"denied\"] *=[\"change\"]"),
	CHOOSE(BIT(LINK), "event.type", "verdict", "deny=[\"creation\",\"denied\"] *=[\"creation\"]"),
	CHOOSE(BIT(MMAP_EXEC), "event.type", "verdict", "deny=[\"start\",\"denied\"] *=[\"start\"]"),
	CHOOSE(BIT(CONNECT) | BIT(ACCEPT), "event.type", "verdict",
	       "deny=[\"connection\",\"start\",\"denied\"] *=[\"connection\",\"start\"]"),
	CHOOSE(SOCKETS & ~(BIT(CONNECT) | BIT(ACCEPT)), "event.type", "verdict",
	       "deny=[\"info\",\"denied\"] *=[\"info\"]"),
	LITERAL(BIT(START), "event.type", "[\"start\"]"),
	LITERAL(BIT(POLICY), "event.type", "[\"change\"]"),
	LITERAL(BIT(GAP) | BIT(TOTALS) | BIT(BREAKER) | BIT(BACKLOG), "event.type", "[\"info\"]"),
	COPY(ALL, "event.action", "type"),
	CHOOSE(FACTS, "event.outcome", "verdict", "deny=\"failure\" *=\"success\""),
	CHOOSE(ALL & ~FACTS, "event.outcome", "verdict", "deny=\"failure\" *=\"unknown\""),
	MAKE(ALL, "event.id", EVENT_ID, NULL),
	COPY(ALL, "event.sequence", "seq"),
	COPY(ALL & ~SENSOR, "event.reason", "message"),
	LITERAL(ALL, "event.module", "\"yagura\""),
	LITERAL(ALL, "event.dataset", "\"yagura.events\""),

	MAKE(ALL, "host.name", HOST, NULL),
	MAKE(ALL, "host.boot.id", BOOT_ID, NULL),
	LITERAL(ALL, "host.os.type", "\"linux\""),

	COPY(ALL, "rule.name", "rule"),
	TEXT(ALL, "rule.id", "rule_id"),
	TEXT(ALL, "rule.version", "generation"),
	COPY(ALL & ~SENSOR, "threat.technique.id", "attack"),
	COPY(ALL & ~SENSOR, "tags", "tags"),

	COPY(SUBJECT, "container.id", "container.id"),
	COPY(SUBJECT, "container.runtime", "container.runtime"),
	COPY(SUBJECT, "orchestrator.resource.id", "container.pod"),

	COPY(OWN, "process.pid", "pid"),
	COPY(BIT(FORK), "process.pid", "child_pid"),
	MAKE(OWN, "process.entity_id", PROCESS_ID, ""),
	MAKE(BIT(FORK), "process.entity_id", PROCESS_ID, "child"),
	COPY(SUBJECT, "process.name", "comm"),
	COPY(SUBJECT & ~BIT(EXEC), "process.executable", "exe"),
	COPY(BIT(EXEC), "process.executable", "path"),
	MAKE(OWN, "process.start", BOOT_TEXT, "start_ns"),
	MAKE(BIT(FORK), "process.start", BOOT_TEXT, "child_start_ns"),
	MAKE(BIT(EXEC), "process.command_line", JOIN, "argv"),
	COPY(BIT(EXEC), "process.args", "argv"),
	COPY(BIT(EXEC), "process.args_count", "argc"),
	COPY(BIT(EXEC), "process.working_directory", "cwd"),
	MAKE(BIT(EXIT), "process.exit_code", EXIT_CODE, "status"),
	COPY(BIT(EXEC), "process.hash.sha256", "sha256"),
	COPY(OWN, "process.thread.id", "tid"),
	TEXT(SUBJECT, "process.user.id", "euid"),
	COPY(SUBJECT, "process.user.name", "user"),
	TEXT(SUBJECT, "process.group.id", "egid"),
	COPY(SUBJECT, "process.group.name", "group"),
	TEXT(SUBJECT, "process.real_user.id", "uid"),
	TEXT(SUBJECT, "process.real_group.id", "gid"),
	COPY(OWN, "process.parent.pid", "ppid"),
	COPY(BIT(FORK), "process.parent.pid", "pid"),
	MAKE(OWN, "process.parent.entity_id", PROCESS_ID, "parent"),
	MAKE(BIT(FORK), "process.parent.entity_id", PROCESS_ID, ""),
	COPY(OWN, "process.parent.name", "parent.comm"),
	COPY(BIT(FORK), "process.parent.name", "comm"),
	COPY(OWN, "process.parent.executable", "parent.exe"),
	COPY(BIT(FORK), "process.parent.executable", "exe"),
	MAKE(OWN, "process.parent.start", BOOT_TEXT, "parent.start_ns"),
	MAKE(BIT(FORK), "process.parent.start", BOOT_TEXT, "start_ns"),

	TEXT(SUBJECT, "user.id", "euid"),
	COPY(SUBJECT, "user.name", "user"),

	COPY(ON_FILE & ~NEW_NAMED, "file.path", "path"),
	COPY(NEW_NAMED, "file.path", "new_path"),
	MAKE(ON_FILE & ~NEW_NAMED, "file.name", NAME, "path"),
	MAKE(NEW_NAMED, "file.name", NAME, "new_path"),
	MAKE(ON_FILE & ~NEW_NAMED, "file.directory", DIRECTORY, "path"),
	MAKE(NEW_NAMED, "file.directory", DIRECTORY, "new_path"),
	MAKE(ON_FILE & ~NEW_NAMED, "file.extension", EXTENSION, "path"),
	MAKE(NEW_NAMED, "file.extension", EXTENSION, "new_path"),
	MAKE(ON_FILE & ~BIT(CREATE), "file.type", FILE_TYPE, "file.mode"),
	MAKE(ON_FILE & ~BIT(CREATE), "file.mode", OCTAL, "file.mode"),
	TEXT(ON_FILE & ~BIT(CREATE), "file.inode", "file.ino"),
	COPY(ON_FILE, "file.device", "file.dev"),
	TEXT(ON_FILE & ~BIT(CREATE), "file.uid", "file.uid"),
	TEXT(ON_FILE & ~BIT(CREATE), "file.gid", "file.gid"),
	COPY(ON_FILE & ~BIT(CREATE), "file.size", "file.size"),
	MAKE(ON_FILE & ~BIT(CREATE), "file.mtime", TIME_TEXT, "file.mtime_ns"),
	MAKE(ON_FILE & ~BIT(CREATE), "file.ctime", TIME_TEXT, "file.ctime_ns"),
	COPY(BIT(EXEC_CHECK), "file.hash.sha256", "sha256"),
	COPY(NEW_NAMED, "file.Ext.original.path", "path"),

	COPY(BIT(CONNECT) | BIT(SEND), "source.ip", "local.addr"),
	COPY(BIT(ACCEPT), "source.ip", "remote.addr"),
	COPY(BIT(CONNECT) | BIT(SEND), "source.port", "local.port"),
	COPY(BIT(ACCEPT), "source.port", "remote.port"),
	COPY(BIT(CONNECT) | BIT(SEND), "destination.ip", "remote.addr"),
	COPY(BIT(ACCEPT), "destination.ip", "local.addr"),
	COPY(BIT(CONNECT) | BIT(SEND), "destination.port", "remote.port"),
	COPY(BIT(ACCEPT), "destination.port", "local.port"),
	COPY(BIT(BIND) | BIT(LISTEN), "server.ip", "local.addr"),
	COPY(BIT(BIND) | BIT(LISTEN), "server.port", "local.port"),
	CHOOSE(SOCKETS, "network.type", "family", "inet=\"ipv4\" inet6=\"ipv6\""),
	CHOOSE(SOCKETS, "network.transport", "protocol", TRANSPORTS),
	TEXT(SOCKETS, "network.iana_number", "protocol"),
	LITERAL(BIT(CONNECT) | BIT(SEND), "network.direction", "\"egress\""),
	LITERAL(BIT(ACCEPT), "network.direction", "\"ingress\""),

	COPY(ALL, "yagura.class", "class"),
	COPY(ALL, "yagura.verdict", "verdict"),
	COPY(ALL, "yagura.cpu", "cpu"),
	COPY(ALL, "yagura.boot_ns", "boot_ns"),
	COPY(SUBJECT, "yagura.loginuid", "loginuid"),
	COPY(SUBJECT, "yagura.sessionid", "sessionid"),
	COPY(SUBJECT, "yagura.cgroup_id", "cgroup_id"),
	COPY(SUBJECT, "yagura.ns", "ns"),
	COPY(ALL, "yagura.flags", "flags"),
	COPY(ALL, "yagura.truncated", "truncated"),
	COPY(EXECS, "yagura.filename", "filename"),
	COPY(EXECS, "yagura.verity", "verity"),
	COPY(ALL & ~SENSOR, "yagura.severity", "severity"),
	COPY(BIT(SETXATTR), "yagura.xattr", "xattr"),
	COPY(BIT(BREAKER), "yagura.denial_nr", "denial_nr"),
	COPY(BIT(BREAKER), "yagura.seconds", "seconds"),
	COPY(BIT(BACKLOG), "yagura.first_batch_id", "first_batch_id"),
	COPY(BIT(BACKLOG), "yagura.last_batch_id", "last_batch_id"),
	COPY(BIT(BACKLOG), "yagura.batch_nr", "batch_nr"),
	COPY(BIT(BACKLOG), "yagura.discarded", "discarded"),
	COPY(BIT(EXEC_CHECK), "yagura.argv", "argv"),
	COPY(BIT(EXEC), "yagura.file", "file"),
	COPY(SUBJECT, "yagura.ancestors", "ancestors"),
	COPY(BIT(OPEN) | BIT(MMAP_EXEC), "yagura.access", "access"),
	COPY(BIT(CHOWN), "yagura.new_uid", "new_uid"),
	COPY(BIT(CHOWN), "yagura.new_gid", "new_gid"),
	COPY(HAS_FLAGS, "yagura.open_flags", "open_flags"),
	COPY(SOCKETS, "yagura.family", "family"),
	COPY(SOCKETS, "yagura.socket_ino", "socket_ino"),
	COPY(SOCKETS & ~BIT(SOCKET_CREATE), "yagura.unix_path", "unix_path"),
	COPY(BIT(LISTEN), "yagura.backlog", "backlog"),
	COPY(BIT(EXIT), "yagura.utime_ns", "utime_ns"),
	COPY(BIT(EXIT), "yagura.stime_ns", "stime_ns"),
	COPY(BIT(START), "yagura.load_id", "load_id"),
	COPY(BIT(START), "yagura.hooks", "hooks"),
	COPY(BIT(POLICY), "yagura.op", "op"),
	COPY(BIT(POLICY), "yagura.old_generation", "old_generation"),
	COPY(BIT(POLICY), "yagura.new_generation", "new_generation"),
	COPY(BIT(POLICY), "yagura.rule_nr", "rule_nr"),
	COPY(BIT(GAP), "yagura.first_ns", "first_ns"),
	COPY(BIT(GAP), "yagura.last_ns", "last_ns"),
	COPY(BIT(TOTALS), "yagura.begin_ns", "begin_ns"),
	COPY(BIT(TOTALS), "yagura.end_ns", "end_ns"),
	COPY(BIT(TOTALS), "yagura.produced", "produced"),
	COPY(BIT(GAP) | BIT(TOTALS), "yagura.dropped", "dropped"),
};

/* ---- Open Cybersecurity Schema Framework ------------------------------------- */

/* The process that acts, and, where it is the one acted on, the target. */
#define OCSF_PROCESS(types, at) \
	COPY(types, at ".pid", "pid"), \
	COPY(types, at ".tid", "tid"), \
	MAKE(types, at ".uid", PROCESS_ID, ""), \
	COPY(types, at ".name", "comm"), \
	MAKE(types, at ".created_time", BOOT_MS, "start_ns"), \
	TEXT(types, at ".user.uid", "euid"), \
	COPY(types, at ".user.name", "user"), \
	COPY(types, at ".container.uid", "container.id"), \
	COPY(types, at ".container.runtime", "container.runtime"), \
	COPY(types, at ".container.pod_uuid", "container.pod")
#define OCSF_PARENT(types, at) \
	COPY(types, at ".pid", "ppid"), \
	MAKE(types, at ".uid", PROCESS_ID, "parent"), \
	COPY(types, at ".name", "parent.comm"), \
	MAKE(types, at ".created_time", BOOT_MS, "parent.start_ns"), \
	COPY(types, at ".file.path", "parent.exe"), \
	MAKE(types, at ".file.name", NAME, "parent.exe"), \
	GIVEN(types, at ".file.type_id", "parent.exe", "1")
#define OCSF_FILE(types, at, path) \
	COPY(types, at ".path", path), \
	MAKE(types, at ".name", NAME, path), \
	MAKE(types, at ".type_id", FILE_TYPE_ID, "file.mode"), \
	TEXT(types, at ".uid", "file.ino"), \
	COPY(types, at ".size", "file.size"), \
	MAKE(types, at ".modified_time", TIME_MS, "file.mtime_ns"), \
	TEXT(types, at ".owner.uid", "file.uid")

#define OCSF_CLASS(types, category, class, activity, name) \
	LITERAL(types, "category_uid", #category), \
	LITERAL(types, "class_uid", #class), \
	LITERAL(types, "activity_id", #activity), \
	LITERAL(types, "activity_name", "\"" name "\""), \
	LITERAL(types, "type_uid", OCSF_TYPE_UID(class, activity))
/* class * 100 + activity, as text: both have a fixed number of digits here. */
#define OCSF_TYPE_UID(class, activity)	OCSF_TYPE_UID_##activity(class)
#define OCSF_TYPE_UID_1(class)	#class "01"
#define OCSF_TYPE_UID_2(class)	#class "02"
#define OCSF_TYPE_UID_3(class)	#class "03"
#define OCSF_TYPE_UID_4(class)	#class "04"
#define OCSF_TYPE_UID_5(class)	#class "05"
#define OCSF_TYPE_UID_6(class)	#class "06"
#define OCSF_TYPE_UID_7(class)	#class "07"
#define OCSF_TYPE_UID_14(class)	#class "14"
#define OCSF_TYPE_UID_99(class)	#class "99"

#define PROCESS_CLASS	(EXECS | BIT(FORK) | BIT(EXIT))

static const struct ygr_mapping_row ocsf_rows[] = {
	MAKE(ALL, "time", TIME_MS, "time_ns"),
	OCSF_CLASS(EXECS, 1, 1007, 1, "Launch"),
	OCSF_CLASS(BIT(FORK), 1, 1007, 1, "Launch"),
	OCSF_CLASS(BIT(EXIT), 1, 1007, 2, "Terminate"),
	OCSF_CLASS(BIT(OPEN), 1, 1001, 14, "Open"),
	OCSF_CLASS(BIT(CREATE), 1, 1001, 1, "Create"),
	OCSF_CLASS(BIT(UNLINK), 1, 1001, 4, "Delete"),
	OCSF_CLASS(BIT(RENAME), 1, 1001, 5, "Rename"),
	OCSF_CLASS(BIT(TRUNCATE), 1, 1001, 3, "Update"),
	OCSF_CLASS(BIT(CHMOD) | BIT(CHOWN), 1, 1001, 7, "Set Security"),
	OCSF_CLASS(BIT(SETXATTR), 1, 1001, 6, "Set Attributes"),
	OCSF_CLASS(BIT(LINK), 1, 1001, 99, "Link"),
	OCSF_CLASS(BIT(MMAP_EXEC), 1, 1005, 1, "Load"),
	OCSF_CLASS(BIT(CONNECT) | BIT(ACCEPT), 4, 4001, 1, "Open"),
	OCSF_CLASS(BIT(LISTEN), 4, 4001, 7, "Listen"),
	OCSF_CLASS(BIT(BIND), 4, 4001, 99, "Bind"),
	OCSF_CLASS(BIT(SEND), 4, 4001, 6, "Traffic"),
	OCSF_CLASS(BIT(SOCKET_CREATE), 4, 4001, 99, "Create socket"),
	OCSF_CLASS(BIT(START), 6, 6002, 3, "Start"),
	OCSF_CLASS(BIT(POLICY), 6, 6002, 99, "Policy"),
	LITERAL(BIT(GAP) | BIT(TOTALS) | BIT(BREAKER) | BIT(BACKLOG) | UNKNOWN, "category_uid", "0"),
	LITERAL(BIT(GAP) | BIT(TOTALS) | BIT(BREAKER) | BIT(BACKLOG) | UNKNOWN, "class_uid", "0"),
	LITERAL(BIT(GAP) | BIT(TOTALS) | BIT(BREAKER) | BIT(BACKLOG) | UNKNOWN, "activity_id", "99"),
	COPY(BIT(GAP) | BIT(TOTALS) | BIT(BREAKER) | BIT(BACKLOG) | UNKNOWN, "activity_name", "type"),
	LITERAL(BIT(GAP) | BIT(TOTALS) | BIT(BREAKER) | BIT(BACKLOG) | UNKNOWN, "type_uid", "99"),
	CHOOSE(ALL & ~(BIT(GAP) | BIT(BREAKER) | BIT(BACKLOG)), "severity_id", "verdict", "deny=3 would_deny=2 *=1"),
	LITERAL(BIT(GAP) | BIT(BREAKER) | BIT(BACKLOG), "severity_id", "3"),
	CHOOSE(FACTS, "status_id", "verdict", "deny=2 *=1"),
	CHOOSE(ALL & ~FACTS, "status_id", "verdict", "deny=2 *=0"),
	CHOOSE(SUBJECT, "action_id", "verdict", "deny=2 *=1"),
	CHOOSE(SUBJECT, "disposition_id", "verdict", "deny=2 would_deny=17 *=1"),

	COPY(ALL & ~SENSOR, "message", "message"),

	LITERAL(ALL, "metadata.version", "\"1.5.0\""),
	LITERAL(ALL, "metadata.product.name", "\"Yagura\""),
	LITERAL(ALL, "metadata.product.vendor_name", "\"Yagura\""),
	MAKE(ALL, "metadata.uid", EVENT_ID, NULL),
	COPY(ALL, "metadata.sequence", "seq"),
	COPY(ALL, "metadata.event_code", "type"),
	LITERAL(ALL, "metadata.profiles", "[\"host\",\"security_control\"]"),

	MAKE(ALL, "device.hostname", HOST, NULL),
	LITERAL(ALL, "device.type_id", "0"),
	LITERAL(ALL, "device.os.name", "\"Linux\""),
	LITERAL(ALL, "device.os.type_id", "200"),

	COPY(ALL, "firewall_rule.name", "rule"),
	TEXT(ALL, "firewall_rule.uid", "rule_id"),
	TEXT(ALL, "firewall_rule.version", "generation"),

	/* Who acts: of a fork, the parent; of a successful exec, whoever started it. */
	OCSF_PROCESS(SUBJECT & ~BIT(EXEC), "actor.process"),
	COPY(SUBJECT & ~BIT(EXEC), "actor.process.file.path", "exe"),
	MAKE(SUBJECT & ~BIT(EXEC), "actor.process.file.name", NAME, "exe"),
	GIVEN(SUBJECT & ~BIT(EXEC), "actor.process.file.type_id", "exe", "1"),
	OCSF_PARENT(SUBJECT & ~BIT(EXEC), "actor.process.parent_process"),
	OCSF_PARENT(BIT(EXEC), "actor.process"),
	TEXT(SUBJECT, "actor.user.uid", "euid"),

	/* What it acts on. */
	OCSF_PROCESS(BIT(EXEC) | BIT(EXIT), "process"),
	COPY(BIT(EXEC_CHECK), "process.pid", "pid"),
	MAKE(BIT(EXEC_CHECK), "process.uid", PROCESS_ID, ""),
	COPY(BIT(FORK), "process.pid", "child_pid"),
	MAKE(BIT(FORK), "process.uid", PROCESS_ID, "child"),
	MAKE(BIT(FORK), "process.created_time", BOOT_MS, "child_start_ns"),
	COPY(BIT(FORK), "process.name", "comm"),
	MAKE(EXECS, "process.cmd_line", JOIN, "argv"),
	COPY(EXECS, "process.working_directory", "cwd"),
	OCSF_FILE(EXECS, "process.file", "path"),
	COPY(BIT(EXIT), "process.file.path", "exe"),
	MAKE(BIT(EXIT), "process.file.name", NAME, "exe"),
	GIVEN(BIT(EXIT), "process.file.type_id", "exe", "1"),
	OCSF_PARENT(BIT(EXEC) | BIT(EXIT), "process.parent_process"),
	LITERAL(BIT(EXEC) | BIT(EXEC_CHECK), "launch_type_id", "3"),
	LITERAL(BIT(FORK), "launch_type_id", "2"),
	MAKE(BIT(EXIT), "exit_code", EXIT_CODE, "status"),

	OCSF_FILE(FILES & ~BIT(CREATE), "file", "path"),
	/* What is known there is the directory; the file is yet to be made. */
	COPY(BIT(CREATE), "file.path", "path"),
	MAKE(BIT(CREATE), "file.name", NAME, "path"),
	LITERAL(BIT(CREATE), "file.type_id", "0"),
	COPY(NEW_NAMED, "file_result.path", "new_path"),
	MAKE(NEW_NAMED, "file_result.name", NAME, "new_path"),
	MAKE(NEW_NAMED, "file_result.type_id", FILE_TYPE_ID, "file.mode"),
	OCSF_FILE(BIT(MMAP_EXEC), "module.file", "path"),
	LITERAL(BIT(MMAP_EXEC), "module.load_type_id", "1"),

	COPY(BIT(CONNECT) | BIT(SEND), "src_endpoint.ip", "local.addr"),
	COPY(BIT(ACCEPT), "src_endpoint.ip", "remote.addr"),
	COPY(BIT(CONNECT) | BIT(SEND), "src_endpoint.port", "local.port"),
	COPY(BIT(ACCEPT), "src_endpoint.port", "remote.port"),
	COPY(BIT(CONNECT) | BIT(SEND), "dst_endpoint.ip", "remote.addr"),
	COPY(BIT(ACCEPT) | BIT(BIND) | BIT(LISTEN), "dst_endpoint.ip", "local.addr"),
	COPY(BIT(CONNECT) | BIT(SEND), "dst_endpoint.port", "remote.port"),
	COPY(BIT(ACCEPT) | BIT(BIND) | BIT(LISTEN), "dst_endpoint.port", "local.port"),
	CHOOSE(SOCKETS, "connection_info.protocol_ver_id", "family", "inet=4 inet6=6 *=0"),
	CHOOSE(SOCKETS, "connection_info.protocol_name", "protocol", TRANSPORTS),
	COPY(SOCKETS, "connection_info.protocol_num", "protocol"),
	LITERAL(BIT(CONNECT) | BIT(SEND), "connection_info.direction_id", "2"),
	LITERAL(BIT(ACCEPT), "connection_info.direction_id", "1"),
	LITERAL(BIT(SOCKET_CREATE) | BIT(BIND) | BIT(LISTEN), "connection_info.direction_id", "0"),

	LITERAL(BIT(START) | BIT(POLICY), "app.name", "\"Yagura\""),
	LITERAL(BIT(START) | BIT(POLICY), "app.vendor_name", "\"Yagura\""),

	COPY(ALL, "unmapped.class", "class"),
	COPY(ALL, "unmapped.verdict", "verdict"),
	COPY(ALL, "unmapped.cpu", "cpu"),
	COPY(ALL, "unmapped.boot_ns", "boot_ns"),
	COPY(SUBJECT, "unmapped.uid", "uid"),
	COPY(SUBJECT, "unmapped.gid", "gid"),
	COPY(SUBJECT, "unmapped.egid", "egid"),
	COPY(SUBJECT, "unmapped.loginuid", "loginuid"),
	COPY(SUBJECT, "unmapped.sessionid", "sessionid"),
	COPY(SUBJECT, "unmapped.cgroup_id", "cgroup_id"),
	COPY(SUBJECT, "unmapped.ns", "ns"),
	COPY(ALL, "unmapped.flags", "flags"),
	COPY(ALL, "unmapped.truncated", "truncated"),
	COPY(EXECS, "unmapped.filename", "filename"),
	COPY(EXECS, "unmapped.verity", "verity"),
	COPY(EXECS, "unmapped.sha256", "sha256"),
	COPY(ALL & ~SENSOR, "unmapped.severity", "severity"),
	COPY(ALL & ~SENSOR, "unmapped.attack", "attack"),
	COPY(ALL & ~SENSOR, "unmapped.tags", "tags"),
	COPY(BIT(SETXATTR), "unmapped.xattr", "xattr"),
	COPY(BIT(BREAKER), "unmapped.denial_nr", "denial_nr"),
	COPY(BIT(BREAKER), "unmapped.seconds", "seconds"),
	COPY(BIT(BACKLOG), "unmapped.first_batch_id", "first_batch_id"),
	COPY(BIT(BACKLOG), "unmapped.last_batch_id", "last_batch_id"),
	COPY(BIT(BACKLOG), "unmapped.batch_nr", "batch_nr"),
	COPY(BIT(BACKLOG), "unmapped.discarded", "discarded"),
	COPY(SUBJECT, "unmapped.ancestors", "ancestors"),
	COPY(BIT(OPEN) | BIT(MMAP_EXEC), "unmapped.access", "access"),
	COPY(BIT(CHOWN), "unmapped.new_uid", "new_uid"),
	COPY(BIT(CHOWN), "unmapped.new_gid", "new_gid"),
	COPY(HAS_FLAGS, "unmapped.open_flags", "open_flags"),
	COPY(SOCKETS, "unmapped.family", "family"),
	COPY(SOCKETS, "unmapped.socket_ino", "socket_ino"),
	COPY(SOCKETS & ~BIT(SOCKET_CREATE), "unmapped.unix_path", "unix_path"),
	COPY(BIT(LISTEN), "unmapped.backlog", "backlog"),
	COPY(BIT(START), "unmapped.load_id", "load_id"),
	COPY(BIT(START), "unmapped.hooks", "hooks"),
	COPY(BIT(POLICY), "unmapped.op", "op"),
	COPY(BIT(POLICY), "unmapped.old_generation", "old_generation"),
	COPY(BIT(POLICY), "unmapped.new_generation", "new_generation"),
	COPY(BIT(POLICY), "unmapped.rule_nr", "rule_nr"),
	COPY(BIT(TOTALS), "unmapped.produced", "produced"),
	COPY(BIT(GAP) | BIT(TOTALS), "unmapped.dropped", "dropped"),
};

/* ---- Sysmon for Linux, as Sigma rules name its fields -------------------------- */

static const struct ygr_mapping_row sigma_rows[] = {
	LITERAL(BIT(EXEC) | BIT(EXEC_CHECK), "EventID", "1"),
	LITERAL(BIT(CONNECT) | BIT(ACCEPT), "EventID", "3"),
	LITERAL(BIT(EXIT), "EventID", "5"),
	LITERAL(BIT(MMAP_EXEC), "EventID", "7"),
	LITERAL(BIT(CREATE), "EventID", "11"),
	LITERAL(BIT(UNLINK), "EventID", "23"),
	LITERAL(BIT(POLICY), "EventID", "16"),
	LITERAL(BIT(START), "EventID", "4"),
	LITERAL(ALL, "product", "\"linux\""),
	LITERAL(ALL, "service", "\"yagura\""),
	LITERAL(EXECS, "category", "\"process_creation\""),
	LITERAL(BIT(CONNECT) | BIT(ACCEPT), "category", "\"network_connection\""),
	LITERAL(BIT(EXIT), "category", "\"process_termination\""),
	LITERAL(BIT(MMAP_EXEC), "category", "\"image_load\""),
	LITERAL(BIT(OPEN), "category", "\"file_access\""),
	LITERAL(BIT(CREATE), "category", "\"file_event\""),
	LITERAL(BIT(UNLINK), "category", "\"file_delete\""),
	LITERAL(BIT(RENAME), "category", "\"file_rename\""),
	LITERAL(BIT(LINK) | BIT(TRUNCATE) | ATTRIBUTES, "category", "\"file_change\""),
	COPY(ALL, "EventType", "type"),
	MAKE(ALL, "EventRecordID", EVENT_ID, NULL),
	MAKE(ALL, "Computer", HOST, NULL),
	MAKE(ALL, "UtcTime", TIME_PLAIN, "time_ns"),
	COPY(ALL, "RuleName", "rule"),
	CHOOSE(SUBJECT, "Action", "verdict", "deny=\"blocked\" would_deny=\"would_block\" *=\"allowed\""),

	MAKE(SUBJECT, "ProcessGuid", PROCESS_ID, ""),
	COPY(SUBJECT, "ProcessId", "pid"),
	COPY(SUBJECT & ~EXECS, "Image", "exe"),
	COPY(EXECS, "Image", "path"),
	MAKE(EXECS, "CommandLine", JOIN, "argv"),
	COPY(EXECS, "CurrentDirectory", "cwd"),
	COPY(EXECS, "Hashes", "sha256"),
	COPY(SUBJECT, "User", "user"),
	TEXT(SUBJECT, "UserId", "euid"),
	TEXT(SUBJECT, "LogonId", "loginuid"),
	TEXT(SUBJECT, "TerminalSessionId", "sessionid"),
	MAKE(SUBJECT, "ParentProcessGuid", PROCESS_ID, "parent"),
	COPY(SUBJECT, "ParentProcessId", "ppid"),
	COPY(SUBJECT, "ParentImage", "parent.exe"),
	MAKE(BIT(FORK), "TargetProcessGuid", PROCESS_ID, "child"),
	COPY(BIT(FORK), "TargetProcessId", "child_pid"),
	MAKE(BIT(EXIT), "ExitCode", EXIT_CODE, "status"),

	COPY(FILES & ~NEW_NAMED, "TargetFilename", "path"),
	COPY(NEW_NAMED, "SourceFilename", "path"),
	COPY(NEW_NAMED, "TargetFilename", "new_path"),
	COPY(BIT(MMAP_EXEC), "ImageLoaded", "path"),
	COPY(BIT(OPEN), "AccessMask", "access"),

	CHOOSE(SOCKETS, "Protocol", "protocol", TRANSPORTS),
	LITERAL(BIT(CONNECT) | BIT(SEND), "Initiated", "\"true\""),
	LITERAL(BIT(ACCEPT), "Initiated", "\"false\""),
	CHOOSE(FLOWS, "SourceIsIpv6", "family", "inet=\"false\" inet6=\"true\""),
	COPY(BIT(CONNECT) | BIT(SEND), "SourceIp", "local.addr"),
	COPY(BIT(ACCEPT), "SourceIp", "remote.addr"),
	COPY(BIT(CONNECT) | BIT(SEND), "SourcePort", "local.port"),
	COPY(BIT(ACCEPT), "SourcePort", "remote.port"),
	CHOOSE(FLOWS, "DestinationIsIpv6", "family", "inet=\"false\" inet6=\"true\""),
	COPY(BIT(CONNECT) | BIT(SEND), "DestinationIp", "remote.addr"),
	COPY(BIT(ACCEPT) | BIT(BIND) | BIT(LISTEN), "DestinationIp", "local.addr"),
	COPY(BIT(CONNECT) | BIT(SEND), "DestinationPort", "remote.port"),
	COPY(BIT(ACCEPT) | BIT(BIND) | BIT(LISTEN), "DestinationPort", "local.port"),
	COPY(SOCKETS & ~BIT(SOCKET_CREATE), "UnixPath", "unix_path"),

	COPY(BIT(POLICY), "ConfigurationGeneration", "new_generation"),
	COPY(BIT(GAP), "EventsLost", "dropped"),
	COPY(BIT(BACKLOG), "EventsLost", "discarded"),
};

#define ROWS(rows) (rows), sizeof(rows) / sizeof((rows)[0])

const struct ygr_mapping ygr_mapping_ecs = {
	"ecs", "Elastic Common Schema 8.11",
	"What ECS has no field for is below `yagura`.",
	ROWS(ecs_rows),
};

const struct ygr_mapping ygr_mapping_ocsf = {
	"ocsf", "Open Cybersecurity Schema Framework 1.5.0",
	"Process, File System, Module and Network Activity, Application Lifecycle for the sensor "
	"itself; what OCSF has no field for is below `unmapped`.",
	ROWS(ocsf_rows),
};

const struct ygr_mapping ygr_mapping_sigma = {
	"sigma", "Sysmon for Linux, as Sigma rules name its fields",
	"Flat. EventID is Sysmon's where it has such an event; `category` is that of Sigma's "
	"log sources.",
	ROWS(sigma_rows),
};
