// SPDX-License-Identifier: GPL-2.0-only
/* A module in a compressed file is read under a name of its own. */
#include <linux/kernel_read_file.h>

int probe(enum kernel_read_file_id id);
int probe(enum kernel_read_file_id id)
{
	return id == READING_MODULE_COMPRESSED;
}
