// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mappings, a row per field. docs/MAPPINGS.md is made of these rows, and
 * tests/unit/test_event_mapping.c has an expectation for each.
 */
#include "event_mapping.h"

#define BIT(type)	YGR_TYPE_BIT(YGR_TYPE_##type)

#define UNKNOWN		YGR_TYPE_BIT(YGR_TYPE_NR)
#define EXECS		(BIT(EXEC_CHECK) | BIT(EXEC))
/* They tell what a process runs. */
#define RUNS		(BIT(EXEC) | BIT(PROCESS))
#define PROGRAMS	(EXECS | BIT(PROCESS))
/* Attempts on what is about a file, but its contents and name. */
#define XATTRS		(BIT(SETXATTR) | BIT(REMOVEXATTR))
#define ATTRIBUTES	(BIT(CHMOD) | BIT(CHOWN) | BIT(CHATTR) | XATTRS)
/* What is to be made: the file that they know is the directory. */
#define MADE		(BIT(CREATE) | BIT(MKDIR) | BIT(SYMLINK))
#define REMOVED		(BIT(UNLINK) | BIT(RMDIR))
/* Code comes into a process. */
#define CODE		(BIT(MMAP_EXEC) | BIT(MPROTECT_EXEC))
#define FILES		(BIT(OPEN) | MADE | REMOVED | BIT(RENAME) | BIT(LINK) | \
			 BIT(TRUNCATE) | BIT(CLOSE_WRITE) | BIT(MEMFD) | ATTRIBUTES)
/* From one side to another. */
#define FLOWS		(BIT(CONNECT) | BIT(ACCEPT) | BIT(SEND))
/* What went over a socket that has been told of. */
#define TALK		(BIT(SOCKET_CLOSE) | BIT(DNS) | BIT(STREAM))
#define SOCKETS		(BIT(SOCKET_CREATE) | BIT(BIND) | BIT(LISTEN) | FLOWS | TALK)
/* From here to there, and the other way. */
#define OUTBOUND	(BIT(CONNECT) | BIT(SEND) | BIT(SOCKET_CLOSE) | BIT(STREAM))
#define INBOUND		(BIT(ACCEPT) | BIT(DNS))
/* The accounts of the sensor, and what was lost or is uncertain. */
#define METRICS		(BIT(TOTALS) | BIT(HEARTBEAT))
#define LOSSES		(BIT(GAP) | BIT(BACKLOG) | BIT(OUTAGE) | BIT(CLOCK) | BIT(SUPPRESSED))
#define SENSOR		(BIT(START) | BIT(STOP) | BIT(POLICY) | BIT(BREAKER) | METRICS | LOSSES)
/* Of no class that OCSF has. */
#define UNCLASSED	(METRICS | LOSSES | BIT(BREAKER) | UNKNOWN)
/* Whose repeats may be merged. */
#define REPEATED	(BIT(OPEN) | BIT(MMAP_EXEC) | BIT(SOCKET_CREATE) | BIT(CONNECT) | BIT(SEND))
#define ALL		(UNKNOWN | PROGRAMS | BIT(FORK) | BIT(EXIT) | FILES | CODE | SOCKETS | PRIVILEGES | SENSOR)
/* Of what a process may do. */
#define IDS		(BIT(SETUID) | BIT(SETGID))
#define OWN_PRIVILEGES	(IDS | BIT(CAPSET))
#define MODULES		(BIT(MODULE_LOAD) | BIT(MODULE_UNLOAD))
#define KERNEL_CODE	(MODULES | BIT(KEXEC))
#define MOUNTS		(BIT(MOUNT) | BIT(UMOUNT) | BIT(MOVE_MOUNT) | BIT(PIVOT_ROOT))
/* Done to another process. */
#define TARGETS		(BIT(PTRACE) | BIT(VM_WRITE) | BIT(SIGNAL))
/* Done to the process itself. */
#define OWN_SETTINGS	(BIT(UNSHARE) | BIT(SETNS) | BIT(KEYCTL) | BIT(PRCTL) | BIT(PERSONALITY) | BIT(SECCOMP))
#define SETTINGS	(OWN_SETTINGS | BIT(SETTIME))
#define PRIVILEGES	(OWN_PRIVILEGES | KERNEL_CODE | BIT(BPF) | MOUNTS | TARGETS | SETTINGS)
/* Told after they happened; of the rest only the attempt is known. */
#define FACTS		(RUNS | BIT(FORK) | BIT(EXIT) | BIT(ACCEPT) | BIT(SOCKET_CLOSE) | BIT(DNS) | \
			 BIT(CLOSE_WRITE) | BIT(MODULE_UNLOAD) | SENSOR)
/* Who did it is in the head of these; start, accounts and losses are the sensor's own, and nobody does a dns. */
#define SUBJECT		(ALL & ~(BIT(START) | METRICS | (LOSSES & ~BIT(SUPPRESSED)) | BIT(DNS)))
/* ... and of these it is the process that the event is about, not its parent. */
#define OWN		(SUBJECT & ~BIT(FORK))
/* The file has another name afterwards. */
#define NEW_NAMED	(BIT(RENAME) | BIT(LINK))
/* A file is what they are about. */
#define ON_FILE		(FILES | CODE | BIT(EXEC_CHECK))
/* ... of which it is known which. */
#define ON_KNOWN_FILE	(ON_FILE & ~(MADE | BIT(MEMFD)))

/* open_flags says more about these. */
#define HAS_FLAGS	(BIT(OPEN) | BIT(CLOSE_WRITE) | BIT(CREATE) | BIT(MKDIR) | BIT(RENAME) | CODE | BIT(CHMOD) | \
			 BIT(CHATTR) | BIT(SETXATTR))

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
	LITERAL(SENSOR & ~METRICS, "event.kind", "\"event\""),
	LITERAL(METRICS, "event.kind", "\"metric\""),
	LITERAL(PROGRAMS | BIT(FORK) | BIT(EXIT) | OWN_PRIVILEGES | TARGETS | OWN_SETTINGS, "event.category",
		"[\"process\"]"),
	LITERAL(KERNEL_CODE | BIT(BPF), "event.category", "[\"driver\"]"),
	LITERAL(MOUNTS | BIT(SETTIME), "event.category", "[\"host\"]"),
	LITERAL(FILES, "event.category", "[\"file\"]"),
	LITERAL(CODE, "event.category", "[\"library\"]"),
	LITERAL(SOCKETS, "event.category", "[\"network\"]"),
	LITERAL(SENSOR, "event.category", "[\"host\"]"),
	LITERAL(BIT(EXEC) | BIT(FORK), "event.type", "[\"start\"]"),
	CHOOSE(BIT(EXEC_CHECK), "event.type", "verdict", "deny=[\"start\",\"denied\"] *=[\"start\"]"),
	LITERAL(BIT(PROCESS), "event.type", "[\"info\"]"),
	LITERAL(BIT(EXIT) | BIT(MODULE_UNLOAD), "event.type", "[\"end\"]"),
	CHOOSE(BIT(MODULE_LOAD) | BIT(KEXEC), "event.type", "verdict",
	       "deny=[\"start\",\"denied\"] *=[\"start\"]"),
	CHOOSE(BIT(OPEN), "event.type", "verdict", "deny=[\"access\",\"denied\"] *=[\"access\"]"),
	CHOOSE(MADE | BIT(MEMFD), "event.type", "verdict", "deny=[\"creation\",\"denied\"] *=[\"creation\"]"),
	CHOOSE(REMOVED, "event.type", "verdict", "deny=[\"deletion\",\"denied\"] *=[\"deletion\"]"),
	CHOOSE(BIT(RENAME) | BIT(TRUNCATE) | BIT(CLOSE_WRITE) | ATTRIBUTES | OWN_PRIVILEGES |
	       BIT(BPF) | MOUNTS | TARGETS | SETTINGS, "event.type", "verdict",
	       "deny=[\"change\",\"denied\"] *=[\"change\"]"),
	CHOOSE(BIT(LINK), "event.type", "verdict", "deny=[\"creation\",\"denied\"] *=[\"creation\"]"),
	CHOOSE(CODE, "event.type", "verdict", "deny=[\"start\",\"denied\"] *=[\"start\"]"),
	CHOOSE(BIT(CONNECT) | BIT(ACCEPT), "event.type", "verdict",
	       "deny=[\"connection\",\"start\",\"denied\"] *=[\"connection\",\"start\"]"),
	CHOOSE(SOCKETS & ~(BIT(CONNECT) | BIT(ACCEPT) | TALK), "event.type", "verdict",
	       "deny=[\"info\",\"denied\"] *=[\"info\"]"),
	LITERAL(BIT(SOCKET_CLOSE), "event.type", "[\"connection\",\"end\"]"),
	LITERAL(BIT(DNS) | BIT(STREAM), "event.type", "[\"protocol\",\"info\"]"),
	LITERAL(BIT(START), "event.type", "[\"start\"]"),
	LITERAL(BIT(POLICY), "event.type", "[\"change\"]"),
	LITERAL(BIT(STOP), "event.type", "[\"end\"]"),
	LITERAL(METRICS | LOSSES | BIT(BREAKER), "event.type", "[\"info\"]"),
	COPY(ALL, "event.action", "type"),
	CHOOSE(FACTS, "event.outcome", "verdict", "deny=\"failure\" *=\"success\""),
	CHOOSE(ALL & ~FACTS, "event.outcome", "verdict", "deny=\"failure\" *=\"unknown\""),
	MAKE(ALL, "event.id", EVENT_ID, NULL),
	COPY(ALL, "event.sequence", "seq"),
	MAKE(BIT(SOCKET_CLOSE), "event.start", BOOT_TEXT, "opened_ns"),
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
	COPY(SUBJECT & ~RUNS, "process.executable", "exe"),
	COPY(RUNS, "process.executable", "path"),
	MAKE(OWN, "process.start", BOOT_TEXT, "start_ns"),
	MAKE(BIT(FORK), "process.start", BOOT_TEXT, "child_start_ns"),
	MAKE(RUNS, "process.command_line", JOIN, "argv"),
	COPY(RUNS, "process.args", "argv"),
	COPY(BIT(EXEC), "process.args_count", "argc"),
	COPY(RUNS, "process.working_directory", "cwd"),
	COPY(RUNS, "process.env_vars", "env"),
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
	TEXT(BIT(SETUID), "user.effective.id", "new_ids.effective"),

	COPY(ON_FILE & ~NEW_NAMED, "file.path", "path"),
	COPY(NEW_NAMED, "file.path", "new_path"),
	MAKE(ON_FILE & ~NEW_NAMED, "file.name", NAME, "path"),
	MAKE(NEW_NAMED, "file.name", NAME, "new_path"),
	MAKE(ON_FILE & ~NEW_NAMED, "file.directory", DIRECTORY, "path"),
	MAKE(NEW_NAMED, "file.directory", DIRECTORY, "new_path"),
	MAKE(ON_FILE & ~NEW_NAMED, "file.extension", EXTENSION, "path"),
	MAKE(NEW_NAMED, "file.extension", EXTENSION, "new_path"),
	MAKE(ON_KNOWN_FILE, "file.type", FILE_TYPE, "file.mode"),
	MAKE(ON_KNOWN_FILE, "file.mode", OCTAL, "file.mode"),
	TEXT(ON_KNOWN_FILE, "file.inode", "file.ino"),
	COPY(ON_FILE & ~BIT(MEMFD), "file.device", "file.dev"),
	TEXT(ON_KNOWN_FILE, "file.uid", "file.uid"),
	TEXT(ON_KNOWN_FILE, "file.gid", "file.gid"),
	COPY(ON_KNOWN_FILE, "file.size", "file.size"),
	MAKE(ON_KNOWN_FILE, "file.mtime", TIME_TEXT, "file.mtime_ns"),
	MAKE(ON_KNOWN_FILE, "file.ctime", TIME_TEXT, "file.ctime_ns"),
	COPY(BIT(EXEC_CHECK), "file.hash.sha256", "sha256"),
	COPY(NEW_NAMED, "file.Ext.original.path", "path"),
	COPY(BIT(SYMLINK), "file.target_path", "target"),

	COPY(OUTBOUND, "source.ip", "local.addr"),
	COPY(INBOUND, "source.ip", "remote.addr"),
	COPY(OUTBOUND, "source.port", "local.port"),
	COPY(INBOUND, "source.port", "remote.port"),
	COPY(BIT(SOCKET_CLOSE), "source.bytes", "bytes_out"),
	COPY(BIT(SOCKET_CLOSE), "source.packets", "packets_out"),
	COPY(OUTBOUND, "destination.domain", "dns_name"),
	COPY(OUTBOUND, "destination.ip", "remote.addr"),
	COPY(INBOUND, "destination.ip", "local.addr"),
	COPY(OUTBOUND, "destination.port", "remote.port"),
	COPY(INBOUND, "destination.port", "local.port"),
	COPY(BIT(SOCKET_CLOSE), "destination.bytes", "bytes_in"),
	COPY(BIT(SOCKET_CLOSE), "destination.packets", "packets_in"),
	COPY(BIT(BIND) | BIT(LISTEN), "server.ip", "local.addr"),
	COPY(BIT(BIND) | BIT(LISTEN), "server.port", "local.port"),
	CHOOSE(SOCKETS, "network.type", "family", "inet=\"ipv4\" inet6=\"ipv6\""),
	CHOOSE(SOCKETS, "network.transport", "protocol", TRANSPORTS),
	TEXT(SOCKETS, "network.iana_number", "protocol"),
	LITERAL(BIT(CONNECT) | BIT(SEND) | BIT(STREAM), "network.direction", "\"egress\""),
	LITERAL(INBOUND, "network.direction", "\"ingress\""),
	LITERAL(BIT(DNS), "network.protocol", "\"dns\""),

	LITERAL(BIT(DNS), "dns.type", "\"answer\""),
	TEXT(BIT(DNS), "dns.id", "dns.id"),
	COPY(BIT(DNS), "dns.question.name", "dns.question"),
	COPY(BIT(DNS), "dns.question.type", "dns.type"),
	COPY(BIT(DNS), "dns.response_code", "dns.rcode"),
	COPY(BIT(DNS), "dns.answers", "answers"),
	COPY(BIT(STREAM) | BIT(SOCKET_CLOSE), "tls.client.server_name", "tls.sni"),
	COPY(BIT(STREAM), "http.request.method", "http.method"),
	COPY(BIT(STREAM), "http.version", "http.version"),
	COPY(BIT(STREAM) | BIT(SOCKET_CLOSE), "url.domain", "http.host"),
	COPY(BIT(STREAM), "url.port", "http.port"),
	COPY(BIT(STREAM), "url.path", "http.path"),
	COPY(BIT(STREAM), "url.query", "http.query"),

	COPY(ALL, "yagura.class", "class"),
	COPY(ALL, "yagura.verdict", "verdict"),
	COPY(ALL, "yagura.cpu", "cpu"),
	COPY(ALL, "yagura.boot_ns", "boot_ns"),
	COPY(SUBJECT, "yagura.loginuid", "loginuid"),
	COPY(SUBJECT, "yagura.sessionid", "sessionid"),
	COPY(SUBJECT, "yagura.cgroup_id", "cgroup_id"),
	COPY(SUBJECT, "yagura.ns", "ns"),
	COPY(ALL, "yagura.flags", "flags"),
	COPY(SUBJECT & ~SENSOR, "yagura.submitter", "submitter"),
	COPY(ALL, "yagura.truncated", "truncated"),
	COPY(EXECS, "yagura.filename", "filename"),
	COPY(EXECS, "yagura.verity", "verity"),
	COPY(ALL & ~SENSOR, "yagura.severity", "severity"),
	COPY(XATTRS, "yagura.xattr", "xattr"),
	COPY(BIT(CREATE), "yagura.rdev", "rdev"),
	COPY(BIT(BREAKER), "yagura.denial_nr", "denial_nr"),
	COPY(BIT(BREAKER), "yagura.seconds", "seconds"),
	COPY(BIT(BACKLOG), "yagura.first_batch_id", "first_batch_id"),
	COPY(BIT(BACKLOG), "yagura.last_batch_id", "last_batch_id"),
	COPY(BIT(BACKLOG), "yagura.batch_nr", "batch_nr"),
	COPY(BIT(BACKLOG), "yagura.discarded", "discarded"),
	COPY(BIT(EXEC_CHECK), "yagura.argv", "argv"),
	COPY(RUNS, "yagura.file", "file"),
	COPY(RUNS, "yagura.tty", "tty"),
	COPY(RUNS, "yagura.tty_dev", "tty_dev"),
	COPY(RUNS, "yagura.cgroup", "cgroup"),
	COPY(RUNS, "yagura.ancestor_ids", "ancestor_ids"),
	COPY(BIT(EXEC), "yagura.script", "script"),
	COPY(BIT(EXEC), "yagura.script_file", "script_file"),
	COPY(PROGRAMS, "yagura.exec_flags", "exec_flags"),
	COPY(PROGRAMS, "yagura.capabilities", "capabilities"),
	COPY(EXECS, "yagura.file_capabilities", "file_capabilities"),
	COPY(BIT(FORK), "yagura.clone_flags", "clone_flags"),
	COPY(BIT(FORK), "yagura.exit_signal", "exit_signal"),
	COPY(BIT(EXIT), "yagura.signal", "signal"),
	COPY(BIT(EXIT), "yagura.core_dumped", "core_dumped"),
	COPY(BIT(EXIT), "yagura.maxrss_bytes", "maxrss_bytes"),
	COPY(BIT(EXIT), "yagura.minor_faults", "minor_faults"),
	COPY(BIT(EXIT), "yagura.major_faults", "major_faults"),
	COPY(BIT(EXIT), "yagura.voluntary_switches", "voluntary_switches"),
	COPY(BIT(EXIT), "yagura.involuntary_switches", "involuntary_switches"),
	COPY(BIT(EXIT), "yagura.read_bytes", "read_bytes"),
	COPY(BIT(EXIT), "yagura.write_bytes", "write_bytes"),
	COPY(SUBJECT, "yagura.ancestors", "ancestors"),
	COPY(BIT(OPEN) | BIT(CLOSE_WRITE) | CODE, "yagura.access", "access"),
	COPY(BIT(CLOSE_WRITE), "yagura.opened_ns", "opened_ns"),
	COPY(BIT(CLOSE_WRITE), "yagura.old_size", "old_size"),
	COPY(BIT(CLOSE_WRITE), "yagura.written_bytes", "written_bytes"),
	COPY(BIT(CLOSE_WRITE), "yagura.opener", "opener"),
	COPY(BIT(CHOWN), "yagura.new_uid", "new_uid"),
	COPY(BIT(CHOWN), "yagura.new_gid", "new_gid"),
	COPY(HAS_FLAGS, "yagura.open_flags", "open_flags"),
	COPY(SOCKETS, "yagura.family", "family"),
	COPY(SOCKETS & ~BIT(DNS), "yagura.socket_ino", "socket_ino"),
	COPY(SOCKETS & ~(BIT(SOCKET_CREATE) | TALK), "yagura.unix_path", "unix_path"),
	COPY(SOCKETS & ~(BIT(SOCKET_CREATE) | BIT(BIND) | BIT(LISTEN)), "yagura.socket_cookie", "socket_cookie"),
	COPY(BIT(SOCKET_CREATE), "yagura.raw", "raw"),
	COPY(BIT(ACCEPT), "yagura.peer_pid", "peer_pid"),
	COPY(BIT(ACCEPT), "yagura.peer_start_ns", "peer_start_ns"),
	COPY(BIT(ACCEPT), "yagura.peer_uid", "peer_uid"),
	COPY(BIT(SOCKET_CLOSE) | BIT(DNS), "yagura.net_ns", "net_ns"),
	COPY(BIT(SOCKET_CLOSE) | BIT(DNS), "yagura.owner_pid", "owner_pid"),
	COPY(BIT(SOCKET_CLOSE) | BIT(DNS), "yagura.owner_start_ns", "owner_start_ns"),
	COPY(BIT(SOCKET_CLOSE), "yagura.bytes_unsent", "bytes_unsent"),
	COPY(BIT(SOCKET_CLOSE), "yagura.retransmits", "retransmits"),
	COPY(BIT(DNS), "yagura.message_bytes", "message_bytes"),
	COPY(BIT(STREAM), "yagura.sent_bytes", "sent_bytes"),
	COPY(OUTBOUND & ~BIT(SOCKET_CLOSE), "yagura.dns_canonical", "dns_canonical"),
	COPY(OUTBOUND & ~BIT(SOCKET_CLOSE), "yagura.dns_age_ms", "dns_age_ms"),
	COPY(OUTBOUND & ~BIT(SOCKET_CLOSE), "yagura.dns_expired", "dns_expired"),
	COPY(OUTBOUND & ~BIT(SOCKET_CLOSE), "yagura.dns_others", "dns_others"),
	COPY(BIT(STREAM), "yagura.tls_alpn", "tls.alpn"),
	COPY(BIT(STREAM), "yagura.tls_version", "tls.version"),
	COPY(BIT(DNS), "yagura.dns_canonical", "dns.canonical"),
	COPY(BIT(LISTEN), "yagura.backlog", "backlog"),
	COPY(BIT(EXIT), "yagura.utime_ns", "utime_ns"),
	COPY(BIT(EXIT), "yagura.stime_ns", "stime_ns"),
	COPY(BIT(START) | BIT(STOP) | BIT(HEARTBEAT) | BIT(OUTAGE), "yagura.load_id", "load_id"),
	COPY(BIT(START), "yagura.mode", "mode"),
	COPY(BIT(START) | BIT(HEARTBEAT), "yagura.hooks", "hooks"),
	COPY(BIT(HEARTBEAT), "yagura.interval_ns", "interval_ns"),
	COPY(BIT(HEARTBEAT), "yagura.produced_nr", "produced_nr"),
	COPY(BIT(HEARTBEAT), "yagura.dropped_nr", "dropped_nr"),
	COPY(BIT(HEARTBEAT), "yagura.denied_nr", "denied_nr"),
	COPY(BIT(HEARTBEAT), "yagura.process_nr", "process_nr"),
	COPY(BIT(HEARTBEAT), "yagura.hook_nr", "hook_nr"),
	COPY(BIT(HEARTBEAT), "yagura.attached_nr", "attached_nr"),
	COPY(BIT(HEARTBEAT), "yagura.reader", "reader"),
	COPY(BIT(CLOCK), "yagura.step_ns", "step_ns"),
	COPY(BIT(CLOCK), "yagura.slept_ns", "slept_ns"),
	COPY(BIT(CLOCK), "yagura.offset_ns", "offset_ns"),
	COPY(BIT(OUTAGE), "yagura.begin_time_ns", "begin_time_ns"),
	COPY(BIT(OUTAGE), "yagura.end_time_ns", "end_time_ns"),
	COPY(BIT(OUTAGE), "yagura.previous_load_id", "previous_load_id"),
	COPY(BIT(OUTAGE), "yagura.rebooted", "rebooted"),
	COPY(IDS | BIT(MODULE_LOAD) | BIT(KEXEC) | BIT(BPF) | BIT(MOUNT) | TARGETS | SETTINGS, "yagura.call", "call"),
	COPY(IDS, "yagura.old_ids", "old_ids"),
	COPY(IDS, "yagura.new_ids", "new_ids"),
	COPY(BIT(SETGID), "yagura.old_group_nr", "old_group_nr"),
	COPY(BIT(SETGID), "yagura.new_group_nr", "new_group_nr"),
	COPY(BIT(SETGID), "yagura.groups", "groups"),
	COPY(BIT(CAPSET), "yagura.old_caps", "old_caps"),
	COPY(BIT(CAPSET), "yagura.new_caps", "new_caps"),
	COPY(KERNEL_CODE & ~BIT(MODULE_UNLOAD), "yagura.file", "file"),
	COPY((KERNEL_CODE & ~BIT(MODULE_UNLOAD)) | MOUNTS, "yagura.path", "path"),
	COPY(MODULES | BIT(BPF) | BIT(KEYCTL), "yagura.name", "name"),
	COPY(BIT(MODULE_LOAD), "yagura.taints", "taints"),
	COPY(BIT(BPF), "yagura.prog_type", "prog_type"),
	COPY(BIT(BPF), "yagura.attach_type", "attach_type"),
	COPY(BIT(BPF), "yagura.insn_nr", "insn_nr"),
	COPY(BIT(BPF), "yagura.prog_flags", "prog_flags"),
	COPY(BIT(BPF), "yagura.attach_btf_id", "attach_btf_id"),
	COPY(BIT(MOUNT) | BIT(UMOUNT), "yagura.mount_flags", "mount_flags"),
	COPY(MOUNTS, "yagura.dev", "dev"),
	COPY(MOUNTS, "yagura.source", "source"),
	COPY(MOUNTS, "yagura.fstype", "fstype"),
	COPY(BIT(MOUNT), "yagura.options", "options"),
	COPY(BIT(PIVOT_ROOT), "yagura.new_path", "new_path"),
	COPY(BIT(SIGNAL), "yagura.signal", "signal"),
	COPY(BIT(PTRACE) | BIT(VM_WRITE), "yagura.mode", "mode"),
	COPY(TARGETS, "yagura.target", "target"),
	COPY(BIT(SETTIME) | BIT(PERSONALITY), "yagura.old_value", "old_value"),
	COPY(SETTINGS & ~(BIT(UNSHARE) | BIT(KEYCTL)), "yagura.new_value", "new_value"),
	COPY(BIT(UNSHARE) | BIT(SETNS), "yagura.namespaces", "namespaces"),
	COPY(BIT(KEYCTL), "yagura.kind", "kind"),
	COPY(BIT(POLICY), "yagura.op", "op"),
	COPY(BIT(POLICY), "yagura.old_generation", "old_generation"),
	COPY(BIT(POLICY), "yagura.new_generation", "new_generation"),
	COPY(BIT(POLICY), "yagura.rule_nr", "rule_nr"),
	COPY(BIT(GAP) | BIT(SUPPRESSED) | REPEATED, "yagura.first_ns", "first_ns"),
	COPY(BIT(GAP) | BIT(SUPPRESSED) | REPEATED, "yagura.last_ns", "last_ns"),
	COPY(REPEATED, "yagura.repeat_nr", "repeat_nr"),
	COPY(BIT(SUPPRESSED), "yagura.scope", "scope"),
	COPY(BIT(TOTALS), "yagura.begin_ns", "begin_ns"),
	COPY(BIT(TOTALS), "yagura.end_ns", "end_ns"),
	COPY(BIT(TOTALS), "yagura.produced", "produced"),
	COPY(BIT(GAP) | BIT(TOTALS), "yagura.dropped", "dropped"),
	COPY(BIT(TOTALS), "yagura.coalesced", "coalesced"),
	COPY(BIT(SUPPRESSED) | BIT(TOTALS), "yagura.suppressed", "suppressed"),
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
#define OCSF_TYPE_UID_12(class)	#class "12"
#define OCSF_TYPE_UID_13(class)	#class "13"
#define OCSF_TYPE_UID_14(class)	#class "14"
#define OCSF_TYPE_UID_99(class)	#class "99"

static const struct ygr_mapping_row ocsf_rows[] = {
	MAKE(ALL, "time", TIME_MS, "time_ns"),
	MAKE(BIT(SOCKET_CLOSE), "start_time", BOOT_MS, "opened_ns"),
	OCSF_CLASS(EXECS, 1, 1007, 1, "Launch"),
	OCSF_CLASS(BIT(FORK), 1, 1007, 1, "Launch"),
	OCSF_CLASS(BIT(EXIT), 1, 1007, 2, "Terminate"),
	OCSF_CLASS(BIT(PROCESS), 5, 5015, 1, "Query"),
	LITERAL(BIT(PROCESS), "query_result_id", "1"),
	OCSF_CLASS(BIT(OPEN), 1, 1001, 14, "Open"),
	OCSF_CLASS(MADE | BIT(MEMFD), 1, 1001, 1, "Create"),
	OCSF_CLASS(REMOVED, 1, 1001, 4, "Delete"),
	OCSF_CLASS(BIT(RENAME), 1, 1001, 5, "Rename"),
	OCSF_CLASS(BIT(TRUNCATE) | BIT(CLOSE_WRITE), 1, 1001, 3, "Update"),
	OCSF_CLASS(BIT(CHMOD) | BIT(CHOWN), 1, 1001, 7, "Set Security"),
	OCSF_CLASS(BIT(CHATTR) | XATTRS, 1, 1001, 6, "Set Attributes"),
	OCSF_CLASS(BIT(LINK), 1, 1001, 99, "Link"),
	OCSF_CLASS(CODE, 1, 1005, 1, "Load"),
	OCSF_CLASS(BIT(CONNECT) | BIT(ACCEPT), 4, 4001, 1, "Open"),
	OCSF_CLASS(BIT(LISTEN), 4, 4001, 7, "Listen"),
	OCSF_CLASS(BIT(BIND), 4, 4001, 99, "Bind"),
	OCSF_CLASS(BIT(SEND) | BIT(STREAM), 4, 4001, 6, "Traffic"),
	OCSF_CLASS(BIT(SOCKET_CLOSE), 4, 4001, 2, "Close"),
	OCSF_CLASS(BIT(DNS), 4, 4003, 2, "Response"),
	OCSF_CLASS(BIT(SOCKET_CREATE), 4, 4001, 99, "Create socket"),
	OCSF_CLASS(BIT(SETUID), 1, 1007, 5, "Set User ID"),
	OCSF_CLASS(BIT(SETGID), 1, 1007, 99, "Set Group ID"),
	OCSF_CLASS(BIT(CAPSET), 1, 1007, 99, "Set Capabilities"),
	OCSF_CLASS(BIT(MODULE_LOAD), 1, 1002, 1, "Load"),
	OCSF_CLASS(BIT(MODULE_UNLOAD), 1, 1002, 2, "Unload"),
	OCSF_CLASS(BIT(KEXEC), 1, 1003, 99, "Load kernel"),
	OCSF_CLASS(BIT(BPF), 1, 1003, 99, "BPF program"),
	OCSF_CLASS(BIT(MOUNT) | BIT(MOVE_MOUNT), 1, 1001, 12, "Mount"),
	OCSF_CLASS(BIT(UMOUNT), 1, 1001, 13, "Unmount"),
	OCSF_CLASS(BIT(PIVOT_ROOT), 1, 1001, 99, "Change root"),
	OCSF_CLASS(BIT(PTRACE), 1, 1007, 3, "Open"),
	OCSF_CLASS(BIT(VM_WRITE), 1, 1007, 4, "Inject"),
	OCSF_CLASS(BIT(SIGNAL), 1, 1007, 99, "Signal"),
	OCSF_CLASS(OWN_SETTINGS, 1, 1007, 99, "Change setting"),
	OCSF_CLASS(BIT(SETTIME), 1, 1003, 99, "Set time"),
	OCSF_CLASS(BIT(START), 6, 6002, 3, "Start"),
	OCSF_CLASS(BIT(STOP), 6, 6002, 4, "Stop"),
	OCSF_CLASS(BIT(POLICY), 6, 6002, 99, "Policy"),
	LITERAL(UNCLASSED, "category_uid", "0"),
	LITERAL(UNCLASSED, "class_uid", "0"),
	LITERAL(UNCLASSED, "activity_id", "99"),
	COPY(UNCLASSED, "activity_name", "type"),
	LITERAL(UNCLASSED, "type_uid", "99"),
	CHOOSE(ALL & ~(LOSSES | BIT(STOP) | BIT(BREAKER)), "severity_id", "verdict", "deny=3 would_deny=2 *=1"),
	LITERAL(LOSSES | BIT(STOP) | BIT(BREAKER), "severity_id", "3"),
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
	OCSF_PROCESS(SUBJECT & ~RUNS, "actor.process"),
	COPY(SUBJECT & ~RUNS, "actor.process.file.path", "exe"),
	MAKE(SUBJECT & ~RUNS, "actor.process.file.name", NAME, "exe"),
	GIVEN(SUBJECT & ~RUNS, "actor.process.file.type_id", "exe", "1"),
	OCSF_PARENT(SUBJECT & ~RUNS, "actor.process.parent_process"),
	OCSF_PARENT(RUNS, "actor.process"),
	TEXT(SUBJECT, "actor.user.uid", "euid"),

	/* What it acts on. */
	OCSF_PROCESS(RUNS | BIT(EXIT) | OWN_PRIVILEGES | OWN_SETTINGS, "process"),
	COPY(TARGETS, "process.pid", "target.pid"),
	COPY(TARGETS, "process.tid", "target.tid"),
	MAKE(TARGETS, "process.created_time", BOOT_MS, "target.start_ns"),
	COPY(TARGETS, "process.name", "target.comm"),
	TEXT(TARGETS, "process.user.uid", "target.uid"),
	COPY(BIT(EXEC_CHECK), "process.pid", "pid"),
	MAKE(BIT(EXEC_CHECK), "process.uid", PROCESS_ID, ""),
	COPY(BIT(FORK), "process.pid", "child_pid"),
	MAKE(BIT(FORK), "process.uid", PROCESS_ID, "child"),
	MAKE(BIT(FORK), "process.created_time", BOOT_MS, "child_start_ns"),
	COPY(BIT(FORK), "process.name", "comm"),
	MAKE(PROGRAMS, "process.cmd_line", JOIN, "argv"),
	COPY(PROGRAMS, "process.working_directory", "cwd"),
	OCSF_FILE(PROGRAMS, "process.file", "path"),
	COPY(BIT(EXIT), "process.file.path", "exe"),
	MAKE(BIT(EXIT), "process.file.name", NAME, "exe"),
	GIVEN(BIT(EXIT), "process.file.type_id", "exe", "1"),
	OCSF_PARENT(RUNS | BIT(EXIT), "process.parent_process"),
	LITERAL(BIT(EXEC) | BIT(EXEC_CHECK), "launch_type_id", "3"),
	LITERAL(BIT(FORK), "launch_type_id", "2"),
	MAKE(BIT(EXIT), "exit_code", EXIT_CODE, "status"),

	OCSF_FILE(FILES & ~(MADE | BIT(MEMFD)), "file", "path"),
	/* What is known there is the directory at most; the file is yet to be made. */
	COPY(MADE | BIT(MEMFD), "file.path", "path"),
	MAKE(MADE | BIT(MEMFD), "file.name", NAME, "path"),
	LITERAL(BIT(CREATE) | BIT(MEMFD), "file.type_id", "0"),
	LITERAL(BIT(MKDIR), "file.type_id", "2"),
	LITERAL(BIT(SYMLINK), "file.type_id", "7"),
	COPY(NEW_NAMED, "file_result.path", "new_path"),
	MAKE(NEW_NAMED, "file_result.name", NAME, "new_path"),
	MAKE(NEW_NAMED, "file_result.type_id", FILE_TYPE_ID, "file.mode"),
	OCSF_FILE(CODE, "module.file", "path"),
	LITERAL(CODE, "module.load_type_id", "1"),

	COPY(OUTBOUND, "src_endpoint.ip", "local.addr"),
	COPY(INBOUND, "src_endpoint.ip", "remote.addr"),
	COPY(OUTBOUND, "src_endpoint.port", "local.port"),
	COPY(INBOUND, "src_endpoint.port", "remote.port"),
	COPY(OUTBOUND, "dst_endpoint.hostname", "dns_name"),
	COPY(OUTBOUND, "dst_endpoint.ip", "remote.addr"),
	COPY(INBOUND | BIT(BIND) | BIT(LISTEN), "dst_endpoint.ip", "local.addr"),
	COPY(OUTBOUND, "dst_endpoint.port", "remote.port"),
	COPY(INBOUND | BIT(BIND) | BIT(LISTEN), "dst_endpoint.port", "local.port"),
	CHOOSE(SOCKETS, "connection_info.protocol_ver_id", "family", "inet=4 inet6=6 *=0"),
	CHOOSE(SOCKETS, "connection_info.protocol_name", "protocol", TRANSPORTS),
	COPY(SOCKETS, "connection_info.protocol_num", "protocol"),
	LITERAL(BIT(CONNECT) | BIT(SEND) | BIT(STREAM), "connection_info.direction_id", "2"),
	LITERAL(INBOUND, "connection_info.direction_id", "1"),
	LITERAL(BIT(SOCKET_CREATE) | BIT(BIND) | BIT(LISTEN) | BIT(SOCKET_CLOSE),
		"connection_info.direction_id", "0"),
	COPY(BIT(SOCKET_CLOSE), "traffic.bytes_out", "bytes_out"),
	COPY(BIT(SOCKET_CLOSE), "traffic.bytes_in", "bytes_in"),
	COPY(BIT(SOCKET_CLOSE), "traffic.packets_out", "packets_out"),
	COPY(BIT(SOCKET_CLOSE), "traffic.packets_in", "packets_in"),
	TEXT(BIT(DNS), "query.packet_uid", "dns.id"),
	COPY(BIT(DNS), "query.hostname", "dns.question"),
	COPY(BIT(DNS), "query.type", "dns.type"),
	COPY(BIT(DNS), "rcode", "dns.rcode"),
	COPY(BIT(STREAM) | BIT(SOCKET_CLOSE), "tls.sni", "tls.sni"),
	COPY(BIT(STREAM), "tls.version", "tls.version"),
	COPY(BIT(STREAM) | BIT(SOCKET_CLOSE), "url.hostname", "http.host"),
	COPY(BIT(STREAM), "url.port", "http.port"),
	COPY(BIT(STREAM), "url.path", "http.path"),
	COPY(BIT(STREAM), "url.query_string", "http.query"),

	LITERAL(BIT(START) | BIT(STOP) | BIT(POLICY), "app.name", "\"Yagura\""),
	LITERAL(BIT(START) | BIT(STOP) | BIT(POLICY), "app.vendor_name", "\"Yagura\""),

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
	COPY(SUBJECT & ~SENSOR, "unmapped.submitter", "submitter"),
	COPY(ALL, "unmapped.truncated", "truncated"),
	COPY(EXECS, "unmapped.filename", "filename"),
	COPY(EXECS, "unmapped.verity", "verity"),
	COPY(EXECS, "unmapped.sha256", "sha256"),
	COPY(ALL & ~SENSOR, "unmapped.severity", "severity"),
	COPY(ALL & ~SENSOR, "unmapped.attack", "attack"),
	COPY(ALL & ~SENSOR, "unmapped.tags", "tags"),
	COPY(XATTRS, "unmapped.xattr", "xattr"),
	COPY(BIT(CREATE), "unmapped.rdev", "rdev"),
	COPY(BIT(SYMLINK), "unmapped.target", "target"),
	COPY(BIT(BREAKER), "unmapped.denial_nr", "denial_nr"),
	COPY(BIT(BREAKER), "unmapped.seconds", "seconds"),
	COPY(BIT(BACKLOG), "unmapped.first_batch_id", "first_batch_id"),
	COPY(BIT(BACKLOG), "unmapped.last_batch_id", "last_batch_id"),
	COPY(BIT(BACKLOG), "unmapped.batch_nr", "batch_nr"),
	COPY(BIT(BACKLOG), "unmapped.discarded", "discarded"),
	COPY(RUNS, "unmapped.tty", "tty"),
	COPY(RUNS, "unmapped.tty_dev", "tty_dev"),
	COPY(RUNS, "unmapped.env", "env"),
	COPY(RUNS, "unmapped.cgroup", "cgroup"),
	COPY(RUNS, "unmapped.ancestor_ids", "ancestor_ids"),
	COPY(BIT(EXEC), "unmapped.script", "script"),
	COPY(BIT(EXEC), "unmapped.script_file", "script_file"),
	COPY(PROGRAMS, "unmapped.exec_flags", "exec_flags"),
	COPY(PROGRAMS, "unmapped.capabilities", "capabilities"),
	COPY(EXECS, "unmapped.file_capabilities", "file_capabilities"),
	COPY(BIT(FORK), "unmapped.clone_flags", "clone_flags"),
	COPY(BIT(FORK), "unmapped.exit_signal", "exit_signal"),
	COPY(BIT(EXIT), "unmapped.signal", "signal"),
	COPY(BIT(EXIT), "unmapped.core_dumped", "core_dumped"),
	COPY(BIT(EXIT), "unmapped.maxrss_bytes", "maxrss_bytes"),
	COPY(BIT(EXIT), "unmapped.minor_faults", "minor_faults"),
	COPY(BIT(EXIT), "unmapped.major_faults", "major_faults"),
	COPY(BIT(EXIT), "unmapped.voluntary_switches", "voluntary_switches"),
	COPY(BIT(EXIT), "unmapped.involuntary_switches", "involuntary_switches"),
	COPY(BIT(EXIT), "unmapped.read_bytes", "read_bytes"),
	COPY(BIT(EXIT), "unmapped.write_bytes", "write_bytes"),
	COPY(SUBJECT, "unmapped.ancestors", "ancestors"),
	COPY(BIT(SUPPRESSED) | REPEATED, "unmapped.first_ns", "first_ns"),
	COPY(BIT(SUPPRESSED) | REPEATED, "unmapped.last_ns", "last_ns"),
	COPY(REPEATED, "unmapped.repeat_nr", "repeat_nr"),
	COPY(BIT(CLOSE_WRITE) | BIT(OPEN) | CODE, "unmapped.access", "access"),
	COPY(BIT(CLOSE_WRITE), "unmapped.opened_ns", "opened_ns"),
	COPY(BIT(CLOSE_WRITE), "unmapped.old_size", "old_size"),
	COPY(BIT(CLOSE_WRITE), "unmapped.written_bytes", "written_bytes"),
	COPY(BIT(CLOSE_WRITE), "unmapped.opener", "opener"),
	COPY(BIT(CHOWN), "unmapped.new_uid", "new_uid"),
	COPY(BIT(CHOWN), "unmapped.new_gid", "new_gid"),
	COPY(HAS_FLAGS, "unmapped.open_flags", "open_flags"),
	COPY(SOCKETS, "unmapped.family", "family"),
	COPY(SOCKETS & ~BIT(DNS), "unmapped.socket_ino", "socket_ino"),
	COPY(SOCKETS & ~(BIT(SOCKET_CREATE) | TALK), "unmapped.unix_path", "unix_path"),
	COPY(SOCKETS & ~(BIT(SOCKET_CREATE) | BIT(BIND) | BIT(LISTEN)), "unmapped.socket_cookie", "socket_cookie"),
	COPY(BIT(SOCKET_CREATE), "unmapped.raw", "raw"),
	COPY(BIT(ACCEPT), "unmapped.peer_pid", "peer_pid"),
	COPY(BIT(ACCEPT), "unmapped.peer_start_ns", "peer_start_ns"),
	COPY(BIT(ACCEPT), "unmapped.peer_uid", "peer_uid"),
	COPY(BIT(SOCKET_CLOSE) | BIT(DNS), "unmapped.net_ns", "net_ns"),
	COPY(BIT(SOCKET_CLOSE) | BIT(DNS), "unmapped.owner_pid", "owner_pid"),
	COPY(BIT(SOCKET_CLOSE) | BIT(DNS), "unmapped.owner_start_ns", "owner_start_ns"),
	COPY(BIT(SOCKET_CLOSE), "unmapped.bytes_unsent", "bytes_unsent"),
	COPY(BIT(SOCKET_CLOSE), "unmapped.retransmits", "retransmits"),
	COPY(BIT(DNS), "unmapped.message_bytes", "message_bytes"),
	COPY(BIT(STREAM), "unmapped.sent_bytes", "sent_bytes"),
	COPY(OUTBOUND & ~BIT(SOCKET_CLOSE), "unmapped.dns_canonical", "dns_canonical"),
	COPY(OUTBOUND & ~BIT(SOCKET_CLOSE), "unmapped.dns_age_ms", "dns_age_ms"),
	COPY(OUTBOUND & ~BIT(SOCKET_CLOSE), "unmapped.dns_expired", "dns_expired"),
	COPY(OUTBOUND & ~BIT(SOCKET_CLOSE), "unmapped.dns_others", "dns_others"),
	COPY(BIT(STREAM), "unmapped.tls_alpn", "tls.alpn"),
	COPY(BIT(STREAM), "unmapped.http_method", "http.method"),
	COPY(BIT(STREAM), "unmapped.http_version", "http.version"),
	COPY(BIT(DNS), "unmapped.dns_canonical", "dns.canonical"),
	COPY(BIT(DNS), "unmapped.answers", "answers"),
	COPY(BIT(LISTEN), "unmapped.backlog", "backlog"),
	COPY(BIT(START) | BIT(STOP) | BIT(HEARTBEAT) | BIT(OUTAGE), "unmapped.load_id", "load_id"),
	COPY(BIT(START), "unmapped.mode", "mode"),
	COPY(BIT(START) | BIT(HEARTBEAT), "unmapped.hooks", "hooks"),
	COPY(BIT(HEARTBEAT), "unmapped.interval_ns", "interval_ns"),
	COPY(BIT(HEARTBEAT), "unmapped.produced_nr", "produced_nr"),
	COPY(BIT(HEARTBEAT), "unmapped.dropped_nr", "dropped_nr"),
	COPY(BIT(HEARTBEAT), "unmapped.denied_nr", "denied_nr"),
	COPY(BIT(HEARTBEAT), "unmapped.process_nr", "process_nr"),
	COPY(BIT(HEARTBEAT), "unmapped.hook_nr", "hook_nr"),
	COPY(BIT(HEARTBEAT), "unmapped.attached_nr", "attached_nr"),
	COPY(BIT(HEARTBEAT), "unmapped.reader", "reader"),
	COPY(BIT(CLOCK), "unmapped.step_ns", "step_ns"),
	COPY(BIT(CLOCK), "unmapped.slept_ns", "slept_ns"),
	COPY(BIT(CLOCK), "unmapped.offset_ns", "offset_ns"),
	COPY(BIT(OUTAGE), "unmapped.begin_time_ns", "begin_time_ns"),
	COPY(BIT(OUTAGE), "unmapped.end_time_ns", "end_time_ns"),
	COPY(BIT(OUTAGE), "unmapped.previous_load_id", "previous_load_id"),
	COPY(BIT(OUTAGE), "unmapped.rebooted", "rebooted"),
	COPY(IDS | BIT(MODULE_LOAD) | BIT(KEXEC) | BIT(BPF) | BIT(MOUNT) | TARGETS | SETTINGS, "unmapped.call", "call"),
	COPY(IDS, "unmapped.old_ids", "old_ids"),
	COPY(IDS, "unmapped.new_ids", "new_ids"),
	COPY(BIT(SETGID), "unmapped.old_group_nr", "old_group_nr"),
	COPY(BIT(SETGID), "unmapped.new_group_nr", "new_group_nr"),
	COPY(BIT(SETGID), "unmapped.groups", "groups"),
	COPY(BIT(CAPSET), "unmapped.old_caps", "old_caps"),
	COPY(BIT(CAPSET), "unmapped.new_caps", "new_caps"),
	COPY(KERNEL_CODE & ~BIT(MODULE_UNLOAD), "unmapped.file", "file"),
	COPY((KERNEL_CODE & ~BIT(MODULE_UNLOAD)) | MOUNTS, "unmapped.path", "path"),
	COPY(MODULES | BIT(BPF) | BIT(KEYCTL), "unmapped.name", "name"),
	COPY(BIT(MODULE_LOAD), "unmapped.taints", "taints"),
	COPY(BIT(BPF), "unmapped.prog_type", "prog_type"),
	COPY(BIT(BPF), "unmapped.attach_type", "attach_type"),
	COPY(BIT(BPF), "unmapped.insn_nr", "insn_nr"),
	COPY(BIT(BPF), "unmapped.prog_flags", "prog_flags"),
	COPY(BIT(BPF), "unmapped.attach_btf_id", "attach_btf_id"),
	COPY(BIT(MOUNT) | BIT(UMOUNT), "unmapped.mount_flags", "mount_flags"),
	COPY(MOUNTS, "unmapped.dev", "dev"),
	COPY(MOUNTS, "unmapped.source", "source"),
	COPY(MOUNTS, "unmapped.fstype", "fstype"),
	COPY(BIT(MOUNT), "unmapped.options", "options"),
	COPY(BIT(PIVOT_ROOT), "unmapped.new_path", "new_path"),
	COPY(BIT(SIGNAL), "unmapped.signal", "signal"),
	COPY(BIT(PTRACE) | BIT(VM_WRITE), "unmapped.mode", "mode"),
	COPY(TARGETS, "unmapped.target", "target"),
	COPY(BIT(SETTIME) | BIT(PERSONALITY), "unmapped.old_value", "old_value"),
	COPY(SETTINGS & ~(BIT(UNSHARE) | BIT(KEYCTL)), "unmapped.new_value", "new_value"),
	COPY(BIT(UNSHARE) | BIT(SETNS), "unmapped.namespaces", "namespaces"),
	COPY(BIT(KEYCTL), "unmapped.kind", "kind"),
	COPY(BIT(POLICY), "unmapped.op", "op"),
	COPY(BIT(POLICY), "unmapped.old_generation", "old_generation"),
	COPY(BIT(POLICY), "unmapped.new_generation", "new_generation"),
	COPY(BIT(POLICY), "unmapped.rule_nr", "rule_nr"),
	COPY(BIT(TOTALS), "unmapped.produced", "produced"),
	COPY(BIT(GAP) | BIT(TOTALS), "unmapped.dropped", "dropped"),
	COPY(BIT(TOTALS), "unmapped.coalesced", "coalesced"),
	COPY(BIT(SUPPRESSED), "unmapped.scope", "scope"),
	COPY(BIT(SUPPRESSED) | BIT(TOTALS), "unmapped.suppressed", "suppressed"),
};

/* ---- Sysmon for Linux, as Sigma rules name its fields -------------------------- */

static const struct ygr_mapping_row sigma_rows[] = {
	LITERAL(BIT(EXEC) | BIT(EXEC_CHECK), "EventID", "1"),
	LITERAL(BIT(CONNECT) | BIT(ACCEPT), "EventID", "3"),
	LITERAL(BIT(EXIT), "EventID", "5"),
	LITERAL(BIT(DNS), "EventID", "22"),
	LITERAL(CODE, "EventID", "7"),
	LITERAL(MADE | BIT(MEMFD), "EventID", "11"),
	LITERAL(REMOVED, "EventID", "23"),
	LITERAL(BIT(POLICY), "EventID", "16"),
	LITERAL(BIT(START), "EventID", "4"),
	LITERAL(BIT(MODULE_LOAD), "EventID", "6"),
	LITERAL(BIT(PTRACE) | BIT(VM_WRITE), "EventID", "10"),
	LITERAL(ALL, "product", "\"linux\""),
	LITERAL(ALL, "service", "\"yagura\""),
	LITERAL(EXECS, "category", "\"process_creation\""),
	LITERAL(BIT(CONNECT) | BIT(ACCEPT), "category", "\"network_connection\""),
	LITERAL(BIT(DNS), "category", "\"dns_query\""),
	LITERAL(BIT(STREAM), "category", "\"proxy\""),
	LITERAL(BIT(EXIT), "category", "\"process_termination\""),
	LITERAL(CODE, "category", "\"image_load\""),
	LITERAL(BIT(OPEN), "category", "\"file_access\""),
	LITERAL(MADE | BIT(MEMFD), "category", "\"file_event\""),
	LITERAL(REMOVED, "category", "\"file_delete\""),
	LITERAL(BIT(RENAME), "category", "\"file_rename\""),
	LITERAL(BIT(LINK) | BIT(TRUNCATE) | BIT(CLOSE_WRITE) | ATTRIBUTES, "category", "\"file_change\""),
	LITERAL(BIT(MODULE_LOAD), "category", "\"driver_load\""),
	LITERAL(BIT(PTRACE) | BIT(VM_WRITE), "category", "\"process_access\""),
	COPY(ALL, "EventType", "type"),
	MAKE(ALL, "EventRecordID", EVENT_ID, NULL),
	MAKE(ALL, "Computer", HOST, NULL),
	MAKE(ALL, "UtcTime", TIME_PLAIN, "time_ns"),
	COPY(ALL, "RuleName", "rule"),
	CHOOSE(SUBJECT, "Action", "verdict", "deny=\"blocked\" would_deny=\"would_block\" *=\"allowed\""),

	MAKE(SUBJECT, "ProcessGuid", PROCESS_ID, ""),
	COPY(SUBJECT, "ProcessId", "pid"),
	COPY(SUBJECT & ~PROGRAMS, "Image", "exe"),
	COPY(PROGRAMS, "Image", "path"),
	MAKE(PROGRAMS, "CommandLine", JOIN, "argv"),
	COPY(PROGRAMS, "CurrentDirectory", "cwd"),
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
	COPY(CODE, "ImageLoaded", "path"),
	COPY(BIT(OPEN), "AccessMask", "access"),
	COPY(BIT(SYMLINK), "LinkTarget", "target"),

	TEXT(BIT(SETUID), "TargetUserId", "new_ids.effective"),
	COPY(TARGETS, "TargetProcessId", "target.pid"),
	COPY(TARGETS, "TargetImage", "target.comm"),
	COPY(BIT(PTRACE), "GrantedAccess", "mode"),
	COPY(BIT(MODULE_LOAD), "ImageLoaded", "path"),

	CHOOSE(SOCKETS, "Protocol", "protocol", TRANSPORTS),
	LITERAL(BIT(CONNECT) | BIT(SEND), "Initiated", "\"true\""),
	LITERAL(BIT(ACCEPT), "Initiated", "\"false\""),
	CHOOSE(FLOWS | TALK, "SourceIsIpv6", "family", "inet=\"false\" inet6=\"true\""),
	COPY(OUTBOUND, "SourceIp", "local.addr"),
	COPY(INBOUND, "SourceIp", "remote.addr"),
	COPY(OUTBOUND, "SourcePort", "local.port"),
	COPY(INBOUND, "SourcePort", "remote.port"),
	CHOOSE(FLOWS | TALK, "DestinationIsIpv6", "family", "inet=\"false\" inet6=\"true\""),
	COPY(OUTBOUND, "DestinationHostname", "dns_name"),
	COPY(OUTBOUND, "DestinationIp", "remote.addr"),
	COPY(INBOUND | BIT(BIND) | BIT(LISTEN), "DestinationIp", "local.addr"),
	COPY(OUTBOUND, "DestinationPort", "remote.port"),
	COPY(INBOUND | BIT(BIND) | BIT(LISTEN), "DestinationPort", "local.port"),
	COPY(BIT(DNS), "QueryName", "dns.question"),
	COPY(BIT(DNS), "record_type", "dns.type"),
	COPY(BIT(DNS), "QueryStatus", "dns.rcode"),
	COPY(BIT(DNS), "QueryResults", "answers"),
	COPY(BIT(STREAM) | BIT(SOCKET_CLOSE), "TlsServerName", "tls.sni"),
	COPY(BIT(STREAM), "cs-method", "http.method"),
	COPY(BIT(STREAM) | BIT(SOCKET_CLOSE), "cs-host", "http.host"),
	COPY(BIT(STREAM), "cs-uri-stem", "http.path"),
	COPY(BIT(STREAM), "cs-uri-query", "http.query"),
	COPY(SOCKETS & ~(BIT(SOCKET_CREATE) | TALK), "UnixPath", "unix_path"),

	COPY(BIT(POLICY), "ConfigurationGeneration", "new_generation"),
	COPY(BIT(GAP), "EventsLost", "dropped"),
	COPY(BIT(BACKLOG), "EventsLost", "discarded"),
	COPY(REPEATED, "EventCount", "repeat_nr"),
	COPY(BIT(SUPPRESSED), "EventsSuppressed", "suppressed"),
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
