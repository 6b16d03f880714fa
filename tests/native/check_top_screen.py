# SPDX-License-Identifier: GPL-2.0-only
"""
check_top_screen.py YAGURACTL STATUS SPOOL - `yaguractl top` in a terminal.

STATUS are two of `status --json`, SPOOL is a segment: when both have been read, the screen stays as it is,
but for the time of day. Nothing is judged by how long it took. TAP without numbers.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

import pyte

CTL, STATUS, SPOOL = sys.argv[1:]
RECORDED = ["--status", STATUS, "--spool", SPOOL, "--all", "--interval", "0.2"]
PATIENCE_S = 30
failed = False


def result(name, got, wanted):
    global failed
    print(("ok - " if got == wanted else "not ok - ") + name)
    if got != wanted:
        failed = True
        print(*(f"# wanted {wanted!r}\n# got    {got!r}".splitlines()), sep="\n")
    sys.stdout.flush()


def size_of(rows, cols):
    return struct.pack("HHHH", rows, cols, 0, 0)


class Terminal:
    """The program on a terminal, as the child of a shell would be: in a group of its own, that can be stopped."""

    def __init__(self, *arguments, rows=24, cols=80, **environment):
        self.screen = pyte.Screen(cols, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.said = b""
        self.read_fd, write_fd = os.pipe()
        self.shell, self.fd = pty.fork()
        if not self.shell:
            self.be_shell(write_fd, arguments, size_of(rows, cols), environment)
        os.close(write_fd)
        self.modes, self.pid = self.hear()

    def be_shell(self, fd, arguments, size, environment):
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        fcntl.ioctl(0, termios.TIOCSWINSZ, size)
        pid = os.fork()
        if not pid:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            os.write(fd, repr((termios.tcgetattr(0), os.getpid())).encode() + b"\n")
            os.environ.update({"TERM": "linux", "LC_ALL": "C.UTF-8", "TZ": "UTC", **environment})
            os.execv(CTL, [CTL, "top", *arguments])
        while True:
            _, status = os.waitpid(pid, os.WUNTRACED)
            try:
                modes = termios.tcgetattr(0)
            except termios.error:
                modes = None
            os.write(fd, repr((modes, status)).encode() + b"\n")
            if not os.WIFSTOPPED(status):
                os._exit(0)

    def hear(self):
        """What the shell says next; the screen is read meanwhile, as the program waits for that."""
        deadline = time.monotonic() + PATIENCE_S
        while b"\n" not in self.said:
            self.read(0.05)
            if select.select([self.read_fd], [], [], 0)[0]:
                self.said += os.read(self.read_fd, 65536)
            if time.monotonic() > deadline:
                return None, None
        self.read(0)
        line, _, self.said = self.said.partition(b"\n")
        return eval(line)  # our own repr()

    def read(self, seconds):
        while self.fd is not None and select.select([self.fd], [], [], seconds)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            if not data:
                return
            self.raw += data
            self.stream.feed(data)
            seconds = 0

    def lines(self):
        return [re.sub(r"\d\d:\d\d:\d\d$", "TIME", line.rstrip()) for line in self.screen.display]

    def until(self, holds):
        """Whether it comes to that; the lines are then in self.seen."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self.read(0.05)
            self.seen = self.lines()
            if holds(self.seen):
                return True
            if time.monotonic() > deadline:
                return False

    def settle(self):
        """All that was recorded is on the screen."""
        return self.until(lambda lines: "END OF FILE" in lines[0] and lines[-1].startswith("q quit"))

    def press(self, keys):
        os.write(self.fd, keys)

    def resize(self, rows, cols):
        self.screen.resize(rows, cols)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, size_of(rows, cols))

    def end(self):
        """How the program ended, and whether the terminal is as it was."""
        modes, status = self.hear()
        os.waitpid(self.shell, 0)
        if status is None:
            return "it goes on", None
        return os.waitstatus_to_exitcode(status), modes == self.modes


def first_rows(lines):
    """Of the two lists: where they are scrolled to, and their first rows."""
    heads = [i for i, line in enumerate(lines) if "DENIED/S" in line]
    return [(lines[i].split()[-3], lines[i + 1].split()[-1]) for i in heads]


SCREEN = """\
yagura 0.1.0, loaded 3 h 20 min ago           END OF FILE, every 0.2 s, TIME
sensor   2 of 2 hooks; generation 7, web: 12 rules (10 enforce, 2 monitor), lock
rings    [##########          ] 50 % of 1024 KiB wait on cpu 1, 25 % on all 2
daemon   reader pid 812, sender pid 813; spool 3 of 1024 MiB
EVENTS/S   RECORD MERGED  SUPPR   DROP  EVENTS/S   RECORD MERGED  SUPPR   DROP
exec         15.0      0      0      0  fork            0      0      0      0
exit            0      0      0      0  file        25.0k   1000   35.0   20.0
deny            0      0      0      0  socket          0      0      0      0
sensor          0      0      0      0  privilege       0      0      0      0
all         25.0k   1000   35.0   20.0  dropped since load: 9
    PID EVENTS/S  SUPPR/S DENIED/S PROCESS         PROGRAM            1-10 of 22
   1007      220        0        0 gencat          /usr/bin/gencat
   1008     90.0        0        0 column          /usr/bin/column
   1005     40.0        0        0 tmux            /usr/bin/tmux
   1014     35.0        0        0 base32          /usr/bin/base32
   1006     35.0        0        0 fpcmake-3.2.2   /usr/bin/fpcmake-3.2.2
   1011     30.0        0        0 cscope-indexer  /usr/bin/cscope-indexer
   1013     25.0        0        0 dpkg-name       /usr/bin/dpkg-name
   1001     25.0        0        0 flock           /usr/bin/flock
   1015     25.0        0        0 lsb_release     /usr/bin/lsb_release
   1012     25.0        0        0 osslsigncode    /usr/bin/osslsigncode
       MATCHES/S  WOULD/S DENIED/S RULE                                 1-1 of 1
            45.0        0        0 static-content
q quit  p pause  s sorted by events  TAB to rules  arrows PgUp PgDn  h help""".splitlines()

RIGHT = ("1-10", "/usr/bin/gencat")


def keys():
    t = Terminal(*RECORDED)
    t.settle()
    result("the whole screen", t.seen, SCREEN)
    for key, name, wanted in (
            (b"\x1b[B", "down", ("2-11", "/usr/bin/column")),
            (b"\x1b[A", "up", RIGHT),
            (b"\x1b[6~", "page down", ("11-20", "/usr/bin/cg_merge")),
            (b"\x1b[6~", "page down to the end", ("13-22", "/usr/bin/apt-mark")),
            (b"\x1b[5~\x1b[5~", "page up", RIGHT),
            (b"s", "sorted by denied", RIGHT),
            (b"s", "sorted by name", ("1-10", "/usr/bin/apt-mark")),
            (b"s", "sorted by events", RIGHT)):
        t.press(key)
        t.until(lambda lines: first_rows(lines)[0] == wanted and
                ("sorted" not in name or name in lines[-1]))
        result("key: " + name, first_rows(t.seen)[0], wanted)
    t.press(b"\t")
    t.until(lambda lines: "TAB to processes" in lines[-1])
    result("key: TAB", t.seen[-1], SCREEN[-1].replace("rules", "processes"))
    t.press(b"\tp")
    t.until(lambda lines: "PAUSED" in lines[0])
    result("key: pause", t.seen[0], "yagura 0.1.0, loaded 3 h 20 min ago   PAUSED, END OF FILE, every 0.2 s, TIME")
    t.press(b"p")
    t.until(lambda lines: lines == SCREEN)
    result("key: pause again", t.seen, SCREEN)
    t.press(b"h")
    t.until(lambda lines: lines[0].startswith("yaguractl top"))
    result("key: help", [t.seen[0].split()[-3:], t.seen[2]], [["any", "key:", "back"], "  q                 quit"])
    t.press(b"q")
    t.until(lambda lines: lines == SCREEN)
    result("any key: back from help", t.seen, SCREEN)
    t.press(b"\x0c")
    t.until(lambda lines: lines == SCREEN)
    t.press(b"xyz\x1bq")
    result("other keys are nothing, q quits", t.end(), (0, True))
    result("the cursor is back", t.screen.cursor.hidden, False)


def sizes():
    t = Terminal(*RECORDED)
    t.settle()
    for rows, cols, wanted in ((10, 40, "    PID EVENTS/S  SUPPR/S DENIED/S PROCE"), (50, 200, "1-22 of 22"),
                               (2, 20, "sensor   2 of 2 hook"), (1, 1, "y")):
        t.resize(rows, cols)
        t.until(lambda lines: any(wanted in line for line in lines))
        result(f"{cols} by {rows}", any(wanted in line for line in t.seen), True)
    t.resize(24, 80)
    t.until(lambda lines: lines == SCREEN)
    result("and back to 80 by 24", t.seen, SCREEN)
    t.press(b"q")
    result("and quit", t.end(), (0, True))
    t = Terminal(*RECORDED, rows=3, cols=10)
    t.until(lambda lines: lines[:2] == ["yagura 0.1", "sensor   2"])
    result("a screen that is small from the start", t.seen, ["yagura 0.1", "sensor   2", ""])
    t.press(b"q")
    result("and quit", t.end(), (0, True))


def pause_goes_on_counting():
    # 2 looks are recorded: the first is shown when the screen is paused before the second.
    t = Terminal(*RECORDED[:-1], "1")
    t.press(b"p")
    t.until(lambda lines: "PAUSED, END OF FILE" in lines[0])
    before = t.seen[9].split()[1]
    t.press(b"p")
    t.until(lambda lines: lines[9].split()[1] != "-")
    after = t.seen[9].split()[1]
    result("paused, nothing changes; then all is there", (before in ("-", "4999"), after), (True, "4999"))
    t.press(b"q")
    result("and quit", t.end(), (0, True))


def signals():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        t = Terminal(*RECORDED)
        t.settle()
        os.kill(t.pid, number)
        result(f"{number.name} ends it, and leaves the terminal as it was",
               (*t.end(), t.screen.cursor.hidden), (-number, True, False))
    t = Terminal(*RECORDED)
    t.settle()
    t.press(b"\x03")
    result("so does control C", t.end(), (-signal.SIGINT, True))


def suspension():
    t = Terminal(*RECORDED)
    t.settle()
    for name, stop in (("control Z", lambda: t.press(b"\x1a")), ("SIGTSTP", lambda: os.kill(t.pid, signal.SIGTSTP))):
        stop()
        modes, status = t.hear()
        result(f"{name} stops it, and leaves the terminal as it was",
               (os.WIFSTOPPED(status), modes == t.modes, t.screen.cursor.hidden), (True, True, False))
        t.screen.reset()
        t.resize(24, 80)
        os.kill(t.pid, signal.SIGCONT)
        t.until(lambda lines: lines == SCREEN)
        result(f"{name}: all of the screen is there again", t.seen, SCREEN)
    os.kill(t.pid, signal.SIGSTOP)
    t.hear()
    t.screen.reset()
    t.resize(30, 80)
    os.kill(t.pid, signal.SIGCONT)
    t.until(lambda lines: lines[-1] == SCREEN[-1])
    result("SIGSTOP, and another size meanwhile", (t.seen[:10], t.seen[-1]), (SCREEN[:10], SCREEN[-1]))
    t.press(b"q")
    result("and quit", t.end(), (0, True))


def colours():
    red = re.compile(rb"\x1b\[[0-9;]*3[1-7]m")
    for name, environment, wanted in (("a terminal with colours", {"TERM": "xterm-256color"}, True),
                                      ("NO_COLOR", {"TERM": "xterm-256color", "NO_COLOR": ""}, False),
                                      ("a terminal without", {"TERM": "vt100"}, False)):
        t = Terminal(*RECORDED, **environment)
        t.until(lambda lines: "END OF FILE" in lines[0])
        t.press(b"q")
        result(f"{name}: it ends", t.end(), (0, True))
        result(f"{name}: colours", bool(red.search(t.raw)), wanted)
        if "xterm" in environment["TERM"]:
            result(f"{name}: the screen of before", (t.raw.count(b"\x1b[?1049h"), t.raw.count(b"\x1b[?1049l")), (1, 1))


def errors():
    t = Terminal(*RECORDED, TERM="no-such-terminal")
    result("a terminal that nobody knows", t.end(), (1, True))
    result("and what is said of it", b"\"no-such-terminal\" (TERM) is not known here: use --batch" in t.raw, True)
    with open(STATUS, encoding="utf-8") as f, open(STATUS + ".bad", "w", encoding="utf-8") as g:
        g.write(f.read() + "{]")
    t = Terminal("--status", STATUS + ".bad", *RECORDED[2:])
    result("rubbish in place of a third status", t.end(), (2, True))
    result("is told when the terminal is as it was", t.raw.rindex(b"is not what status") > t.raw.rindex(b"\x1b["), True)
    t = Terminal(*RECORDED)
    t.settle()
    os.close(t.fd)
    t.fd = None
    result("a terminal that goes away", t.end()[0] in (-signal.SIGHUP, 0), True)
    t = Terminal(*RECORDED, "--count", "2")
    result("--count on a screen is wrong usage", t.end(), (2, True))
    t = Terminal(*RECORDED, LC_ALL="C")
    t.settle()
    result("without UTF-8", t.seen, SCREEN)
    t.press(b"q")
    result("and quit", t.end(), (0, True))


for test in (keys, sizes, pause_goes_on_counting, signals, suspension, colours, errors):
    test()
sys.exit(failed)
