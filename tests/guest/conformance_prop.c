// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/fsverity.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "conformance_program.h"
#include "conformance_prop.h"
#include "disk.h"
#include "guest.h"
#include "play.h"

/* File systems whose device is 0:N, and the numbers of the inodes in each. */
static const unsigned int device_minors[] = { 200, 201 };
#define DEVICE_NR	(sizeof(device_minors) / sizeof(device_minors[0]))
#define DEVICE_INODES	101
#define MOUNTS_MAX	256

static int nameless_fd = -1;
static char device_dirs[DEVICE_NR][sizeof(PROP_DIR "/dev/000")];
static bool has_verity;

void prop_fail(const char *fmt, ...)
{
	const int err = errno;
	char what[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	/* In one piece: others are at it, too. */
	dprintf(STDERR_FILENO, "# prop: %s: %s\n", what, strerror(err));
	_exit(PLAY_CANNOT);
}

static void write_program(int fd, const struct ygr_match_event *match)
{
	char variant;

	errno = ENOENT;
	if (!program_find(match->sha256, match->verity, &variant))
		prop_fail("a program of these digests");
	if (!program_write(fd, variant))
		prop_fail("write a program");
}

/* ---- places ---- */

/* A folder that was moved out of the mount through which we hold it: no name leads there. */
static void make_nameless(void)
{
	assert_int_equal(mkdir(PROP_DIR "/in", 0755), 0);
	assert_int_equal(mkdir(PROP_DIR "/in/lost", 0755), 0);
	assert_int_equal(mkdir(PROP_DIR "/seen", 0755), 0);
	assert_int_equal(mount(PROP_DIR "/in", PROP_DIR "/seen", NULL, MS_BIND, NULL), 0);
	nameless_fd = open(PROP_DIR "/seen/lost", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(nameless_fd >= 0);
	assert_int_equal(rename(PROP_DIR "/in/lost", PROP_DIR "/lost"), 0);
}

/* A new tmpfs counts its inodes from 1, the root's. Each file is a program, named by its number. */
static void fill_device(const char *dir)
{
	char path[64];
	struct stat st;
	int fd;

	for (unsigned int ino = 2; ino <= DEVICE_INODES; ino++) {
		snprintf(path, sizeof(path), "%s/%u", dir, ino);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
		assert_true(program_write(fd, PROGRAM_PLAIN));
		assert_int_equal(fchown(fd, PROP_OWNER, 0), 0);
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_ino, ino);
		close(fd);
	}
}

static bool keep_device(const char *dir)
{
	struct stat st;

	assert_int_equal(stat(dir, &st), 0);
	for (size_t i = 0; i < DEVICE_NR; i++) {
		if (minor(st.st_dev) != device_minors[i])
			continue;
		strcpy(device_dirs[i], dir);
		fill_device(dir);
		return true;
	}
	return false;
}

/* A file system without a disk gets the lowest number that is free: so all below are taken, for now. */
static void make_devices(void)
{
	bool kept[MOUNTS_MAX];
	char dir[sizeof(device_dirs[0])];
	unsigned int nr, i;

	assert_int_equal(mkdir(PROP_DIR "/dev", 0755), 0);
	for (nr = 0; nr < MOUNTS_MAX && !device_dirs[DEVICE_NR - 1][0]; nr++) {
		snprintf(dir, sizeof(dir), PROP_DIR "/dev/%u", nr);
		assert_int_equal(mkdir(dir, 0755), 0);
		assert_int_equal(mount("tmpfs", dir, "tmpfs", 0, "mode=0755"), 0);
		kept[nr] = keep_device(dir);
	}
	for (i = 0; i < nr; i++) {
		snprintf(dir, sizeof(dir), PROP_DIR "/dev/%u", i);
		if (!kept[i])
			assert_int_equal(umount(dir), 0);
	}
	for (i = 0; i < DEVICE_NR; i++)
		if (!device_dirs[i][0])
			fail_msg("no file system was given the device 0:%u", device_minors[i]);
}

void prop_setup(void)
{
	has_verity = disk_mount();
	assert_int_equal(mkdir(PROP_DIR, 0755), 0);
	assert_int_equal(mount("tmpfs", PROP_DIR, "tmpfs", 0, "mode=0755"), 0);
	make_nameless();
	make_devices();
}

void prop_teardown(void)
{
	close(nameless_fd);
	/* With all that is mounted within, which nobody uses any more. */
	umount2(PROP_DIR, MNT_DETACH);
	rmdir(PROP_DIR);
	disk_unmount();
}

bool prop_is_to_be_made(enum ygr_on on)
{
	return on == YGR_ON_CREATE || on == YGR_ON_MKDIR || on == YGR_ON_SYMLINK;
}

bool prop_has_verity(void)
{
	return has_verity;
}

/* ---- one file ---- */

void prop_make_folders(const char *path)
{
	char folder[512];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
		if (mkdir(folder, 0755) && errno != EEXIST)
			prop_fail("mkdir %s", folder);
	}
}

static mode_t mode_of(const struct ygr_match_event *match)
{
	static const struct { uint64_t attr; mode_t mode; } bits[] = {
		{ YGR_FILE_SETUID, 04000 }, { YGR_FILE_SETGID, 02000 }, { YGR_FILE_WORLD_WRITABLE, 0002 },
		{ YGR_FILE_GROUP_WRITABLE, 0020 }, { YGR_FILE_EXECUTABLE, 0111 },
	};
	mode_t mode = match->on == YGR_ON_EXEC ? 0755 : 0644;

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (match->file_attr & bits[i].attr)
			mode |= bits[i].mode;
	return mode;
}

/* In this order: a new owner takes the set-id bits away. */
static void dress(int fd, const struct ygr_match_event *match)
{
	const bool has_owner = match->has_file && !match->ino;

	if (fchown(fd, has_owner ? match->owner : PROP_OWNER, 0) || fchmod(fd, mode_of(match)))
		prop_fail("owner and mode");
}

static void make_file(const char *path, const struct ygr_match_event *match)
{
	int fd;

	prop_make_folders(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		prop_fail("create %s", path);
	write_program(fd, match);
	dress(fd, match);
	close(fd);
}

static void make_folder(const char *path, const struct ygr_match_event *match)
{
	int fd;

	prop_make_folders(path);
	fd = mkdir(path, 0755) ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		prop_fail("make %s", path);
	dress(fd, match);
	close(fd);
}

/* @path becomes another name of @file. */
static void show_at(const char *file, const char *path)
{
	prop_make_folders(path);
	if (mknod(path, S_IFREG | 0644, 0) || mount(file, path, NULL, MS_BIND, NULL))
		prop_fail("show %s at %s", file, path);
}

static void make_sealed(const char *path, const struct ygr_match_event *match, unsigned int number)
{
	struct fsverity_enable_arg arg = {
		.version = 1, .hash_algorithm = FS_VERITY_HASH_ALG_SHA256, .block_size = 4096,
	};
	char file[64];
	int fd;

	snprintf(file, sizeof(file), DISK "/sealed-%u", number);
	unlink(file);
	make_file(file, match);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, FS_IOC_ENABLE_VERITY, &arg))
		prop_fail("seal %s", file);
	close(fd);
	show_at(file, path);
}

/* Return: the folder of the file system that has the file. */
static const char *find_device(const struct ygr_match_event *match)
{
	for (size_t i = 0; i < DEVICE_NR; i++)
		if (!match->dev_major && match->dev_minor == device_minors[i] &&
		    match->ino > 1 && match->ino <= DEVICE_INODES)
			return device_dirs[i];
	errno = ENODEV;
	prop_fail("file-id %u:%u:%llu", match->dev_major, match->dev_minor,
		  (unsigned long long)match->ino);
}

static void take_by_id(struct prop *prop, const struct ygr_match_event *match, const char *root)
{
	const char *dir = find_device(match);
	char file[96], path[512];

	snprintf(prop->text[0], sizeof(prop->text[0]), "%llu", (unsigned long long)match->ino);
	if (match->path_nr) {
		snprintf(file, sizeof(file), "%s/%s", dir, prop->text[0]);
		snprintf(path, sizeof(path), "%s%s", root, match->paths[0].bytes);
		show_at(file, path);
		return;
	}
	prop->names[0] = prop->text[0];
	prop->dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void make_memfd(struct prop *prop, const struct ygr_match_event *match)
{
	int fd = memfd_create("prop", MFD_CLOEXEC);
	char self[32];

	write_program(fd, match);
	dress(fd, match);
	/* Nothing that is open for writing can be executed. */
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	prop->fd = open(self, O_RDONLY | O_CLOEXEC);
	if (prop->fd < 0)
		prop_fail("open a memfd again");
	close(fd);
	prop->names[0] = "";
}

static void drop_name(struct prop *prop, const char *path)
{
	prop->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (prop->fd < 0 || unlink(path))
		prop_fail("unlink %s", path);
	prop->names[0] = "";
}

/* Where @name is for us. */
static void put_path(char *path, size_t cap, const char *root, const char *name)
{
	snprintf(path, cap, "%s%s", name[0] == '/' ? root : PROP_DIR "/lost/", name);
}

static void make_named(struct prop *prop, const struct ygr_match_event *match, const char *root,
		       unsigned int number)
{
	char path[512];

	put_path(path, sizeof(path), root, prop->names[0]);
	if (prop_is_to_be_made(match->on))
		prop_make_folders(path);
	else if (match->on == YGR_ON_RMDIR)
		make_folder(path, match);
	else if (match->verity)
		make_sealed(path, match, number);
	else
		make_file(path, match);
	if (match->file_attr & YGR_FILE_UNLINKED)
		drop_name(prop, path);
	put_path(path, sizeof(path), root, prop->names[1]);
	prop_make_folders(path);
}

void prop_make(struct prop *prop, const struct ygr_policy_event *event, const char *root,
	       unsigned int number)
{
	const struct ygr_match_event *match = &event->match;

	prop->fd = -1;
	prop->dir_fd = nameless_fd;
	/* A mount needs a name to be at, and verity needs another file system. */
	snprintf(prop->text[0], sizeof(prop->text[0]), match->verity ? "/sealed-prop" : "%u", number);
	for (unsigned int i = 0; i < YGR_MATCH_PATHS_MAX; i++)
		prop->names[i] = i < match->path_nr ? match->paths[i].bytes : prop->text[i];
	if (match->ino)
		take_by_id(prop, match, root);
	snprintf(prop->text[1], sizeof(prop->text[1]), "%.32s.new", prop->text[0]);
	if (match->file_attr & YGR_FILE_MEMFD)
		make_memfd(prop, match);
	else if (!match->ino)
		make_named(prop, match, root, number);
}
