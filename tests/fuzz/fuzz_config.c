// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever texts a configuration holds: an error, or settings within their limits. A byte
 * that no UTF-8 has begins the next file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_show.h"

#define FILES_MAX	4

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Its name becomes a file's. */
static void check(const struct ygr_output_config *output)
{
	if (!output->name[0] || strlen(output->name) >= YGR_OUTPUT_NAME_BYTES ||
	    strpbrk(output->name, "/.\n") || output->window_nr < 1 || output->window_nr > 1024)
		abort();
}

static size_t split(char *bytes, size_t len, struct ygr_config_text *files)
{
	size_t nr = 0;
	char *end;

	for (; nr < FILES_MAX; nr++) {
		end = memchr(bytes, 0xff, len);
		files[nr] = (struct ygr_config_text) { "f", bytes, end ? (size_t)(end - bytes) : len };
		if (!end)
			return nr + 1;
		len -= (size_t)(end + 1 - bytes);
		bytes = end + 1;
	}
	return nr;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ygr_config_text files[FILES_MAX];
	static struct ygr_config config;
	size_t shown_bytes;
	FILE *shown;
	char *text;
	struct ygr_text_errors errors;

	ygr_config_init(&config);
	ygr_text_error_init(&errors);
	if (ygr_config_parse(&config, files, split((char *)bytes, len, files), &errors))
		return 0;
	if (errors.error_nr || config.output_nr > YGR_OUTPUTS_MAX ||
	    config.spool_limit_bytes < 4 * config.segment_bytes || config.spool_dir[0] != '/' ||
	    config.runtime_dir[0] != '/')
		abort();
	for (size_t i = 0; i < config.output_nr; i++)
		check(&config.outputs[i]);
	shown = open_memstream(&text, &shown_bytes);
	ygr_config_show(shown, &config);
	fclose(shown);
	free(text);
	ygr_config_exit(&config);
	return 0;
}
