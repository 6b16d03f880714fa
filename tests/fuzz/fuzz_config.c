// SPDX-License-Identifier: GPL-2.0-only
/* Whatever text a configuration holds: an error, or settings within their limits. */
#include <stdlib.h>
#include <string.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct ygr_config config;
	struct ygr_text_errors errors;

	ygr_config_init(&config);
	ygr_text_error_init(&errors);
	if (ygr_config_parse(&config, (const char *)bytes, len, &errors))
		return 0;
	if (errors.error_nr || config.window_nr < 1 || config.window_nr > 1024 ||
	    config.spool_limit_bytes < 4 * config.segment_bytes || config.spool_dir[0] != '/' ||
	    config.runtime_dir[0] != '/' || (config.output == YGR_OUTPUT_TCP && !config.output_host[0]))
		abort();
	return 0;
}
