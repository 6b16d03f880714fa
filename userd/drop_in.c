// SPDX-License-Identifier: GPL-2.0-only
#include "drop_in.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX	".yaml"

static bool is_drop_in(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > strlen(SUFFIX) &&
	       !strcmp(name + len - strlen(SUFFIX), SUFFIX);
}

static int add(struct ygr_drop_ins *list, const char *name)
{
	char **larger, *copy;

	if (list->nr == YGR_DROP_INS_MAX)
		return -E2BIG;
	larger = reallocarray(list->names, list->nr + 1, sizeof(*larger));
	if (!larger)
		return -ENOMEM;
	list->names = larger;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	list->names[list->nr++] = copy;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int ygr_drop_in_list(DIR *stream, struct ygr_drop_ins *list)
{
	const struct dirent *entry;
	int err = 0;

	*list = (struct ygr_drop_ins) { 0 };
	while (!err) {
		errno = 0;
		entry = readdir(stream);
		if (!entry) {
			err = -errno;
			break;
		}
		if (is_drop_in(entry->d_name))
			err = add(list, entry->d_name);
	}
	if (err)
		ygr_drop_in_exit(list);
	else if (list->nr)
		qsort(list->names, list->nr, sizeof(*list->names), compare);
	return err;
}

#define TEXT(number)	TEXT_OF(number)
#define TEXT_OF(number)	#number

const char *ygr_drop_in_explain(int err)
{
	return err == -E2BIG ? "more than " TEXT(YGR_DROP_INS_MAX) " files in it end with " SUFFIX :
	       strerror(-err);
}

void ygr_drop_in_exit(struct ygr_drop_ins *list)
{
	while (list->nr)
		free(list->names[--list->nr]);
	free(list->names);
	*list = (struct ygr_drop_ins) { 0 };
}
