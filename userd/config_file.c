// SPDX-License-Identifier: GPL-2.0-only
#include "config_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drop_in.h"
#include "text_file.h"
#include "yaml_tree.h"

/* What has been read so far; room for FILE and as many drop-ins as there may be. */
struct files {
	struct ygr_config_text item[1 + YGR_DROP_INS_MAX];
	size_t nr;
};

static int read_here(void *arg, const char *path, char **text, size_t *bytes)
{
	(void)arg;
	return ygr_text_file_read(path, YGR_YAML_BYTES_MAX, text, bytes);
}

static DIR *open_directory_here(void *arg, const char *path)
{
	(void)arg;
	return opendir(path);
}

const struct ygr_config_access ygr_config_access_here = {
	.read = read_here,
	.open_directory = open_directory_here,
};

static void add_error(struct ygr_text_errors *errors, const char *path, int err)
{
	errors->source = 1;
	errors->file = path;
	ygr_text_error_add(errors, YGR_TEXT_ERROR, 0, 0, "%s", ygr_drop_in_explain(err));
	errors->source = 0;
	errors->file = NULL;
}

/* @path becomes the list's. */
static int read_file(struct files *files, const struct ygr_config_access *access, char *path,
		     bool must_exist, struct ygr_text_errors *errors)
{
	struct ygr_config_text file = { .name = path };
	int err;

	if (!path)
		return -ENOMEM;
	err = access->read(access->arg, path, &file.text, &file.bytes);
	if (!err) {
		files->item[files->nr++] = file;
		return 0;
	}
	if (err != -ENOMEM && (must_exist || err != -ENOENT))
		add_error(errors, path, err);
	free(path);
	return err == -ENOMEM ? err : 0;
}

static char *join(const char *directory, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

static int list_directory(const struct ygr_config_access *access, const char *directory,
			  struct ygr_drop_ins *list)
{
	DIR *stream = access->open_directory(access->arg, directory);
	int err;

	*list = (struct ygr_drop_ins) { 0 };
	if (!stream)
		return errno == ENOENT ? 0 : -errno;
	err = ygr_drop_in_list(stream, list);
	closedir(stream);
	return err;
}

static int read_drop_ins(struct files *files, const struct ygr_config_access *access,
			 const char *path, struct ygr_text_errors *errors)
{
	struct ygr_drop_ins list;
	char *directory;
	int err;

	if (asprintf(&directory, "%s.d", path) < 0)
		return -ENOMEM;
	err = list_directory(access, directory, &list);
	if (err && err != -ENOMEM) {
		add_error(errors, directory, err);
		err = 0;
	}
	for (size_t i = 0; !err && i < list.nr; i++)
		err = read_file(files, access, join(directory, list.names[i]), true, errors);
	ygr_drop_in_exit(&list);
	free(directory);
	return err;
}

int ygr_config_file_load(struct ygr_config *config, const struct ygr_config_access *access,
			 const char *path, bool must_exist, struct ygr_text_errors *errors)
{
	struct files *files = calloc(1, sizeof(*files));
	int err;

	if (!files)
		return -ENOMEM;
	err = read_file(files, access, strdup(path), must_exist, errors);
	if (!err)
		err = read_drop_ins(files, access, path, errors);
	if (!err)
		err = ygr_config_parse(config, files->item, files->nr, errors);
	while (files->nr) {
		struct ygr_config_text *file = &files->item[--files->nr];

		free(file->name);
		free(file->text);
	}
	free(files);
	return err;
}
