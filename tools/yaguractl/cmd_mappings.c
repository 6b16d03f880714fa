// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "mapping_doc.h"

int ygr_cmd_mappings(int argc, char **argv)
{
	struct ygr_text_buffer text = { 0 };

	if (argc != 1)
		return ygr_cli_usage("mappings takes no argument \"%s\"", argv[1]);
	ygr_mapping_doc_put(&text);
	if (text.failed)
		return ygr_cli_fail(YGR_EXIT_FAULT, "out of memory");
	fwrite(text.bytes, 1, text.len, stdout);
	ygr_text_buffer_exit(&text);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}
