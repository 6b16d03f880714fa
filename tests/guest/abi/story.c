// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of the other ABIs that a 64-bit kernel may run: made once for i386, whose calls are int $0x80
 * (prog_32), and once for x32 (prog_x32). No library of either is needed: they enter here and call
 * the kernel themselves.
 *
 *	prog_32 FILE PROGRAM ARGUMENT
 *
 * Opens FILE to write, connects to port 4000 on the loopback address, changes its personality, enters its own
 * UTS namespace, writes into a child, and has that execute PROGRAM with ARGUMENT.
 *
 * Ends with STORY_OVER, or with STORY_FAILED and the number of the step that failed.
 */
#include "story.h"

#define O_WRONLY		1
#define ADDR_NO_RANDOMIZE	0x0040000
#define CLONE_NEWUTS		0x04000000
#define AF_INET			2
#define SOCK_STREAM		1

#if defined(__i386__)

enum {
	NR_exit_group = 252, NR_fork = 2, NR_open = 5, NR_execve = 11, NR_personality = 136, NR_waitpid = 7,
	NR_setns = 346, NR_process_vm_writev = 348, NR_socketcall = 102, NR_pipe = 42, NR_read = 3,
	NR_write = 4, NR_close = 6,
};

static long call(long nr, long a, long b, long c, long d, long e)
{
	register long f asm("ebp") = 0;
	long ret;

	asm volatile("int $0x80" : "=a"(ret)
		     : "0"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), "r"(f) : "memory");
	return ret;
}

/* As libraries for i386 did it from the beginning. */
static long connect_to(const void *address, long len)
{
	long make[] = { AF_INET, SOCK_STREAM, 0 }, go[] = { 0, (long)address, len };

	go[0] = call(NR_socketcall, 1, (long)make, 0, 0, 0);
	return go[0] < 0 ? go[0] : call(NR_socketcall, 3, (long)go, 0, 0, 0);
}

static long write_to(long pid, const void *from, const void *to, long flags)
{
	register long f asm("ebp") = flags;
	long ret;

	asm volatile("int $0x80" : "=a"(ret)
		     : "0"((long)NR_process_vm_writev), "b"(pid), "c"(from), "d"(1L), "S"(to), "D"(1L), "r"(f)
		     : "memory");
	return ret;
}

asm(".globl _start\n_start:\n\tmov %esp, %eax\n\tand $-16, %esp\n\tcall story\n");
#define ENTRY	__attribute__((regparm(1)))

#else

#define X32	0x40000000

enum {
	NR_exit_group = X32 + 231, NR_fork = X32 + 57, NR_open = X32 + 2, NR_execve = X32 + 520,
	NR_personality = X32 + 135, NR_wait4 = X32 + 61, NR_setns = X32 + 308,
	NR_process_vm_writev = X32 + 540, NR_socket = X32 + 41, NR_connect = X32 + 42, NR_pipe = X32 + 22,
	NR_read = X32 + 0, NR_write = X32 + 1, NR_close = X32 + 3,
};

static long call(long nr, long a, long b, long c, long d, long e)
{
	register long long r10 asm("r10") = d, r8 asm("r8") = e, r9 asm("r9") = 0;
	long long ret;

	asm volatile("syscall" : "=a"(ret)
		     : "0"((long long)nr), "D"((long long)a), "S"((long long)b), "d"((long long)c), "r"(r10),
		       "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return ret;
}

static long connect_to(const void *address, long len)
{
	long fd = call(NR_socket, AF_INET, SOCK_STREAM, 0, 0, 0);

	return fd < 0 ? fd : call(NR_connect, fd, (long)address, len, 0, 0);
}

static long write_to(long pid, const void *from, const void *to, long flags)
{
	(void)flags;
	return call(NR_process_vm_writev, pid, (long)from, 1, (long)to, 1);
}

asm(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall story\n");
#define ENTRY

#endif

static long wait_for(long pid, int *status)
{
#if defined(__i386__)
	return call(NR_waitpid, pid, (long)status, 0, 0, 0);
#else
	return call(NR_wait4, pid, (long)status, 0, 0, 0);
#endif
}

/* What a struct iovec is to both: 32 bits each. */
struct span {
	unsigned int base, bytes;
};

/* 127.0.0.1, port 4000 */
static const unsigned char server[16] = { AF_INET, 0, 0x0f, 0xa0, 127, 0, 0, 1 };

static int shared_word = 1;

/* Waits for a byte, by when its memory has been written into; or for its parent's end. */
static void child(const int fd[2], char **argv)
{
	char byte, *arguments[] = { argv[2], argv[3], 0 };

	call(NR_close, fd[1], 0, 0, 0, 0);
	if (call(NR_read, fd[0], (long)&byte, 1, 0, 0) == 1 && shared_word == 2)
		call(NR_execve, (long)argv[2], (long)arguments, 0, 0, 0);
	call(NR_exit_group, STORY_FAILED, 0, 0, 0, 0);
}

static int tell(char **argv)
{
	struct span span = { (unsigned int)(unsigned long)&shared_word, sizeof(shared_word) };
	int fd[2], status = 0;
	long pid, uts;

	if (call(NR_open, (long)argv[1], O_WRONLY, 0, 0, 0) < 0)
		return STORY_FAILED + STORY_OPEN;
	if (connect_to(server, sizeof(server)) < 0)
		return STORY_FAILED + STORY_CONNECT;
	if (call(NR_personality, call(NR_personality, -1, 0, 0, 0, 0) | ADDR_NO_RANDOMIZE, 0, 0, 0, 0) < 0)
		return STORY_FAILED + STORY_PERSONALITY;
	uts = call(NR_open, (long)"/proc/self/ns/uts", 0, 0, 0, 0);
	if (uts < 0 || call(NR_setns, uts, CLONE_NEWUTS, 0, 0, 0) < 0)
		return STORY_FAILED + STORY_SETNS;
	if (call(NR_pipe, (long)fd, 0, 0, 0, 0) < 0)
		return STORY_FAILED + STORY_FORK;
	pid = call(NR_fork, 0, 0, 0, 0, 0);
	if (!pid)
		child(fd, argv);
	if (pid < 0)
		return STORY_FAILED + STORY_FORK;
	/* The child has it at the same address, and still as it was. */
	shared_word = 2;
	if (write_to(pid, &span, &span, 0) != sizeof(shared_word))
		return STORY_FAILED + STORY_VM_WRITE;
	if (call(NR_write, fd[1], (long)"", 1, 0, 0) != 1 || wait_for(pid, &status) != pid || status)
		return STORY_FAILED + STORY_EXEC;
	return STORY_OVER;
}

ENTRY void story(long *stack);

/* @stack: as the kernel leaves it: argc, then argv; 32 bits each */
ENTRY void story(long *stack)
{
	call(NR_exit_group, stack[0] == 4 ? tell((char **)(stack + 1)) : STORY_FAILED, 0, 0, 0, 0);
	for (;;)
		;
}
