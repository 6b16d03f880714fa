/* SPDX-License-Identifier: GPL-2.0-only */
/* A web server and a database, each from its start to its end. The programs are the guest's. */
#ifndef YGR_BENCH_LOAD_APP_H
#define YGR_BENCH_LOAD_APP_H

#define WEB_REQUEST_NR		300u	/* each a connect of its own */
#define DATABASE_TRANSACTION_NR	200u	/* each with a journal, which is unlinked at its end */

void load_app_prepare(void);

/* In the child. Return: its exit status. */
int load_web(void);
int load_database(void);

#endif
