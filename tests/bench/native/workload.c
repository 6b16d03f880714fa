// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workload.h"

#define MEAN_GAP_NS	1500	/* between two records, of all CPUs together */
#define CONTAINERS_NR	12
#define INODE_FIRST	131072

/* ---- chance --------------------------------------------------------------- */

static uint32_t draw(struct workload *workload, uint32_t below)
{
	workload->random = workload->random * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(((workload->random >> 33) * below) >> 31);
}

/* Some are asked for far more often than others: the least of two draws, twice over. */
static uint32_t draw_popular(struct workload *workload, uint32_t below)
{
	uint32_t a = draw(workload, below), b = draw(workload, below), c = draw(workload, below);
	uint32_t least = a < b ? a : b;

	return least < c ? least : c;
}

static const struct workload_path *draw_path(struct workload *workload,
					     const struct workload_paths *paths)
{
	return &paths->all[draw_popular(workload, paths->nr)];
}

static void draw_word(struct workload *workload, char *word, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	for (size_t i = 0; i < len; i++)
		word[i] = letters[draw(workload, sizeof(letters) - 1)];
	word[len] = '\0';
}

/* ---- names ---------------------------------------------------------------- */

/* Packaged files: whole seconds of some day as mtime, installed within a few minutes. */
static void make_file_id(struct workload *workload, struct ygr_file_id *file, uint32_t mode)
{
	*file = (struct ygr_file_id) {
		.ino = INODE_FIRST + draw(workload, 1 << 21),
		.dev_major = 259,
		.dev_minor = 2,
		.ino_generation = draw(workload, 1u << 31),
		.mode = mode,
		.size = 1u << (10 + draw(workload, 10)) | draw(workload, 1 << 10),
		.mtime_ns = (1650000000ull + draw(workload, 50000000)) * 1000000000,
		.ctime_ns = 1700000000000000000ull + (uint64_t)draw(workload, 1u << 31) * 150,
	};
}

static char *read_names(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	char *names;
	ssize_t got;

	if (fd < 0 || fstat(fd, &info)) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	names = calloc(1, (size_t)info.st_size + 2);
	got = names ? read(fd, names, (size_t)info.st_size) : -1;
	close(fd);
	if (got == info.st_size)
		return names;
	free(names);
	return NULL;
}

/* One paragraph of the file. Return: where the next one begins. */
static char *split_names(struct workload *workload, struct workload_paths *paths, char *at, uint32_t mode)
{
	uint32_t cap = 0;

	for (char *end; *at && *at != '\n'; at = end + 1) {
		end = strchrnul(at, '\n');
		if (paths->nr == cap) {
			cap = cap ? 2 * cap : 256;
			paths->all = reallocarray(paths->all, cap, sizeof(*paths->all));
			if (!paths->all)
				abort();
		}
		paths->all[paths->nr] = (struct workload_path) { .bytes = at, .len = (uint32_t)(end - at) };
		make_file_id(workload, &paths->all[paths->nr++].file, mode);
		*end = '\0';
	}
	return at + 1;
}

/* ---- processes ------------------------------------------------------------ */

static void make_process(struct workload *workload, struct workload_process *process,
			 const struct workload_process *parent, uint32_t uid, uint32_t home)
{
	const struct workload_path *exe = draw_path(workload, &workload->programs);
	const char *name = strrchr(exe->bytes, '/') + 1;

	*process = (struct workload_process) {
		.pid = workload->next_pid++,
		.ppid = parent ? parent->pid : 0,
		.start_ns = workload->time_ns,
		.uid = uid,
		.home = home,
		.exe = exe,
	};
	memcpy(process->comm, name, strnlen(name, sizeof(process->comm) - 1));
}

static void begin(struct workload *workload, struct record_fake *record, uint16_t type, uint8_t class,
		  const struct workload_process *process)
{
	struct ygr_record *head = &record->head;

	workload->time_ns += 1 + draw(workload, 2 * MEAN_GAP_NS);
	record_fake_begin(record, type, class, workload->time_ns);
	head->tgid = process->pid;
	head->tid = process->pid;
	head->ppid = process->ppid;
	head->start_ns = process->start_ns;
	head->uid = head->gid = head->euid = head->egid = process->uid;
	if (process->uid >= 1000) {
		head->loginuid = process->uid;
		head->sessionid = 4;
	}
	head->cgroup_id = 4000 + 37 * process->home;
	head->mnt_ns = 4026531841u + 700 * process->home;
	head->pid_ns = 4026531836u + 700 * process->home;
	head->net_ns = 4026531840u + 700 * process->home;
	head->user_ns = 4026531837u;
	head->uts_ns = 4026531838u + 700 * process->home;
	head->ipc_ns = 4026531839u + 700 * process->home;
	head->cgroup_ns = 4026531835u + 700 * process->home;
	head->generation = 3;
	memcpy(head->comm, process->comm, sizeof(head->comm));
}

static void put_path(struct record_fake *record, const struct workload_path *path)
{
	record_fake_string(record, YGR_STR_PATH, path->bytes, path->len);
}

static void put_fork(struct workload *workload, struct record_fake *record,
		     struct workload_process *parent, const struct workload_process *child)
{
	const struct ygr_body_fork body = {
		.child_tgid = child->pid, .child_start_ns = child->start_ns,
	};

	begin(workload, record, YGR_EV_FORK, YGR_CLASS_FORK, parent);
	record_fake_body(record, &body, sizeof(body));
}

static void put_exec(struct workload *workload, struct record_fake *record,
		     struct workload_process *process)
{
	static const char cwd[] = "/home/dev/src/project";
	const struct workload_path *input = draw_path(workload, &workload->files);
	const struct ygr_body_exec body = { .file = process->exe->file, .argc = 9, .envc = 41 };
	char argv[512];
	int len;

	begin(workload, record, YGR_EV_EXEC, YGR_CLASS_EXEC, process);
	record_fake_body(record, &body, sizeof(body));
	put_path(record, process->exe);
	record_fake_string(record, YGR_STR_FILENAME, process->exe->bytes, process->exe->len);
	record_fake_string(record, YGR_STR_CWD, cwd, sizeof(cwd) - 1);
	len = snprintf(argv, sizeof(argv), "%s%c-O2%c-g%c-Wall%c-I%cinclude%c-c%c-o%c%s.o",
		       process->comm, 0, 0, 0, 0, 0, 0, 0, 0, input->bytes);
	record_fake_string(record, YGR_STR_ARGV, argv, (uint32_t)len + 1);
}

static void put_exit(struct workload *workload, struct record_fake *record,
		     struct workload_process *process)
{
	const struct ygr_body_exit body = {
		.utime_ns = 1000000 + draw(workload, 1 << 26),
		.stime_ns = 500000 + draw(workload, 1 << 24),
	};

	begin(workload, record, YGR_EV_EXIT, YGR_CLASS_EXIT, process);
	record_fake_body(record, &body, sizeof(body));
}

/* ---- files ---------------------------------------------------------------- */

static void put_file(struct workload *workload, struct record_fake *record, uint16_t type,
		     struct workload_process *process, const struct ygr_file_id *file,
		     uint32_t access, uint32_t open_flags)
{
	const struct ygr_body_file body = { .file = *file, .access = access, .open_flags = open_flags };

	begin(workload, record, type, YGR_CLASS_FILE, process);
	record_fake_body(record, &body, sizeof(body));
}

static void put_text(struct record_fake *record, uint16_t tag, const char *text)
{
	record_fake_string(record, tag, text, (uint32_t)strlen(text));
}

static void make_new_file(struct workload *workload, struct ygr_file_id *file, uint32_t uid)
{
	uint64_t now_ns = workload->time_ns + (uint64_t)workload->realtime_offset_ns;

	*file = (struct ygr_file_id) {
		.ino = workload->next_ino++, .dev_major = 259, .dev_minor = 2,
		.ino_generation = draw(workload, 1u << 31), .mode = 0100644, .uid = uid, .gid = uid,
		/* The kernel's coarse clock: one value per tick of 4 ms. */
		.mtime_ns = now_ns - now_ns % 4000000, .ctime_ns = now_ns - now_ns % 4000000,
	};
}

static const struct ygr_file_id *directory(void)
{
	static const struct ygr_file_id file = {
		.ino = 525001, .dev_major = 259, .dev_minor = 2, .mode = 0040755, .size = 4096,
		.mtime_ns = 1719000000123456789ull, .ctime_ns = 1719000000123456789ull,
	};

	return &file;
}

/* ---- the build ------------------------------------------------------------ */

static void open_output(struct workload *workload, struct record_fake *record, struct workload_slot *slot)
{
	make_new_file(workload, &slot->output_file, slot->process.uid);
	put_file(workload, record, YGR_EV_OPEN, &slot->process, &slot->output_file,
		 YGR_ACCESS_WRITE | YGR_ACCESS_CREATED, O_WRONLY | O_CREAT | O_TRUNC);
	put_text(record, YGR_STR_PATH, slot->output);
}

static void create_output(struct workload *workload, struct record_fake *record, struct workload_slot *slot)
{
	const struct workload_path *input = draw_path(workload, &workload->files);

	snprintf(slot->output, sizeof(slot->output), "/home/dev/src/project/build%.120s.o", input->bytes);
	put_file(workload, record, YGR_EV_CREATE, &slot->process, directory(), 0, 0644);
	put_text(record, YGR_STR_PATH, slot->output);
}

static void map_library(struct workload *workload, struct record_fake *record, struct workload_slot *slot)
{
	const struct workload_path *library = slot->step == 2 ? &workload->libraries.all[0] :
					      slot->step == 3 ? &workload->libraries.all[1] :
					      draw_path(workload, &workload->libraries);

	put_file(workload, record, YGR_EV_MMAP_EXEC, &slot->process, &library->file,
		 YGR_ACCESS_READ | YGR_ACCESS_EXEC, 5);
	put_path(record, library);
}

static void build_step(struct workload *workload, struct record_fake *record, struct workload_slot *slot)
{
	struct workload_process *process = &slot->process, *make;

	switch (slot->step++) {
	case 0:
		make = &workload->tree[WORKLOAD_TREE_NR - 1 - draw(workload, 2)];
		make_process(workload, process, make, make->uid, make->home);
		put_fork(workload, record, make, process);
		break;
	case 1:
		put_exec(workload, record, process);
		break;
	case 2 ... 5:
		slot->step--;
		map_library(workload, record, slot);
		slot->step++;
		break;
	case 6:
		create_output(workload, record, slot);
		break;
	case 7:
		open_output(workload, record, slot);
		break;
	case 8:
		if (draw(workload, 5) == 0) {
			put_file(workload, record, YGR_EV_UNLINK, process, &slot->output_file, 0, 0);
			put_text(record, YGR_STR_PATH, slot->output);
			break;
		}
		slot->step++;
		/* fall through */
	default:
		put_exit(workload, record, process);
		slot->step = 0;
	}
}

/* ---- the services --------------------------------------------------------- */

static void put_socket(struct workload *workload, struct record_fake *record, uint16_t type,
		       struct workload_process *service, const struct ygr_body_socket *body)
{
	begin(workload, record, type, YGR_CLASS_SOCKET, service);
	record_fake_body(record, body, sizeof(*body));
}

static void set_ipv4(struct ygr_address *address, uint32_t host, uint32_t port)
{
	host = htonl(host);
	address->family = AF_INET;
	address->port = (uint16_t)port;
	memcpy(address->addr, &host, sizeof(host));
}

static void put_accept(struct workload *workload, struct record_fake *record,
		       struct workload_process *service)
{
	struct ygr_body_socket body = {
		.socket_ino = workload->next_ino++, .family = AF_INET, .type = SOCK_STREAM, .protocol = IPPROTO_TCP,
	};

	set_ipv4(&body.local, 0x0a000000 + service->home, 8000 + service->home);
	set_ipv4(&body.remote, 0xc0a80000 + draw(workload, 4096), 32768 + draw(workload, 28000));
	put_socket(workload, record, YGR_EV_ACCEPT, service, &body);
}

static void put_connect(struct workload *workload, struct record_fake *record,
			struct workload_process *service)
{
	struct ygr_body_socket body = {
		.socket_ino = workload->next_ino++, .family = AF_INET, .type = SOCK_STREAM, .protocol = IPPROTO_TCP,
	};

	if (draw(workload, 3))
		set_ipv4(&body.remote, 0x0a000000 + draw(workload, 6), 5432);
	else
		set_ipv4(&body.remote, draw(workload, 0x7fffffff), 443);
	put_socket(workload, record, YGR_EV_CONNECT, service, &body);
}

static void put_open_static(struct workload *workload, struct record_fake *record,
			    struct workload_process *service)
{
	const struct workload_path *path = draw_path(workload, &workload->files);

	put_file(workload, record, YGR_EV_OPEN, service, &path->file, YGR_ACCESS_READ, O_RDONLY);
	record->head.rule_id = 7;
	put_path(record, path);
	put_text(record, YGR_STR_RULE, "static-content");
}

static void put_open_log(struct workload *workload, struct record_fake *record,
			 struct workload_process *service)
{
	struct ygr_file_id file = {
		.ino = 900000 + service->home, .dev_major = 259, .dev_minor = 3, .mode = 0100640,
		.uid = service->uid, .gid = 4, .size = workload->time_ns / 5000,
	};
	char path[64];

	file.mtime_ns = workload->time_ns + (uint64_t)workload->realtime_offset_ns;
	file.mtime_ns -= file.mtime_ns % 4000000;
	file.ctime_ns = file.mtime_ns;
	snprintf(path, sizeof(path), "/var/log/service-%u/access.log", service->home);
	put_file(workload, record, YGR_EV_OPEN, service, &file, YGR_ACCESS_WRITE, O_WRONLY | O_APPEND);
	put_text(record, YGR_STR_PATH, path);
}

/* The first of two: the name is asked for, then the file is opened; or the socket, then the peer. */
static void put_create(struct workload *workload, struct record_fake *record,
		       struct workload_process *service)
{
	char word[16];

	draw_word(workload, word, 10);
	snprintf(workload->pending_path, sizeof(workload->pending_path),
		 "/var/lib/service-%u/spool/incoming/%s.tmp", service->home, word);
	put_file(workload, record, YGR_EV_CREATE, service, directory(), 0, 0600);
	put_text(record, YGR_STR_PATH, workload->pending_path);
	workload->pending_type = YGR_EV_OPEN;
}

static void put_pending(struct workload *workload, struct record_fake *record)
{
	struct workload_process *service = &workload->services[workload->pending - 1];

	workload->pending = 0;
	if (workload->pending_type == YGR_EV_CONNECT) {
		put_connect(workload, record, service);
		return;
	}
	make_new_file(workload, &workload->pending_file, service->uid);
	put_file(workload, record, YGR_EV_OPEN, service, &workload->pending_file,
		 YGR_ACCESS_WRITE | YGR_ACCESS_CREATED, O_WRONLY | O_CREAT | O_EXCL);
	put_text(record, YGR_STR_PATH, workload->pending_path);
}

/* What becomes of the file that was opened last. */
static void put_aftermath(struct workload *workload, struct record_fake *record,
			  struct workload_process *service, uint16_t type)
{
	const char *path = workload->pending_path[0] ? workload->pending_path : "/var/lib/service-0/x.tmp";
	char renamed[sizeof(workload->pending_path)];

	put_file(workload, record, type, service, &workload->pending_file, 0, 0);
	put_text(record, YGR_STR_PATH, path);
	if (type != YGR_EV_RENAME)
		return;
	snprintf(renamed, sizeof(renamed), "%.*s", (int)(strlen(path) - 4), path);
	put_text(record, YGR_STR_NEW_PATH, renamed);
}

static void service_step(struct workload *workload, struct record_fake *record)
{
	static const struct ygr_body_socket fresh = { .family = AF_INET, .type = SOCK_STREAM };
	uint32_t index = draw_popular(workload, workload->service_nr);
	struct workload_process *service = &workload->services[index];
	uint32_t what = draw(workload, 80);	/* pairs count twice: 100 records */

	if (what < 20) {
		put_accept(workload, record, service);
	} else if (what < 35) {
		put_open_static(workload, record, service);
	} else if (what < 50) {
		put_open_log(workload, record, service);
	} else if (what < 60) {
		workload->pending = index + 1;
		workload->pending_type = YGR_EV_CONNECT;
		put_socket(workload, record, YGR_EV_SOCKET_CREATE, service, &fresh);
	} else if (what < 70) {
		workload->pending = index + 1;
		put_create(workload, record, service);
	} else {
		put_aftermath(workload, record, service, what < 76 ? YGR_EV_RENAME : YGR_EV_UNLINK);
	}
}

/* ---- the whole ------------------------------------------------------------ */

/* They were started one after the other, long before the records begin. */
static void make_older(struct workload *workload, struct workload_process *process)
{
	process->start_ns = workload->time_ns - 3600000000000ull + process->pid * 12345678ull;
}

static void make_processes(struct workload *workload)
{
	for (uint32_t i = 0; i < WORKLOAD_TREE_NR; i++) {
		make_process(workload, &workload->tree[i], i ? &workload->tree[i - 1] : NULL,
			     i > 2 ? 1000 : 0, 0);
		make_older(workload, &workload->tree[i]);
	}
	for (uint32_t i = 0; i < workload->service_nr; i++) {
		uint32_t home = i % (CONTAINERS_NR + 4);

		make_process(workload, &workload->services[i], &workload->tree[1],
			     33 + i % 5, home > CONTAINERS_NR ? 0 : home);
		make_older(workload, &workload->services[i]);
	}
}

int workload_init(struct workload *workload, const char *names_path, uint32_t cpu_nr,
		  uint32_t service_nr, uint64_t start_ns, int64_t realtime_offset_ns)
{
	char *at;

	memset(workload, 0, sizeof(*workload));
	workload->random = 42;
	workload->time_ns = start_ns;
	workload->realtime_offset_ns = realtime_offset_ns;
	workload->cpu_nr = cpu_nr;
	workload->next_pid = 1000;
	workload->next_ino = 3000000;
	workload->names = at = read_names(names_path);
	if (!at)
		return -errno;
	at = split_names(workload, &workload->programs, at, 0100755);
	at = split_names(workload, &workload->libraries, at, 0100644);
	split_names(workload, &workload->files, at, 0100644);
	workload->service_nr = service_nr;
	workload->services = calloc(service_nr, sizeof(*workload->services));
	if (!workload->services)
		return -ENOMEM;
	make_processes(workload);
	return 0;
}

void workload_exit(struct workload *workload)
{
	free(workload->programs.all);
	free(workload->libraries.all);
	free(workload->files.all);
	free(workload->services);
	free(workload->names);
}

uint32_t workload_prologue_nr(const struct workload *workload)
{
	return 2 * (WORKLOAD_TREE_NR + workload->service_nr);
}

/* First a fork and an exec for each process that is to be there. */
static void prologue_step(struct workload *workload, struct record_fake *record)
{
	uint32_t nr = workload->prologue / 2;
	struct workload_process *process = nr < WORKLOAD_TREE_NR ? &workload->tree[nr] :
					   &workload->services[nr - WORKLOAD_TREE_NR];
	struct workload_process *parent = nr < WORKLOAD_TREE_NR ? process - 1 : &workload->tree[1];

	if (workload->prologue++ % 2 || nr == 0)
		put_exec(workload, record, process);
	else
		put_fork(workload, record, parent, process);
}

uint32_t workload_next(struct workload *workload, struct record_fake *record)
{
	if (workload->prologue < workload_prologue_nr(workload))
		prologue_step(workload, record);
	else if (workload->pending)
		put_pending(workload, record);
	else if (draw(workload, 9) < 5)
		build_step(workload, record, &workload->slots[draw(workload, WORKLOAD_SLOTS_NR)]);
	else
		service_step(workload, record);
	return record->head.tgid % workload->cpu_nr;
}
