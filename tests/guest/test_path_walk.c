// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths while the tree changes: after each of thousands of random renames,
 * mounts, moves of mounts, removals and changes of the root, a record has the path that
 * /proc/self/fd has, though most refer to a directory that was told before the change; and one of a file whose directory is renamed and
 * whose mount is moved meanwhile has a path that the file really had.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest_assert.h"

#define BASE		"/tmp/walk"
#define STEPS		3000
#define HELD_NR		6	/* directories that are returned to */
#define RACES		3000
#define DELETED		" (deleted)"

/* Of different lengths: names in the dentry, at its edge, and outside of it. */
static const char *const names[] = {
	"a", "seven77", "a-name-of-thirty-one-characters", "a-name-of-forty-characters-is-not-inside",
};

#define NAME_NR	(sizeof(names) / sizeof(names[0]))

static unsigned int seed = 20260823;

static unsigned int any(unsigned int nr)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % nr;
}

/* A path of one to three of the names below BASE; it need not be there. */
static const char *any_path(char path[PATH_MAX])
{
	int len = sprintf(path, "%s", BASE);

	for (unsigned int i = 1 + any(3); i; i--)
		len += sprintf(path + len, "/%s", names[any(NAME_NR)]);
	return path;
}

/* What worked, of changes that tell of mounts and names. */
static struct { unsigned int renamed, mounted, moved; } done;

/* What fails changes nothing, and is as good. */
static void change_anything(void)
{
	char one[PATH_MAX], two[PATH_MAX];
	int fd;

	any_path(one);
	any_path(two);
	switch (any(14)) {
	case 0:
	case 1:
	case 2:
		mkdir(one, 0700);
		break;
	case 3:
	case 4:
		fd = open(one, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
		break;
	case 5:
	case 6:
	case 7:
		done.renamed += !rename(one, two);
		break;
	case 8:
		unlink(one);
		rmdir(two);
		break;
	case 9:
		done.mounted += !mount(one, two, NULL, MS_BIND, NULL);
		break;
	case 10:
	case 11:
	case 12:
		done.moved += !mount(one, two, NULL, MS_MOVE, NULL);
		break;
	case 13:
		umount2(one, any(2) ? MNT_DETACH : 0);
		break;
	}
}

/* A directory that stays open while names, mounts and it itself change. */
static void hold_any(int *held)
{
	char path[PATH_MAX];
	int fd = open(any_path(path), O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	if (*held >= 0)
		close(*held);
	*held = fd;
}

/* Of what was compared: how much was compact, and seen from another root. */
static struct { unsigned int compact, rooted; } seen;

static int root_dir, proc_dir;

/* Now and then, another root for a while. Return: whether it is. */
static bool change_root(void)
{
	char path[PATH_MAX];

	return any(4) == 0 && !chroot(any(2) ? BASE : any_path(path));
}

static void restore_root(void)
{
	assert_int_equal(fchdir(root_dir), 0);
	assert_int_equal(chroot("."), 0);
}

/*
 * Opens what @held stands for, in it if it is a directory. @name: of the link that tells its path.
 * Return: a descriptor, or -1.
 */
static int open_held(int held, char name[32], bool creates)
{
	int fd = openat(held, "file", (creates ? O_CREAT : 0) | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0) {
		snprintf(name, 32, "%d", held);
		fd = openat(proc_dir, name, O_WRONLY | O_CLOEXEC);
	}
	snprintf(name, 32, "%d", fd);
	return fd;
}

/* Opens and compares. Return: whether @held could be opened and has a path. */
static bool agrees(struct guest *guest, int held)
{
	char name[32], path[PATH_MAX + 1] = "";
	const struct guest_event *event;
	const struct guest_text *text;
	bool is_removed, is_rooted;
	ssize_t len = 0;
	int fd;

	guest_forget(guest);
	is_rooted = change_root();
	fd = open_held(held, name, any(3) == 0);
	if (fd >= 0) {
		len = readlinkat(proc_dir, name, path, PATH_MAX);
		close(fd);
	}
	if (is_rooted)
		restore_root();
	if (fd < 0)
		return false;
	assert_true(len > 0);
	is_removed = len > (ssize_t)strlen(DELETED) && !strcmp(path + len - strlen(DELETED), DELETED);
	if (is_removed)
		path[len - strlen(DELETED)] = '\0';
	event = guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid());
	text = &event->text[YGR_STR_PATH];
	/* Outside of any root, where the kernel has a word of its own. */
	if (!text->bytes && event->head.flags & YGR_F_NO_PATH)
		return false;
	assert_string_equal(text->bytes, path);
	assert_int_equal(event->head.flags, is_removed ? YGR_F_UNLINKED : 0);
	seen.compact += event->ring_bytes < event->head.len;
	seen.rooted += is_rooted;
	return true;
}

static void unmount_all(void)
{
	char path[PATH_MAX];

	for (unsigned int i = 0; i < 2000; i++)
		umount2(any_path(path), MNT_DETACH);
	while (!umount2(BASE, MNT_DETACH))
		;
}

static void path_agrees_after_any_change(void **state)
{
	unsigned int compared = 0;
	int held[HELD_NR];

	for (unsigned int i = 0; i < HELD_NR; i++)
		held[i] = -1;
	root_dir = open("/", O_PATH | O_CLOEXEC);
	proc_dir = open("/proc/self/fd", O_RDONLY | O_CLOEXEC);
	assert_true(root_dir >= 0 && proc_dir >= 0);
	for (unsigned int i = 0; i < STEPS; i++) {
		unsigned int one = any(HELD_NR);

		change_anything();
		change_anything();
		if (any(16) == 0 || held[one] < 0)
			hold_any(&held[one]);
		compared += held[one] >= 0 && agrees(*state, held[one]);
	}
	for (unsigned int i = 0; i < HELD_NR; i++)
		if (held[i] >= 0)
			close(held[i]);
	close(root_dir);
	close(proc_dir);
	printf("# %u of %u compared, %u of them compact, %u from another root; %u renamed, %u mounted, "
	       "%u mounts moved\n", compared, STEPS, seen.compact, seen.rooted, done.renamed,
	       done.mounted, done.moved);
	assert_in_range(compared, STEPS / 3, STEPS);
	assert_in_range(seen.compact, compared / 2, compared);
	assert_true(seen.rooted > 50);
	assert_true(done.renamed > 50 && done.mounted > 50 && done.moved > 20);
}

/* ---- meanwhile ---- */

#define RACE	BASE "/race"

#define PAUSE_US	200	/* lest there be more records than the test can read */

static int rename_and_move(void *arg)
{
	(void)arg;
	for (;;) {
		rename(RACE "/A", RACE "/B-has-a-longer-name-than-fits-into-a-dentry");
		mount(RACE "/x/m", RACE "/y", NULL, MS_MOVE, NULL);
		usleep(PAUSE_US);
		rename(RACE "/B-has-a-longer-name-than-fits-into-a-dentry", RACE "/A");
		mount(RACE "/y", RACE "/x/m", NULL, MS_MOVE, NULL);
		usleep(PAUSE_US);
	}
	return 0;
}

static const struct guest_text *open_in(struct guest *guest, int dir)
{
	int fd;

	guest_forget(guest);
	fd = openat(dir, "file", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	close(fd);
	return &guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid())->text[YGR_STR_PATH];
}

static bool is_one_of(const struct guest_text *text, const char *one, const char *two)
{
	return text->bytes && (!strcmp(text->bytes, one) || !strcmp(text->bytes, two));
}

static void path_is_one_that_the_file_had(void **state)
{
	unsigned int renamed = 0, moved = 0;
	int in_dir, in_mount;
	pid_t pid;

	mkdir(BASE, 0700);
	mkdir(RACE, 0700);
	mkdir(RACE "/A", 0700);
	mkdir(RACE "/A/deep", 0700);
	mkdir(RACE "/x", 0700);
	mkdir(RACE "/x/m", 0700);
	mkdir(RACE "/y", 0700);
	assert_int_equal(guest_file_write(RACE "/A/deep/file", ""), 0);
	assert_int_equal(mount("tmpfs", RACE "/x/m", "tmpfs", 0, NULL), 0);
	assert_int_equal(guest_file_write(RACE "/x/m/file", ""), 0);
	in_dir = open(RACE "/A/deep", O_PATH | O_CLOEXEC);
	in_mount = open(RACE "/x/m", O_PATH | O_CLOEXEC);
	assert_true(in_dir >= 0 && in_mount >= 0);
	pid = guest_child_start(rename_and_move, NULL);
	for (unsigned int i = 0; i < RACES; i++) {
		const struct guest_text *text = open_in(*state, in_dir);

		assert_true(is_one_of(text, RACE "/A/deep/file",
				      RACE "/B-has-a-longer-name-than-fits-into-a-dentry/deep/file"));
		renamed += text->bytes[strlen(RACE "/")] == 'B';
		text = open_in(*state, in_mount);
		assert_true(is_one_of(text, RACE "/x/m/file", RACE "/y/file"));
		moved += !strcmp(text->bytes, RACE "/y/file");
	}
	kill(pid, SIGKILL);
	guest_child_wait(pid, GUEST_WAIT_MS);
	close(in_dir);
	close(in_mount);
	printf("# %u of %u while it was renamed, %u while it was moved\n", renamed, RACES, moved);
	assert_in_range(renamed, RACES / 100, RACES - RACES / 100);
	assert_in_range(moved, RACES / 100, RACES - RACES / 100);
}

static int fresh(void **state)
{
	mkdir(BASE, 0700);
	guest_forget(*state);
	return 0;
}

static int clean(void **state)
{
	(void)state;
	unmount_all();
	return 0;
}

#define test(f) cmocka_unit_test_setup_teardown(f, fresh, clean)

int main(void)
{
	const struct CMUnitTest path_walk[] = {
		test(path_agrees_after_any_change),
		test(path_is_one_that_the_file_had),
	};

	return cmocka_run_group_tests(path_walk, guest_setup, guest_teardown);
}
