/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files that the daemon's settings come from: FILE, and over it the *.yaml of FILE.d in the
 * order of their names (drop_in.h), whether or not there is a FILE.
 */
#ifndef YGR_CONFIG_FILE_H
#define YGR_CONFIG_FILE_H

#include <dirent.h>

#include "config.h"

/* How to get at them: the doctor looks at other systems' as well. */
struct ygr_config_access {
	int (*read)(void *arg, const char *path, char **text, size_t *bytes);	/* 0 or -errno */
	DIR *(*open_directory)(void *arg, const char *path);	/* NULL: errno tells */
	void *arg;
};

extern const struct ygr_config_access ygr_config_access_here;

/*
 * Reads them all over the defaults that @config holds.
 * @must_exist: it is a mistake that there is no FILE
 * Return: 0; -EBADMSG: @errors says what and where, and @config is untouched; -ENOMEM.
 */
int ygr_config_file_load(struct ygr_config *config, const struct ygr_config_access *access,
			 const char *path, bool must_exist, struct ygr_text_errors *errors);

#endif
