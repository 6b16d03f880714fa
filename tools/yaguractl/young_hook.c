// SPDX-License-Identifier: GPL-2.0-only
#include "young_hook.h"

#include <string.h>

/* Nothing on the machine can mend it. */
static const struct {
	const char *symbol;
	const char *instead;
} young_hooks[] = {
	{ "vfs_fileattr_set", "chattr is not seen (before Linux 5.13)" },
	{ "security_task_fix_setgroups", "setgroups is not seen (before Linux 5.19)" },
	{ "security_file_truncate", "another hook sees the same (before Linux 6.2)" },
	{ "security_inode_set_acl", "another hook sees the same (before Linux 6.2)" },
	{ "security_inode_remove_acl", "another hook sees the same (before Linux 6.2)" },
};

const char *ygr_young_hook_explain(const json_t *hook)
{
	const char *state = json_string_value(json_object_get(hook, "state")) ?: "";
	const char *symbol = json_string_value(json_object_get(hook, "symbol")) ?: "";

	if (strncmp(state, "missing", strlen("missing")))
		return NULL;
	for (size_t i = 0; i < sizeof(young_hooks) / sizeof(young_hooks[0]); i++)
		if (!strcmp(symbol, young_hooks[i].symbol))
			return young_hooks[i].instead;
	return NULL;
}
