// SPDX-License-Identifier: GPL-2.0-only
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <yagura/ygr_event.h>

#include "argv.h"
#include "compat/compat.h"
#include "env_pick.h"

/* Of each CPU: an argument vector; what is picked of an environment; a page of it. */
static DEFINE_PER_CPU(char *, scratch);

static u32 argv_bytes_max __ro_after_init;
static struct ygr_env_names env_names __ro_after_init;

#define ENV_AT		argv_bytes_max
#define PAGE_AT		(argv_bytes_max + YGR_ENV_BYTES_MAX)
#define SCRATCH_BYTES	(argv_bytes_max + YGR_ENV_BYTES_MAX + PAGE_SIZE)

int __init ygr_argv_init(unsigned int kib, unsigned long ring_bytes, const char *names)
{
	unsigned int cpu;

	if (ygr_env_names_parse(&env_names, names))
		return -EINVAL;
	kib = clamp(kib, YGR_ARGV_KIB_MIN, YGR_ARGV_KIB_MAX);
	argv_bytes_max = min_t(unsigned long, kib << 10, YGR_ARGV_BYTES_OF_RING(ring_bytes));
	for_each_possible_cpu(cpu) {
		per_cpu(scratch, cpu) = kvmalloc(SCRATCH_BYTES, GFP_KERNEL);
		if (!per_cpu(scratch, cpu)) {
			ygr_argv_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void ygr_argv_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		kvfree(per_cpu(scratch, cpu));
}

u32 ygr_argv_bytes_max(void)
{
	return argv_bytes_max;
}

static u32 room_in_page(unsigned long addr)
{
	return PAGE_SIZE - offset_in_page(addr);
}

/* ---- of the current process ---- */

void ygr_argv_read_current(struct ygr_argv_text *argv)
{
	const struct mm_struct *mm = current->mm;
	unsigned long start = mm->arg_start;
	char *buffer = this_cpu_read(scratch);
	u32 wanted, copied = 0;

	argv->bytes = buffer;
	argv->true_len = mm->arg_end - start;
	wanted = min(argv->true_len, argv_bytes_max);
	while (copied < wanted) {
		u32 step = min(wanted - copied, room_in_page(start + copied));

		if (copy_from_user_nofault(buffer + copied, (void __user *)(start + copied), step))
			break;
		copied += step;
	}
	argv->len = copied;
}

/* What was seen to its end has a length; what was not may have anything in the rest. */
static void end_env(struct ygr_env_pick *pick, bool is_whole, struct ygr_argv_text *env)
{
	ygr_env_pick_end(pick);
	env->bytes = pick->out;
	env->len = pick->len;
	env->true_len = is_whole ? pick->true_len : YGR_LEN_UNKNOWN;
}

void ygr_argv_read_current_env(struct ygr_argv_text *env)
{
	const struct mm_struct *mm = current->mm;
	unsigned long pos = mm->env_start, end = mm->env_end;
	unsigned long stop = min(end, pos + YGR_ENV_SEARCH_BYTES_MAX);
	char *buffer = this_cpu_read(scratch);
	struct ygr_env_pick pick __uninitialized;

	ygr_env_pick_init(&pick, &env_names, buffer + ENV_AT, YGR_ENV_BYTES_MAX);
	while (env_names.nr && pos < stop) {
		u32 step = min_t(unsigned long, stop - pos, room_in_page(pos));

		if (copy_from_user_nofault(buffer + PAGE_AT, (void __user *)pos, step))
			break;
		ygr_env_pick_feed(&pick, buffer + PAGE_AT, step);
		pos += step;
	}
	end_env(&pick, !env_names.nr || pos >= end, env);
}

/* ---- of a program to be ---- */

/*
 * Goes through one page's worth of arguments.
 *
 * Return: bytes of it that belong to the vector; @left_nr counts the
 * arguments down.
 */
static u32 scan_page(const char *bytes, u32 room, int *left_nr)
{
	u32 i = 0;

	while (i < room && *left_nr)
		if (!bytes[i++])
			--*left_nr;
	return i;
}

/*
 * The strings of the new program lie upwards from bprm->p: the arguments, then
 * the environment; only counting tells where the one ends. The kernel has
 * bounded them by the stack limit when it copied them.
 */
u32 ygr_argv_read_bprm(const struct linux_binprm *bprm, char *buffer, u32 *true_len)
{
	unsigned long pos = bprm->p;
	int left_nr = bprm->argc;
	u32 seen = 0, copied = 0;

	while (left_nr) {
		struct page *page;
		const char *bytes;
		u32 used, step;
		long got;

		mmap_read_lock(bprm->mm);
		got = ygr_compat_get_page(bprm->mm, pos, &page);
		mmap_read_unlock(bprm->mm);
		if (got != 1) {
			*true_len = YGR_LEN_UNKNOWN;
			return copied;
		}
		bytes = kmap_local_page(page);
		used = scan_page(bytes + offset_in_page(pos), room_in_page(pos), &left_nr);
		step = min(used, argv_bytes_max - copied);
		memcpy(buffer + copied, bytes + offset_in_page(pos), step);
		kunmap_local(bytes);
		put_page(page);
		copied += step;
		seen += used;
		pos += used;
		cond_resched();
	}
	*true_len = seen;
	return copied;
}

/* ---- of another process ---- */

/* Return: bytes of [@pos, @end) copied: of one page at most; 0: it is not to be had. */
static u32 copy_from_page(struct mm_struct *mm, unsigned long pos, unsigned long end, char *to)
{
	u32 step = min_t(unsigned long, end - pos, room_in_page(pos));
	struct page *page;
	const char *bytes;
	long got;

	if (!mmap_read_trylock(mm))
		return 0;
	got = ygr_compat_get_page_nofault(mm, pos, &page);
	mmap_read_unlock(mm);
	if (got != 1)
		return 0;
	bytes = kmap_local_page(page);
	memcpy(to, bytes + offset_in_page(pos), step);
	kunmap_local(bytes);
	put_page(page);
	return step;
}

/* Whoever may, sets these as he likes (prctl). */
static void get_range(const unsigned long *start, const unsigned long *end, unsigned long *pos,
		      unsigned long *stop)
{
	*pos = READ_ONCE(*start);
	*stop = max(*pos, READ_ONCE(*end));
}

void ygr_argv_read_other(struct mm_struct *mm, char *buffer, struct ygr_argv_text *argv)
{
	unsigned long pos, end;
	u32 wanted, step;

	get_range(&mm->arg_start, &mm->arg_end, &pos, &end);
	argv->bytes = buffer;
	argv->len = 0;
	argv->true_len = min_t(unsigned long, end - pos, YGR_LEN_UNKNOWN - 1);
	wanted = min(argv->true_len, argv_bytes_max);
	end = pos + wanted;
	while (pos < end && (step = copy_from_page(mm, pos, end, buffer + argv->len))) {
		argv->len += step;
		pos += step;
	}
}

void ygr_argv_read_other_env(struct mm_struct *mm, char *buffer, struct ygr_argv_text *env)
{
	char *page = env_names.nr ? kmalloc(PAGE_SIZE, GFP_KERNEL) : NULL;
	unsigned long pos, end, stop;
	struct ygr_env_pick pick;
	u32 step;

	get_range(&mm->env_start, &mm->env_end, &pos, &end);
	stop = min(end, pos + YGR_ENV_SEARCH_BYTES_MAX);
	ygr_env_pick_init(&pick, &env_names, buffer, YGR_ENV_BYTES_MAX);
	while (page && pos < stop && (step = copy_from_page(mm, pos, stop, page))) {
		ygr_env_pick_feed(&pick, page, step);
		pos += step;
	}
	end_env(&pick, !env_names.nr || pos >= end, env);
	kfree(page);
}
