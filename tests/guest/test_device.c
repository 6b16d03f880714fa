// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/yagura to those who may open it and those who may not; every ioctl
 * with each of its fields wrong in turn, and the errno that ygr_abi.h says.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <yagura/ygr_policy.h>

#include "guest.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define check_ioctl(fd, number, arg, error) \
	check_ioctl_at(fd, number, arg, error, #number, __LINE__)

/* errno of the call, 0: none. */
static int ioctl_errno(int fd, unsigned long number, void *arg)
{
	return ioctl(fd, number, arg) ? errno : 0;
}

static void check_ioctl_at(int fd, unsigned long number, void *arg, int error,
			   const char *name, int line)
{
	int got = ioctl_errno(fd, number, arg);

	if (got != error)
		fail_msg("line %d: %s: errno %d (%s), not %d", line, name, got, strerror(got), error);
}

/* A policy that changes nothing: one that is known by its bytes. */
static const struct {
	struct ygr_policy_header header;
	struct ygr_policy_section section;
	char strings[8];
} small_policy = {
	.header = {
		.magic = YGR_POLICY_MAGIC,
		.version = YGR_POLICY_VERSION,
		.header_bytes = sizeof(struct ygr_policy_header),
		.total_bytes = sizeof(small_policy),
		.section_nr = 1,
		.name_off = 1,
	},
	.section = {
		.kind = YGR_SECTION_STRINGS,
		.off = sizeof(struct ygr_policy_header) + sizeof(struct ygr_policy_section),
		.item_bytes = 1,
		.item_nr = sizeof(small_policy.strings),
	},
	.strings = "\0small\0",
};

static struct ygr_policy_load load_small(void)
{
	return (struct ygr_policy_load){
		.blob = (uintptr_t)&small_policy,
		.blob_bytes = sizeof(small_policy),
		.expect_generation = YGR_GENERATION_ANY,
	};
}

/* ---- who may open it ---- */

static void the_node_is_roots_alone(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(YGR_DEVICE_PATH, &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(st.st_gid, 0);
}

/* Opens as told; a status of its own for success. */
static int open_errno(void *arg)
{
	int fd = open(YGR_DEVICE_PATH, *(int *)arg);

	return fd < 0 ? errno : 0;
}

static void nobody_else_gets_in(void **state)
{
	int flags[] = { O_RDONLY, O_RDWR, O_WRONLY };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		assert_int_equal(guest_child_call(1000, open_errno, &flags[i]), EACCES);
}

/* The mode is only the outer door. */
static void a_loose_mode_lets_nobody_in(void **state)
{
	int flags[] = { O_RDONLY, O_RDWR, O_WRONLY };

	(void)state;
	assert_int_equal(chmod(YGR_DEVICE_PATH, 0666), 0);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		assert_int_equal(guest_child_call(1000, open_errno, &flags[i]), EPERM);
	assert_int_equal(chmod(YGR_DEVICE_PATH, 0600), 0);
}

/* All capabilities but the one that counts. */
static int drop_and_open(void *arg)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return 254;
	data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective &= ~CAP_TO_MASK(CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &header, data))
		return 253;
	return open_errno(arg);
}

static void root_without_the_capability_stays_out(void **state)
{
	int flags[] = { O_RDONLY, O_RDWR, O_WRONLY };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		assert_int_equal(guest_child_call(0, drop_and_open, &flags[i]), EPERM);
}

/* Root of a namespace has all capabilities, in there. */
static int unshare_and_open(void *arg)
{
	if (unshare(CLONE_NEWUSER))
		return 254;
	if (guest_file_write("/proc/self/setgroups", "deny") ||
	    guest_file_write("/proc/self/uid_map", "0 0 1") ||
	    guest_file_write("/proc/self/gid_map", "0 0 1"))
		return 253;
	if (geteuid())
		return 252;
	return open_errno(arg);
}

static void root_of_another_namespace_stays_out(void **state)
{
	int flags[] = { O_RDONLY, O_RDWR, O_WRONLY };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		assert_int_equal(guest_child_call(0, unshare_and_open, &flags[i]), EPERM);
}

static void writing_only_is_no_role(void **state)
{
	int flags[] = { O_WRONLY };

	(void)state;
	assert_int_equal(open_errno(&flags[0]), EINVAL);
}

static void there_is_nothing_to_read_or_write(void **state)
{
	const struct guest *guest = *state;
	char byte = 0;

	assert_int_equal(read(guest->fd, &byte, 1), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(write(guest->fd, &byte, 1), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(lseek(guest->fd, 0, SEEK_SET), -1);
	assert_int_equal(errno, ESPIPE);
}

/* ---- ioctls, whatever they are ---- */

static void unknown_numbers(void **state)
{
	const struct guest *guest = *state;
	const unsigned long numbers[] = {
		0, ~0u, _IO(YGR_IOC_MAGIC, 0), _IO(YGR_IOC_MAGIC, 4), _IO(YGR_IOC_MAGIC, 255),
		/* Known ones, but of another magic, direction or size */
		_IOR(YGR_IOC_MAGIC + 1, 0, struct ygr_info),
		_IOWR(YGR_IOC_MAGIC, 0, struct ygr_info),
		_IOW(YGR_IOC_MAGIC, 16, struct ygr_policy_load),
		_IOR(YGR_IOC_MAGIC, 3, struct ygr_stats),
		_IOC(_IOC_READ, YGR_IOC_MAGIC, 0, sizeof(struct ygr_info) - 8),
		_IOC(_IOC_READ | _IOC_WRITE, YGR_IOC_MAGIC, 16, sizeof(struct ygr_policy_load) + 8),
		_IOC(_IOC_READ | _IOC_WRITE, YGR_IOC_MAGIC, 3, 0),
	};
	char buffer[1024] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		check_ioctl(guest->fd, numbers[i], buffer, ENOTTY);
		/* The number is looked at first. */
		check_ioctl(guest->fd, numbers[i], (void *)8, ENOTTY);
	}
}

static const struct {
	unsigned long number;
	size_t bytes;
} known[] = {
	{ YGR_IOC_GET_INFO, sizeof(struct ygr_info) },
	{ YGR_IOC_GET_HOOK, sizeof(struct ygr_hook_info) },
	{ YGR_IOC_GET_RING, sizeof(struct ygr_ring_info) },
	{ YGR_IOC_GET_STATS, sizeof(struct ygr_stats) },
	{ YGR_IOC_GET_NOISE, sizeof(struct ygr_noise_stats) },
	{ YGR_IOC_POLICY_LOAD, sizeof(struct ygr_policy_load) },
	{ YGR_IOC_POLICY_SHOW, sizeof(struct ygr_policy_show) },
	{ YGR_IOC_POLICY_CLEAR, sizeof(struct ygr_policy_change) },
};

/* Nowhere, in the kernel, and across the end of what is mapped. */
static void bad_arguments(void **state)
{
	const struct guest *guest = *state;
	uint8_t *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	munmap(pages + 4096, 4096);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		check_ioctl(guest->fd, known[i].number, NULL, EFAULT);
		check_ioctl(guest->fd, known[i].number, (void *)8, EFAULT);
		check_ioctl(guest->fd, known[i].number, (void *)0xffffffff81000000ul, EFAULT);
		check_ioctl(guest->fd, known[i].number, (void *)~7ul, EFAULT);
		check_ioctl(guest->fd, known[i].number, pages + 4096 - known[i].bytes + 8, EFAULT);
	}
	munmap(pages, 4096);
}

static uint64_t generation_of(const struct guest *guest)
{
	struct ygr_info info;

	check_ioctl(guest->fd, YGR_IOC_GET_INFO, &info, 0);
	return info.generation;
}

/* Whoever gets -EFAULT may believe that nothing has changed. */
static void an_argument_without_room_for_the_answer(void **state)
{
	const struct guest *guest = *state;
	uint64_t generation = generation_of(guest);
	uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(page, MAP_FAILED);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		/* The ones that change something are such as would succeed. */
		assert_int_equal(mprotect(page, 4096, PROT_READ | PROT_WRITE), 0);
		memset(page, 0, 4096);
		if (known[i].number == YGR_IOC_POLICY_LOAD)
			*(struct ygr_policy_load *)page = load_small();
		if (known[i].bytes == sizeof(struct ygr_policy_change))
			((struct ygr_policy_change *)page)->expect_generation = YGR_GENERATION_ANY;
		assert_int_equal(mprotect(page, 4096, PROT_READ), 0);
		check_ioctl(guest->fd, known[i].number, page, EFAULT);
		if (generation_of(guest) != generation)
			fail_msg("ioctl %#lx failed with EFAULT and took effect", known[i].number);
	}
	munmap(page, 4096);
}

/* ---- ioctls, one by one ---- */

static void get_info(void **state)
{
	const struct guest *guest = *state;
	const struct ygr_info *info = &guest->info;
	struct ygr_info again;

	assert_int_equal(info->abi_version, YGR_ABI_VERSION);
	assert_int_equal(info->schema_version, YGR_SCHEMA_VERSION);
	assert_int_equal(info->features & ~(YGR_FEATURE_MNT_NS | YGR_FEATURE_VERITY),
			 YGR_FEATURE_DENY | YGR_FEATURE_SHA256);
	assert_int_equal(info->cpu_nr, sysconf(_SC_NPROCESSORS_CONF));
	assert_int_equal(info->class_nr, YGR_CLASS_NR);
	assert_int_equal(info->page_bytes, sysconf(_SC_PAGESIZE));
	assert_in_range(info->load_id, 1, guest_now_ns());
	assert_non_null(memchr(info->version, 0, sizeof(info->version)));
	assert_int_not_equal(info->version[0], 0);
	/* No byte of it is the stack's. */
	for (size_t i = strlen(info->version); i < sizeof(info->version); i++)
		assert_int_equal(info->version[i], 0);
	memset(&again, 0xff, sizeof(again));
	check_ioctl(guest->fd, YGR_IOC_GET_INFO, &again, 0);
	again.generation = info->generation;
	assert_memory_equal(&again, info, sizeof(again));
}

static void get_hook(void **state)
{
	const struct guest *guest = *state;
	struct ygr_hook_info hook;

	for (uint32_t i = 0; i < guest->info.hook_nr; i++) {
		memset(&hook, 0xff, sizeof(hook));
		hook.index = i;
		hook.flags = 0;
		check_ioctl(guest->fd, YGR_IOC_GET_HOOK, &hook, 0);
		assert_int_equal(hook.index, i);
		assert_int_equal(hook.flags, 0);
		if (hook.state != YGR_HOOK_MISSING || !guest_hook_may_be_missing(hook.symbol)) {
			assert_int_equal(hook.state, YGR_HOOK_ATTACHED);
			assert_int_equal(hook.error, 0);
		}
		assert_int_not_equal(hook.symbol[0], 0);
		for (size_t j = strnlen(hook.symbol, sizeof(hook.symbol)); j < sizeof(hook.symbol); j++)
			assert_int_equal(hook.symbol[j], 0);
	}
	hook = (struct ygr_hook_info){ .index = guest->info.hook_nr };
	check_ioctl(guest->fd, YGR_IOC_GET_HOOK, &hook, ERANGE);
	hook = (struct ygr_hook_info){ .index = ~0u };
	check_ioctl(guest->fd, YGR_IOC_GET_HOOK, &hook, ERANGE);
	for (unsigned int bit = 0; bit < 32; bit++) {
		hook = (struct ygr_hook_info){ .flags = 1u << bit };
		check_ioctl(guest->fd, YGR_IOC_GET_HOOK, &hook, EINVAL);
	}
	/* Flags before fields */
	hook = (struct ygr_hook_info){ .index = ~0u, .flags = 1 };
	check_ioctl(guest->fd, YGR_IOC_GET_HOOK, &hook, EINVAL);
}

static void get_ring(void **state)
{
	const struct guest *guest = *state;
	const uint32_t no_cpus[] = { guest->info.cpu_nr, 4095, 1u << 31, YGR_CPU_ALL };
	struct ygr_ring_info ring;

	for (uint32_t cpu = 0; cpu < guest->info.cpu_nr; cpu++) {
		memset(&ring, 0xff, sizeof(ring));
		ring.cpu = cpu;
		ring.flags = 0;
		check_ioctl(guest->fd, YGR_IOC_GET_RING, &ring, 0);
		assert_int_equal(ring.cpu, cpu);
		assert_int_equal(ring.data_bytes, guest_module_param("ring_kib") * 1024);
		assert_int_equal(ring.mmap_offset % 4096, 0);
		assert_true(ring.head - ring.tail <= ring.data_bytes);
	}
	for (size_t i = 0; i < ARRAY_SIZE(no_cpus); i++) {
		ring = (struct ygr_ring_info){ .cpu = no_cpus[i] };
		check_ioctl(guest->fd, YGR_IOC_GET_RING, &ring, ENXIO);
	}
	for (unsigned int bit = 0; bit < 32; bit++) {
		ring = (struct ygr_ring_info){ .flags = 1u << bit };
		check_ioctl(guest->fd, YGR_IOC_GET_RING, &ring, EINVAL);
	}
	ring = (struct ygr_ring_info){ .cpu = 4095, .flags = 1 };
	check_ioctl(guest->fd, YGR_IOC_GET_RING, &ring, EINVAL);
}

static void get_stats(void **state)
{
	const struct guest *guest = *state;
	const uint32_t no_cpus[] = { guest->info.cpu_nr, 4095, 1u << 31, YGR_CPU_ALL - 1 };
	struct ygr_stats stats, sum = { 0 }, all = { .cpu = YGR_CPU_ALL };

	for (uint32_t cpu = 0; cpu < guest->info.cpu_nr; cpu++) {
		memset(&stats, 0xff, sizeof(stats));
		stats.cpu = cpu;
		stats.flags = 0;
		check_ioctl(guest->fd, YGR_IOC_GET_STATS, &stats, 0);
		assert_int_equal(stats.flags, 0);
		for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
			sum.produced[class] += stats.produced[class];
		for (unsigned int class = YGR_CLASS_NR; class < YGR_CLASS_MAX; class++)
			assert_int_equal(stats.produced[class] | stats.dropped[class], 0);
	}
	check_ioctl(guest->fd, YGR_IOC_GET_STATS, &all, 0);
	assert_int_equal(all.head, 0);
	assert_int_equal(all.tail, 0);
	/* This process opens nothing meanwhile. */
	assert_int_equal(all.produced[YGR_CLASS_FILE], sum.produced[YGR_CLASS_FILE]);
	for (size_t i = 0; i < ARRAY_SIZE(no_cpus); i++) {
		stats = (struct ygr_stats){ .cpu = no_cpus[i] };
		check_ioctl(guest->fd, YGR_IOC_GET_STATS, &stats, ENXIO);
	}
	for (unsigned int bit = 0; bit < 32; bit++) {
		stats = (struct ygr_stats){ .cpu = YGR_CPU_ALL, .flags = 1u << bit };
		check_ioctl(guest->fd, YGR_IOC_GET_STATS, &stats, EINVAL);
	}
}

static void get_noise(void **state)
{
	const struct guest *guest = *state;
	const uint32_t no_cpus[] = { guest->info.cpu_nr, 1u << 31, YGR_CPU_ALL - 1 };
	struct ygr_noise_stats stats;

	memset(&stats, 0xff, sizeof(stats));
	stats.cpu = 0;
	stats.flags = 0;
	check_ioctl(guest->fd, YGR_IOC_GET_NOISE, &stats, 0);
	for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
		assert_int_equal(stats.coalesced[class] | stats.merged[class] | stats.suppressed[class], 0);
	for (size_t i = 0; i < ARRAY_SIZE(no_cpus); i++) {
		stats = (struct ygr_noise_stats){ .cpu = no_cpus[i] };
		check_ioctl(guest->fd, YGR_IOC_GET_NOISE, &stats, ENXIO);
	}
	for (unsigned int bit = 0; bit < 32; bit++) {
		stats = (struct ygr_noise_stats){ .cpu = YGR_CPU_ALL, .flags = 1u << bit };
		check_ioctl(guest->fd, YGR_IOC_GET_NOISE, &stats, EINVAL);
	}
}

static void policy_load(void **state)
{
	const struct guest *guest = *state;
	uint64_t generation = generation_of(guest);
	struct ygr_policy_load load;

	for (unsigned int bit = 0; bit < 32; bit++) {
		load = load_small();
		load.flags = 1u << bit;
		check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, EINVAL);
		load = load_small();
		load.pad = 1u << bit;
		check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, EINVAL);
	}
	load = load_small();
	load.blob_bytes = 0;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, EINVAL);
	load = load_small();
	load.blob_bytes = YGR_POLICY_BYTES_MAX + 1;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, E2BIG);
	load.blob_bytes = ~0ull;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, E2BIG);
	load = load_small();
	load.blob = 8;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, EFAULT);
	load.blob = 0xffffffff81000000;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, EFAULT);
	/* The most that may come, of which only the start is there. */
	load = load_small();
	load.blob_bytes = YGR_POLICY_BYTES_MAX;
	load.blob = (uintptr_t)&small_policy & ~4095ull;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, EFAULT);
	load = load_small();
	load.confirm_s = YGR_CONFIRM_S_MAX + 1;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, EINVAL);
	load = load_small();
	load.signature_bytes = YGR_POLICY_SIGNATURE_MAX + 1;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, E2BIG);
	load.signature_bytes = 64;
	load.signature = 8;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, EFAULT);
	/* Nobody asked for one, but what is given must be good. */
	load.signature = (uintptr_t)&small_policy;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, EKEYREJECTED);
	assert_int_equal(load.error_code, YGR_POLICY_E_SIGNATURE);
	assert_int_equal(load.error_offset, 0);
	load = load_small();
	load.expect_generation = generation + 1;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, ESTALE);
	assert_int_equal(load.generation, generation);
	assert_int_equal(generation_of(guest), generation);

	load = load_small();
	load.expect_generation = generation;
	load.error_code = load.error_offset = ~0u;
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, 0);
	assert_int_equal(load.generation, generation + 1);
	assert_int_equal(load.error_code, YGR_POLICY_OK);
	assert_int_equal(load.error_offset, 0);
	assert_int_equal(generation_of(guest), generation + 1);
	/* The same expectation is stale now. */
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, ESTALE);
}

static void policy_show(void **state)
{
	const struct guest *guest = *state;
	char room[sizeof(small_policy) + 8];
	struct ygr_policy_load load = load_small();
	struct ygr_policy_show show = { .blob = (uintptr_t)room, .blob_cap = sizeof(room) };

	guest_policy_clear(guest);
	check_ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show, ENODATA);
	assert_int_equal(show.blob_bytes, 0);
	assert_int_equal(show.generation, generation_of(guest));

	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, 0);
	for (unsigned int bit = 0; bit < 32; bit++) {
		show = (struct ygr_policy_show){ .flags = 1u << bit };
		check_ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show, EINVAL);
		show = (struct ygr_policy_show){ .pad = 1u << bit };
		check_ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show, EINVAL);
	}
	show = (struct ygr_policy_show){ .blob_cap = 0 };
	check_ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show, ENOSPC);
	assert_int_equal(show.blob_bytes, sizeof(small_policy));
	assert_int_equal(show.generation, load.generation);
	memset(room, 0x55, sizeof(room));
	show = (struct ygr_policy_show){ .blob = (uintptr_t)room, .blob_cap = sizeof(small_policy) - 1 };
	check_ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show, ENOSPC);
	assert_int_equal(show.blob_bytes, sizeof(small_policy));
	for (size_t i = 0; i < sizeof(room); i++)
		assert_int_equal(room[i], 0x55);
	show = (struct ygr_policy_show){ .blob = 8, .blob_cap = sizeof(small_policy) };
	check_ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show, EFAULT);
	show = (struct ygr_policy_show){ .blob = 0xffffffff81000000, .blob_cap = ~0ull };
	check_ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show, EFAULT);

	show = (struct ygr_policy_show){ .blob = (uintptr_t)room, .blob_cap = sizeof(small_policy) };
	check_ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show, 0);
	assert_int_equal(show.blob_bytes, sizeof(small_policy));
	assert_int_equal(show.generation, load.generation);
	assert_memory_equal(room, &small_policy, sizeof(small_policy));
	for (size_t i = sizeof(small_policy); i < sizeof(room); i++)
		assert_int_equal(room[i], 0x55);
}

static void policy_clear(void **state)
{
	const struct guest *guest = *state;
	uint64_t generation = generation_of(guest);
	struct ygr_policy_change clear;

	clear = (struct ygr_policy_change){ .expect_generation = generation - 1 };
	check_ioctl(guest->fd, YGR_IOC_POLICY_CLEAR, &clear, ESTALE);
	assert_int_equal(clear.generation, generation);
	clear = (struct ygr_policy_change){ .expect_generation = generation };
	check_ioctl(guest->fd, YGR_IOC_POLICY_CLEAR, &clear, 0);
	assert_int_equal(clear.generation, generation + 1);
	assert_int_equal(generation_of(guest), generation + 1);
}

/* What the four have in common; what each does has a test of its own (trial, rollback, lock). */
static void policy_changes(void **state)
{
	const unsigned long numbers[] = {
		YGR_IOC_POLICY_CLEAR, YGR_IOC_POLICY_CONFIRM, YGR_IOC_POLICY_ROLLBACK,
		YGR_IOC_POLICY_LOCK,
	};
	const struct guest *guest = *state;
	uint64_t generation = generation_of(guest);
	struct ygr_policy_change change;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		for (unsigned int bit = 0; bit < 32; bit++) {
			change = (struct ygr_policy_change){ .expect_generation = generation };
			change.flags = 1u << bit;
			check_ioctl(guest->fd, numbers[i], &change, EINVAL);
			change.flags = 0;
			change.pad = 1u << bit;
			check_ioctl(guest->fd, numbers[i], &change, EINVAL);
			assert_int_equal(change.generation, 0);
		}
		change = (struct ygr_policy_change){ .expect_generation = generation + 1 };
		check_ioctl(guest->fd, numbers[i], &change, ESTALE);
		assert_int_equal(change.generation, generation);
	}
	assert_int_equal(generation_of(guest), generation);
}

static void policy_state(void **state)
{
	const struct guest *guest = *state;
	struct ygr_policy_load load = load_small();
	struct ygr_policy_state before, after;

	memset(&before, 0xff, sizeof(before));
	check_ioctl(guest->fd, YGR_IOC_POLICY_STATE, &before, 0);
	assert_int_equal(before.generation, generation_of(guest));
	assert_int_equal(before.flags | before.pad | before.confirm_left_ms, 0);
	assert_int_equal(before.serial, 0);
	check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, 0);
	check_ioctl(guest->fd, YGR_IOC_POLICY_STATE, &after, 0);
	assert_int_equal(after.generation, before.generation + 1);
	assert_int_equal(after.previous_generation, before.generation);
	assert_int_equal(after.rule_nr, 0);
	assert_true(after.bytes > sizeof(small_policy));
}

static void policy_stats(void **state)
{
	const struct guest *guest = *state;
	struct ygr_policy_stats stats;
	struct ygr_rule_stats rules[3];

	guest_policy_clear(guest);
	stats = (struct ygr_policy_stats){ .rule_nr = 7 };
	check_ioctl(guest->fd, YGR_IOC_POLICY_STATS, &stats, 0);
	assert_int_equal(stats.rule_nr, 0);
	assert_int_equal(stats.generation, generation_of(guest));

	guest_policy_load(guest, "version: 1\nname: t\nrules:\n"
			  "- {name: a, on: exec, where: {path: /no/a}, do: deny}\n"
			  "- {name: b, on: exec, where: {path: /no/b}, do: deny}\n");
	for (unsigned int bit = 0; bit < 32; bit++) {
		stats = (struct ygr_policy_stats){ .flags = 1u << bit };
		check_ioctl(guest->fd, YGR_IOC_POLICY_STATS, &stats, EINVAL);
		stats = (struct ygr_policy_stats){ .pad = 1u << bit };
		check_ioctl(guest->fd, YGR_IOC_POLICY_STATS, &stats, EINVAL);
	}
	memset(rules, 0x55, sizeof(rules));
	for (uint32_t cap = 0; cap < 2; cap++) {
		stats = (struct ygr_policy_stats){ .rules = (uintptr_t)rules, .rule_cap = cap };
		check_ioctl(guest->fd, YGR_IOC_POLICY_STATS, &stats, ENOSPC);
		assert_int_equal(stats.rule_nr, 2);
		assert_int_equal(rules[0].held_nr, 0x5555555555555555);
	}
	stats = (struct ygr_policy_stats){ .rules = 8, .rule_cap = 2 };
	check_ioctl(guest->fd, YGR_IOC_POLICY_STATS, &stats, EFAULT);
	stats = (struct ygr_policy_stats){ .rules = (uintptr_t)rules, .rule_cap = ~0u };
	check_ioctl(guest->fd, YGR_IOC_POLICY_STATS, &stats, 0);
	assert_int_equal(stats.rule_nr, 2);
	assert_int_equal(stats.generation, generation_of(guest));
	assert_int_equal(rules[1].held_nr | rules[1].denied_nr | rules[1].would_deny_nr |
			 rules[1].tripped | rules[1].pad, 0);
	assert_int_equal(rules[2].held_nr, 0x5555555555555555);
}

static void policy_protected(void **state)
{
	const struct guest *guest = *state;
	struct ygr_policy_protected protected;
	char room[16384];
	uint32_t bytes;

	for (unsigned int bit = 0; bit < 32; bit++) {
		protected = (struct ygr_policy_protected){ .flags = 1u << bit };
		check_ioctl(guest->fd, YGR_IOC_POLICY_PROTECTED, &protected, EINVAL);
		protected = (struct ygr_policy_protected){ .pad = 1u << bit };
		check_ioctl(guest->fd, YGR_IOC_POLICY_PROTECTED, &protected, EINVAL);
	}
	protected = (struct ygr_policy_protected){ .text_cap = 0 };
	check_ioctl(guest->fd, YGR_IOC_POLICY_PROTECTED, &protected, ENOSPC);
	bytes = protected.text_bytes;
	assert_in_range(bytes, 1, sizeof(room) - 1);
	memset(room, 0x55, sizeof(room));
	protected = (struct ygr_policy_protected){ .text = (uintptr_t)room, .text_cap = bytes - 1 };
	check_ioctl(guest->fd, YGR_IOC_POLICY_PROTECTED, &protected, ENOSPC);
	assert_int_equal(room[0], 0x55);
	protected = (struct ygr_policy_protected){ .text = 8, .text_cap = bytes };
	check_ioctl(guest->fd, YGR_IOC_POLICY_PROTECTED, &protected, EFAULT);
	protected = (struct ygr_policy_protected){ .text = (uintptr_t)room, .text_cap = bytes };
	check_ioctl(guest->fd, YGR_IOC_POLICY_PROTECTED, &protected, 0);
	assert_int_equal(protected.text_bytes, bytes);
	assert_int_equal(room[bytes - 1], '\n');
	assert_int_equal(room[bytes], 0x55);
	room[bytes] = 0;
	assert_non_null(strstr(room, "program /usr/sbin/agetty\n"));
	assert_non_null(strstr(room, "shell /bin/busybox\n"));
}

/* ---- status handles ---- */

static void a_status_handle_does_it_all(void **state)
{
	struct ygr_policy_change clear = { .expect_generation = YGR_GENERATION_ANY };
	struct ygr_policy_load load = load_small();
	char room[sizeof(small_policy)];
	struct ygr_policy_show show = { .blob = (uintptr_t)room, .blob_cap = sizeof(room) };
	struct ygr_stats stats = { .cpu = YGR_CPU_ALL };
	struct ygr_hook_info hook = { .index = 0 };
	struct ygr_ring_info ring = { .cpu = 0 };
	struct ygr_info info;
	int fd = open(YGR_DEVICE_PATH, O_RDONLY);

	(void)state;
	assert_true(fd >= 0);
	check_ioctl(fd, YGR_IOC_GET_INFO, &info, 0);
	check_ioctl(fd, YGR_IOC_GET_HOOK, &hook, 0);
	check_ioctl(fd, YGR_IOC_GET_RING, &ring, 0);
	check_ioctl(fd, YGR_IOC_GET_STATS, &stats, 0);
	check_ioctl(fd, YGR_IOC_POLICY_LOAD, &load, 0);
	check_ioctl(fd, YGR_IOC_POLICY_SHOW, &show, 0);
	check_ioctl(fd, YGR_IOC_POLICY_CLEAR, &clear, 0);
	assert_int_equal(clear.generation, load.generation + 1);
	close(fd);
}

#define READER_NR	64
#define READS_NR	50

static void *read_status(void *arg)
{
	int fd = open(YGR_DEVICE_PATH, O_RDONLY);
	struct ygr_stats stats = { .cpu = YGR_CPU_ALL };
	struct ygr_info info;
	uintptr_t wrong_nr = fd < 0;

	(void)arg;
	for (unsigned int i = 0; i < READS_NR; i++) {
		wrong_nr += ioctl(fd, YGR_IOC_GET_INFO, &info) != 0;
		wrong_nr += ioctl(fd, YGR_IOC_GET_STATS, &stats) != 0;
		for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
			wrong_nr += stats.dropped[class] > stats.produced[class];
		stats.cpu = YGR_CPU_ALL;
		sched_yield();
	}
	close(fd);
	return (void *)wrong_nr;
}

/* All at once, while policy is being loaded. */
static void there_may_be_many_status_handles(void **state)
{
	const struct guest *guest = *state;
	int fd[READER_NR];
	pthread_t thread[READER_NR];

	for (unsigned int i = 0; i < READER_NR; i++) {
		fd[i] = open(YGR_DEVICE_PATH, O_RDONLY);
		assert_true(fd[i] >= 0);
		assert_int_equal(pthread_create(&thread[i], NULL, read_status, NULL), 0);
	}
	for (unsigned int i = 0; i < 10; i++) {
		struct ygr_policy_load load = load_small();

		check_ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load, 0);
	}
	for (unsigned int i = 0; i < READER_NR; i++) {
		void *wrong_nr;

		pthread_join(thread[i], &wrong_nr);
		assert_ptr_equal(wrong_nr, NULL);
		close(fd[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_node_is_roots_alone),
		cmocka_unit_test(nobody_else_gets_in),
		cmocka_unit_test(a_loose_mode_lets_nobody_in),
		cmocka_unit_test(root_without_the_capability_stays_out),
		cmocka_unit_test(root_of_another_namespace_stays_out),
		cmocka_unit_test(writing_only_is_no_role),
		cmocka_unit_test(there_is_nothing_to_read_or_write),
		cmocka_unit_test(unknown_numbers),
		cmocka_unit_test(bad_arguments),
		cmocka_unit_test(an_argument_without_room_for_the_answer),
		cmocka_unit_test(get_info),
		cmocka_unit_test(get_hook),
		cmocka_unit_test(get_ring),
		cmocka_unit_test(get_stats),
		cmocka_unit_test(get_noise),
		cmocka_unit_test(policy_load),
		cmocka_unit_test(policy_show),
		cmocka_unit_test(policy_clear),
		cmocka_unit_test(policy_changes),
		cmocka_unit_test(policy_state),
		cmocka_unit_test(policy_stats),
		cmocka_unit_test(policy_protected),
		cmocka_unit_test(a_status_handle_does_it_all),
		cmocka_unit_test(there_may_be_many_status_handles),
	};

	return cmocka_run_group_tests_name("device", tests, guest_setup, guest_teardown);
}
