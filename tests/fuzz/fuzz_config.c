// SPDX-License-Identifier: GPL-2.0-only
/* Whatever text a configuration holds: an error, or settings within their limits. */
#include <stdlib.h>
#include <string.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Its name becomes a file's. */
static void check(const struct ygr_output_config *output)
{
	if (!output->name[0] || strlen(output->name) >= YGR_OUTPUT_NAME_BYTES ||
	    strpbrk(output->name, "/.\n") || output->window_nr < 1 || output->window_nr > 1024)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct ygr_config config;
	struct ygr_text_errors errors;

	ygr_config_init(&config);
	ygr_text_error_init(&errors);
	if (ygr_config_parse(&config, (const char *)bytes, len, &errors))
		return 0;
	if (errors.error_nr || config.output_nr > YGR_OUTPUTS_MAX ||
	    config.spool_limit_bytes < 4 * config.segment_bytes || config.spool_dir[0] != '/' ||
	    config.runtime_dir[0] != '/')
		abort();
	for (size_t i = 0; i < config.output_nr; i++)
		check(&config.outputs[i]);
	ygr_config_exit(&config);
	return 0;
}
