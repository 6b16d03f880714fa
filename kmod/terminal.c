// SPDX-License-Identifier: GPL-2.0-only
#include <linux/types.h>
#include <linux/kdev_t.h>
#include <linux/major.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>

#include "terminal.h"

/* The kernel calls pts/3 pts3. */
static void fill(struct ygr_terminal *terminal, struct tty_struct *tty)
{
	dev_t dev = tty_devnum(tty);

	terminal->major = MAJOR(dev);
	terminal->minor = MINOR(dev);
	if (terminal->major >= UNIX98_PTY_SLAVE_MAJOR &&
	    terminal->major < UNIX98_PTY_SLAVE_MAJOR + UNIX98_PTY_MAJOR_COUNT)
		snprintf(terminal->name, sizeof(terminal->name), "pts/%d", tty->index);
	else
		strscpy(terminal->name, tty->name, sizeof(terminal->name));
}

/* Whoever takes it away does so under this lock, and lets go of it afterwards. */
bool ygr_terminal_find(struct task_struct *task, struct ygr_terminal *terminal)
{
	struct sighand_struct *sighand;
	unsigned long flags;
	bool found = false;

	terminal->major = terminal->minor = 0;
	terminal->name[0] = '\0';
	rcu_read_lock();
	sighand = rcu_dereference(task->sighand);
	if (sighand) {
		spin_lock_irqsave(&sighand->siglock, flags);
		/* Else the process has ended, and this lock is somebody else's by now. */
		if (sighand == rcu_access_pointer(task->sighand) && task->signal->tty) {
			fill(terminal, task->signal->tty);
			found = true;
		}
		spin_unlock_irqrestore(&sighand->siglock, flags);
	}
	rcu_read_unlock();
	return found;
}
