/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real yagurad and the real yagura-recv, in a directory of their own:
 *
 *	DIR/yagurad.yaml	DIR/spool/	DIR/run/	DIR/far-end/
 *	DIR/yagurad.log		DIR/yagura-recv.log
 *
 * What does not come in time fails the cmocka test that called, and prints the
 * ends of the logs. Not for children.
 */
#ifndef YGR_TEST_DAEMON_H
#define YGR_TEST_DAEMON_H

#include <jansson.h>

#include "far_end.h"
#include "guest.h"

#define DAEMON_PATH_BYTES 256
#define DAEMON_WAIT_MS	20000	/* emulation is slow, and restarts back off */

enum daemon_process {
	DAEMON_READER,
	DAEMON_SENDER,
};

struct daemon_options {
	const char *io;			/* NULL: auto */
	const char *spool;		/* its directory; NULL: DIR/spool */
	unsigned int limit_mib;		/* of the spool; 0: 64 */
};

struct daemon {
	char dir[64];
	char spool[96];
	char config[96];
	unsigned int port;
	pid_t pid;			/* of the supervisor; 0: does not run */
	pid_t receiver_pid;		/* 0: does not run */
	unsigned int marker_nr;
};

/*
 * Makes the directory afresh and starts nothing.
 * @name: of the directory; daemons of different names do not meet
 */
void daemon_init(struct daemon *daemon, const char *name, const struct daemon_options *options);

/* Ends what runs, at once. The directory stays. */
void daemon_exit(struct daemon *daemon);

void daemon_start(struct daemon *daemon);

/* SIGTERM. Return: the exit status; 128 + signal; -ETIMEDOUT. */
int daemon_stop(struct daemon *daemon);

/* kill -9 of supervisor, reader and sender, so that none can notice the others' end. */
void daemon_kill(struct daemon *daemon);

void daemon_receiver_start(struct daemon *daemon);
int daemon_receiver_stop(struct daemon *daemon);
void daemon_receiver_kill(struct daemon *daemon);

/* "reader", "sender" */
const char *daemon_process_name(enum daemon_process process);

/* Waits for who was killed to let go of the device. Return: 0 or -errno. */
int daemon_module_unload(void);

/* Return: its pid, if it runs and has what it works with; else 0. */
pid_t daemon_find(const struct daemon *daemon, enum daemon_process process);

/* The same, once it does. */
pid_t daemon_wait(const struct daemon *daemon, enum daemon_process process);

/*
 * A member of reader.json or sender.json that the process wrote which runs
 * now. Its name is a path such as "ring.lost".
 */
json_int_t daemon_number(const struct daemon *daemon, enum daemon_process process,
			 const char *name);
/* A copy in a static buffer. */
const char *daemon_text(const struct daemon *daemon, enum daemon_process process,
			const char *name);

/* Fails, after the ends of the logs: @what was waited for in vain. */
void daemon_fail(const struct daemon *daemon, const char *what);

/* Until the log of the daemon has this in it. */
void daemon_wait_log(const struct daemon *daemon, const char *text);

/* Until @condition holds; @what is said if it does not. */
void daemon_wait_until(const struct daemon *daemon, bool (*condition)(const struct daemon *daemon),
		       const char *what);

/*
 * The receiver's file, of which there must not be two: that would be a second
 * spool. Return: whether there is one.
 */
bool daemon_find_stored(const struct daemon *daemon, char path[DAEMON_PATH_BYTES]);

/*
 * Until all that has been recorded before this call is at the far end: does
 * something that is recorded on each CPU, and waits for that to arrive. Opens
 * @far first if it is not open. Keep its visitor in @far->visit.
 */
void daemon_wait_delivered(struct daemon *daemon, struct far_end *far);

/*
 * Delivered or counted, to the end: waits for delivery, stops the daemon in
 * good order, reads the rest, and compares with the module's TOTALS and with its
 * statistics.
 */
void daemon_check_accounts(struct daemon *daemon, struct far_end *far);

/* A number below @below, from a sequence that YAGURA_SEED (kernel parameter) repeats. */
unsigned int daemon_random(unsigned int below);

#endif
