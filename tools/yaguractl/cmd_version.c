// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include <yagura/ygr_abi.h>
#include <yagura/ygr_policy.h>
#include <ygr_version.h>

#include "cli.h"
#include "commands.h"

int ygr_cmd_version(int argc, char **argv)
{
	if (argc > 1)
		return ygr_cli_usage("version takes no argument \"%s\"", argv[1]);
	printf("yaguractl " YGR_VERSION ", ABI %d, schema %d, policy format %d\n",
	       YGR_ABI_VERSION, YGR_SCHEMA_VERSION, YGR_POLICY_VERSION);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}
