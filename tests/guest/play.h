/* SPDX-License-Identifier: GPL-2.0-only */
/* What prog_play and who starts it agree on. */
#ifndef YGR_TEST_PLAY_H
#define YGR_TEST_PLAY_H

#define PLAY_CUE_FD	3	/* a socket: our process id goes out, then the word to begin comes in */
#define PLAY_PROC_FD	4	/* /proc of the first pid namespace: there may be another root folder */
#define PLAY_FILE_FD	5	/* the file that has no name */

#define PLAY_CANNOT	200	/* status: failed before the word came; standard error says how */

#endif
