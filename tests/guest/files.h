/* SPDX-License-Identifier: GPL-2.0-only */
/* A few files and what is done to them, for the tests of the file hooks. */
#ifndef YGR_TEST_FILES_H
#define YGR_TEST_FILES_H

#include "guest_assert.h"

#define DIR	"/tmp/file"
#define A	DIR "/a"
#define B	DIR "/b"
#define TEXT	"some text\n"

/* cmocka setup of one test: no policy, no events, and A alone in DIR, with TEXT in it. */
int files_fresh(void **state);

/* Return: errno of the act, 0 if it worked. These may be called in a child. */
int try_open(const char *path, int flags);
int try_map(const char *path, int prot, int flags);
int open_as_other(void *arg);	/* opens the path @arg for writing */
int errno_of(int result);	/* of a call that tells failure by -1 */

size_t size_of(const char *path);

/* The one event of that type and path of this process. */
const struct guest_event *expect_file(struct guest *guest, enum ygr_event_type type,
				      const char *path);

/* Has something recorded after all that came before: now a reject means something. */
void flush(struct guest *guest);

/* No such event of this process. */
void reject_file(struct guest *guest, enum ygr_event_type type, const char *path);

#endif
