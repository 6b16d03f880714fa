// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "walk.h"

#define PROG	"/t/prog_walk"

static int copy_program(const char *path)
{
	int from = open(PROG, O_RDONLY | O_CLOEXEC), to;
	struct stat st;
	bool done;

	to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	done = !fstat(from, &st) && sendfile(to, from, NULL, st.st_size) == st.st_size;
	close(to);
	close(from);
	return done ? 0 : -1;
}

int walk_setup_programs(void **state)
{
	char path[] = PROGRAM("a");
	char *letter = path + strlen(path) - 1;

	(void)state;
	if ((mkdir(LINE, 0755) && errno != EEXIST) || copy_program(path))
		return -1;
	for (*letter = 'b'; *letter <= 'j'; ++*letter)
		if (link(PROGRAM("a"), path) && errno != EEXIST)
			return -1;
	return guest_file_write(FILE_X, "");
}

int walk_setup(void **state)
{
	return walk_setup_programs(state) ? -1 : guest_setup(state);
}

static int walk_child(void *arg)
{
	char *const *steps = arg;

	execv(steps[0], steps);
	return 201;
}

pid_t walk_start(const char *const *steps)
{
	return guest_child_start(walk_child, (void *)steps);
}

int walk_wait(pid_t pid)
{
	return guest_child_wait(pid, WALK_WAIT_MS);
}

int walk_status(const char *const *steps)
{
	return walk_wait(walk_start(steps));
}

static void load(const struct guest *guest, const char *where)
{
	char yaml[1024];

	snprintf(yaml, sizeof(yaml), RULES_1("{ name: r, on: open-write, do: deny, errno: EACCES, "
					     "where: { path: " FILE_X ", %s } }"), where);
	guest_policy_load(guest, yaml);
}

static void print_walk(const struct walk *walk)
{
	printf("# {%s}:", walk->where);
	for (size_t i = 0; walk->steps[i]; i++)
		printf(" %s", walk->steps[i]);
	printf("\n");
}

static void walk_one(const struct guest *guest, const struct walk *walk)
{
	const char *steps[WALK_STEPS_MAX + 3];
	size_t nr = 0;
	int status;

	while (walk->steps[nr]) {
		steps[nr] = walk->steps[nr];
		nr++;
	}
	steps[nr++] = "open";
	steps[nr++] = FILE_X;
	steps[nr] = NULL;
	load(guest, walk->where);
	status = walk_status(steps);
	if (status == (walk->holds ? EACCES : 0))
		return;
	print_walk(walk);
	fail_msg("status %d, where the rule %s", status, walk->holds ? "holds" : "does not hold");
}

void walk_all(struct guest *guest, const struct walk *walks, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		walk_one(guest, &walks[i]);
	assert_int_equal(guest_stats(guest, YGR_CPU_ALL).process_failed, 0);
}
