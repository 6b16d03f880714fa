// SPDX-License-Identifier: GPL-2.0-only
#include "secret.h"

#include <stdlib.h>
#include <string.h>

#include "text_file.h"

int ygr_secret_read(const char *path, char **secret, const char **reason)
{
	size_t bytes;
	int err;

	*secret = NULL;
	if (!path)
		return 0;
	err = ygr_text_file_read(path, YGR_SECRET_BYTES_MAX, secret, &bytes);
	if (err) {
		*secret = NULL;
		*reason = path;
		return err;
	}
	/* A newline at its end is nobody's password. */
	(*secret)[strcspn(*secret, "\r\n")] = '\0';
	return 0;
}

void ygr_secret_free(char *secret)
{
	if (!secret)
		return;
	explicit_bzero(secret, strlen(secret));
	free(secret);
}
