// SPDX-License-Identifier: GPL-2.0-only
#include "top_terminal.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <ncurses.h>

#include "cli.h"

struct ygr_top_terminal {
	SCREEN	*screen;
	FILE	*out;
	int	 signal_fd;
	sigset_t blocked, before;
	bool	 has_colors;
};

enum { RED_PAIR = 1, YELLOW_PAIR };

/* ---- signals ---- */

/*
 * All of them come through a descriptor, so that no handler, ncurses's included, meets
 * a screen that is half drawn. What was ignored from the start stays so, as nohup(1) has it.
 */
static int take_signals(struct ygr_top_terminal *terminal)
{
	static const int signals[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH,
	};
	struct sigaction action;

	sigemptyset(&terminal->blocked);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &action) && action.sa_handler != SIG_IGN)
			sigaddset(&terminal->blocked, signals[i]);
	sigprocmask(SIG_BLOCK, &terminal->blocked, &terminal->before);
	terminal->signal_fd = signalfd(-1, &terminal->blocked, SFD_CLOEXEC | SFD_NONBLOCK);
	return terminal->signal_fd < 0 ? -errno : 0;
}

/* As if it had come when nobody had blocked it. */
static void let_through(int number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void suspend(void)
{
	endwin();
	let_through(SIGTSTP);
}

/* The size may have changed, and a shell may have left other modes behind. */
static void resume(void)
{
	struct winsize size;

	reset_prog_mode();
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
}

static enum ygr_top_key take_signal(struct ygr_top_terminal *terminal, int *number)
{
	struct signalfd_siginfo info;

	if (read(terminal->signal_fd, &info, sizeof(info)) != sizeof(info))
		return YGR_TOP_KEY_NONE;
	switch (info.ssi_signo) {
	case SIGTSTP:
		suspend();
		resume();
		return YGR_TOP_KEY_REDRAW;
	case SIGCONT:
	case SIGWINCH:
		resume();
		return YGR_TOP_KEY_REDRAW;
	default:
		*number = (int)info.ssi_signo;
		return YGR_TOP_KEY_NONE;
	}
}

void ygr_top_terminal_die_of(int number)
{
	/* In place of ncurses's handler. */
	signal(number, SIG_DFL);
	raise(number);
}

/* ---- open and close ---- */

static void set_up(struct ygr_top_terminal *terminal)
{
	/* What ncurses has put there for itself; it leaves alone what is ignored. */
	if (sigismember(&terminal->blocked, SIGTSTP))
		signal(SIGTSTP, SIG_DFL);
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	terminal->has_colors = !getenv("NO_COLOR") && has_colors() && start_color() == OK;
	if (!terminal->has_colors)
		return;
	use_default_colors();
	init_pair(RED_PAIR, COLOR_RED, -1);
	init_pair(YELLOW_PAIR, COLOR_YELLOW, -1);
}

int ygr_top_terminal_open(struct ygr_top_terminal **opened)
{
	struct ygr_top_terminal *terminal = calloc(1, sizeof(*terminal));
	const char *type = getenv("TERM");
	int err;

	if (!terminal)
		return ygr_cli_fail(YGR_EXIT_FAULT, "out of memory");
	setlocale(LC_CTYPE, "");
	err = take_signals(terminal);
	if (err) {
		free(terminal);
		return ygr_cli_fail(YGR_EXIT_FAULT, "signals: %s", strerror(-err));
	}
	/* Escape alone is a key, too: not to be waited for. */
	set_escdelay(25);
	terminal->screen = newterm(NULL, stdout, stdin);
	if (!terminal->screen) {
		ygr_top_terminal_close(terminal);
		return ygr_cli_fail(YGR_EXIT_FAULT, "the terminal's type \"%s\" (TERM) is not known here: use --batch",
				    type ?: "");
	}
	set_up(terminal);
	*opened = terminal;
	return 0;
}

void ygr_top_terminal_close(struct ygr_top_terminal *terminal)
{
	if (!terminal)
		return;
	if (terminal->screen) {
		endwin();
		delscreen(terminal->screen);
	}
	close(terminal->signal_fd);
	sigprocmask(SIG_SETMASK, &terminal->before, NULL);
	free(terminal);
}

void ygr_top_terminal_measure(const struct ygr_top_terminal *terminal, struct ygr_top_view *view)
{
	(void)terminal;
	view->rows = (unsigned int)LINES;
	view->cols = (unsigned int)COLS;
	view->is_ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

/* ---- drawing ---- */

static int attributes(const struct ygr_top_terminal *terminal, enum ygr_top_style style)
{
	switch (style) {
	case YGR_TOP_BOLD:
		return A_BOLD;
	case YGR_TOP_HEADING:
		return A_REVERSE;
	case YGR_TOP_RED:
		return terminal->has_colors ? A_BOLD | COLOR_PAIR(RED_PAIR) : A_BOLD;
	case YGR_TOP_YELLOW:
		return terminal->has_colors ? COLOR_PAIR(YELLOW_PAIR) : A_NORMAL;
	default:
		return A_NORMAL;
	}
}

void ygr_top_terminal_draw(struct ygr_top_terminal *terminal, const struct ygr_top_sheet *sheet)
{
	erase();
	for (unsigned int i = 0; i < sheet->line_nr && (int)i < LINES; i++) {
		const struct ygr_top_line *line = &sheet->line[i];

		attrset(attributes(terminal, line->style));
		mvaddnstr((int)i, 0, sheet->bytes + line->off, (int)line->len);
		/* The whole row, of which the text may have left something. */
		if (line->style == YGR_TOP_HEADING && getcury(stdscr) == (int)i)
			chgat(-1, A_REVERSE, 0, NULL);
	}
	attrset(A_NORMAL);
	refresh();
}

/* ---- keys ---- */

static enum ygr_top_key key_of(int c)
{
	switch (c) {
	case 'q':
	case 'Q':
		return YGR_TOP_KEY_QUIT;
	case 'p':
	case ' ':
		return YGR_TOP_KEY_PAUSE;
	case 's':
		return YGR_TOP_KEY_SORT;
	case 'h':
	case '?':
		return YGR_TOP_KEY_HELP;
	case '\t':
		return YGR_TOP_KEY_TAB;
	case KEY_UP:
		return YGR_TOP_KEY_UP;
	case KEY_DOWN:
		return YGR_TOP_KEY_DOWN;
	case KEY_PPAGE:
		return YGR_TOP_KEY_PAGE_UP;
	case KEY_NPAGE:
		return YGR_TOP_KEY_PAGE_DOWN;
	case 'L' & 0x1f:	/* as everywhere: draw all of it anew */
		clearok(curscr, TRUE);
		return YGR_TOP_KEY_REDRAW;
	default:
		return YGR_TOP_KEY_NONE;
	}
}

enum ygr_top_key ygr_top_terminal_wait(struct ygr_top_terminal *terminal, int timeout_ms, int *number)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = terminal->signal_fd, .events = POLLIN },
	};
	int c = getch();

	/* ncurses may have read more of the keys than it has given us yet. */
	if (c != ERR)
		return key_of(c);
	if (poll(fds, 2, timeout_ms) <= 0)
		return YGR_TOP_KEY_NONE;
	if (fds[1].revents)
		return take_signal(terminal, number);
	if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) {
		*number = SIGHUP;
		return YGR_TOP_KEY_NONE;
	}
	return key_of(getch());
}
