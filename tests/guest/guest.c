// SPDX-License-Identifier: GPL-2.0-only
/* The module, its device and its policy, as a guest test uses them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "guest.h"
#include "policy_blob.h"
#include "policy_text.h"

#define MODULE_PATH	"/yagura.ko"

int guest_module_load_file(const char *path, const char *params)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;
	char all[512];

	if (fd < 0)
		return -errno;
	/* Those that run already come whenever there is room, and so between what a test does. */
	snprintf(all, sizeof(all), "tell_running=0 %s", params ? params : "");
	if (syscall(SYS_finit_module, fd, all, 0))
		ret = -errno;
	close(fd);
	return ret;
}

int guest_module_load(const char *params)
{
	char all[256];

	if (params && strstr(params, "coalesce_ms"))
		return guest_module_load_file(MODULE_PATH, params);
	snprintf(all, sizeof(all), "%s coalesce_ms=0 process_budget=0 cgroup_budget=0", params ?: "");
	return guest_module_load_file(MODULE_PATH, all);
}

int guest_module_unload(void)
{
	return syscall(SYS_delete_module, "yagura", O_NONBLOCK) ? -errno : 0;
}

bool guest_kernel_is_from(unsigned int major, unsigned int minor)
{
	unsigned int its_major, its_minor;
	struct utsname uts;

	assert_int_equal(uname(&uts), 0);
	assert_int_equal(sscanf(uts.release, "%u.%u", &its_major, &its_minor), 2);
	return its_major != major ? its_major > major : its_minor >= minor;
}

bool guest_has_chattr(void)
{
	return guest_kernel_is_from(5, 13);
}

bool guest_hook_may_be_missing(const char *symbol)
{
	static const struct { const char *symbol; unsigned int major, minor; } young[] = {
		{ "vfs_fileattr_set", 5, 13 }, { "security_task_fix_setgroups", 5, 19 },
		{ "security_file_truncate", 6, 2 }, { "security_inode_set_acl", 6, 2 },
		{ "security_inode_remove_acl", 6, 2 },
	};

	for (size_t i = 0; i < sizeof(young) / sizeof(young[0]); i++)
		if (!strcmp(symbol, young[i].symbol))
			return !guest_kernel_is_from(young[i].major, young[i].minor);
	return false;
}

unsigned long guest_module_param(const char *name)
{
	unsigned long value = 0;
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/yagura/parameters/%s", name);
	f = fopen(path, "re");
	if (!f || fscanf(f, "%lu", &value) != 1)
		fail_msg("%s: no number there", path);
	fclose(f);
	return value;
}

static void map_ring(const struct guest *guest, struct guest_ring *ring)
{
	size_t page_bytes = guest->info.page_bytes;
	uint8_t *shown;

	ring->consumer = mmap(NULL, page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, guest->fd,
			      ring->info.mmap_offset);
	shown = mmap(NULL, page_bytes + 2 * ring->info.data_bytes, PROT_READ, MAP_SHARED, guest->fd,
		     ring->info.mmap_offset + page_bytes);
	if (ring->consumer == MAP_FAILED || shown == MAP_FAILED)
		fail_msg("cpu %u: mmap: %s", ring->cpu, strerror(errno));
	ring->producer = (const struct ygr_ring_producer *)shown;
	ring->data = shown + page_bytes;
}

static void unmap_ring(const struct guest *guest, struct guest_ring *ring)
{
	munmap(ring->consumer, guest->info.page_bytes);
	munmap((void *)ring->producer, guest->info.page_bytes + 2 * ring->info.data_bytes);
}

static void open_rings(struct guest *guest)
{
	for (uint32_t cpu = 0; cpu < guest->info.cpu_nr; cpu++) {
		struct guest_ring *ring = &guest->ring[guest->ring_nr];

		ring->cpu = cpu;
		ring->info = (struct ygr_ring_info){ .cpu = cpu };
		if (ioctl(guest->fd, YGR_IOC_GET_RING, &ring->info)) {
			assert_int_equal(errno, ENXIO);
			continue;
		}
		map_ring(guest, ring);
		guest->ring_nr++;
	}
	assert_int_not_equal(guest->ring_nr, 0);
}

struct guest *guest_open(void)
{
	struct guest *guest = calloc(1, sizeof(*guest));

	assert_non_null(guest);
	guest->fd = open(YGR_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (guest->fd < 0)
		fail_msg("%s: %s", YGR_DEVICE_PATH, strerror(errno));
	assert_int_equal(ioctl(guest->fd, YGR_IOC_GET_INFO, &guest->info), 0);
	assert_int_equal(guest->info.abi_version, YGR_ABI_VERSION);
	assert_int_equal(guest->info.schema_version, YGR_SCHEMA_VERSION);
	guest->ring = calloc(guest->info.cpu_nr, sizeof(*guest->ring));
	assert_non_null(guest->ring);
	open_rings(guest);
	return guest;
}

void guest_close(struct guest *guest)
{
	if (!guest)
		return;
	guest_forget(guest);
	for (unsigned int i = 0; i < guest->ring_nr; i++)
		unmap_ring(guest, &guest->ring[i]);
	close(guest->fd);
	free(guest->ring);
	free(guest);
}

int guest_setup(void **state)
{
	int ret = guest_module_load(NULL);

	if (ret) {
		fprintf(stderr, "# " MODULE_PATH ": %s\n", strerror(-ret));
		return -1;
	}
	*state = guest_open();
	return 0;
}

int guest_teardown(void **state)
{
	int ret;

	guest_close(*state);
	*state = NULL;
	ret = guest_module_unload();
	if (ret)
		fprintf(stderr, "# unload: %s\n", strerror(-ret));
	return ret;
}

struct ygr_stats guest_stats(const struct guest *guest, uint32_t cpu)
{
	struct ygr_stats stats = { .cpu = cpu };

	assert_int_equal(ioctl(guest->fd, YGR_IOC_GET_STATS, &stats), 0);
	return stats;
}

struct ygr_noise_stats guest_noise(const struct guest *guest, uint32_t cpu)
{
	struct ygr_noise_stats stats = { .cpu = cpu };

	assert_int_equal(ioctl(guest->fd, YGR_IOC_GET_NOISE, &stats), 0);
	return stats;
}

uint32_t guest_hook_state(const struct guest *guest, const char *symbol)
{
	for (uint32_t i = 0; i < guest->info.hook_nr; i++) {
		struct ygr_hook_info hook = { .index = i };

		assert_int_equal(ioctl(guest->fd, YGR_IOC_GET_HOOK, &hook), 0);
		if (!strcmp(hook.symbol, symbol))
			return hook.state;
	}
	return 0;
}

/* Who "root" is, /etc/passwd need not tell; other tests give numbers. */
static bool find_uid(const char *name, uint32_t *uid, void *context)
{
	(void)context;
	if (strcmp(name, "root"))
		return false;
	*uid = 0;
	return true;
}

void guest_policy_compile(const char *yaml, void **blob, size_t *bytes)
{
	static const struct ygr_policy_host host = { .find_uid = find_uid };
	struct ygr_policy_model *model;
	struct ygr_text_errors errors;

	ygr_text_error_init(&errors);
	if (ygr_policy_text_parse("policy", yaml, strlen(yaml), &host, &model, &errors)) {
		ygr_text_error_print(stdout, "# policy", &errors);
		fail_msg("the test's policy does not compile");
	}
	assert_int_equal(ygr_policy_blob_build(model, blob, bytes), 0);
	ygr_policy_model_destroy(model);
}

uint64_t guest_policy_load(const struct guest *guest, const char *yaml)
{
	struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };
	size_t bytes;
	void *blob;

	guest_policy_compile(yaml, &blob, &bytes);
	load.blob = (uintptr_t)blob;
	load.blob_bytes = bytes;
	if (ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load))
		fail_msg("policy load: %s, code %u at %u", strerror(errno), load.error_code,
			 load.error_offset);
	free(blob);
	return load.generation;
}

uint64_t guest_policy_clear(const struct guest *guest)
{
	struct ygr_policy_change change = { .expect_generation = YGR_GENERATION_ANY };

	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_CLEAR, &change), 0);
	return change.generation;
}

struct guest *guest_begin(const char *policy)
{
	void *guest;

	assert_int_equal(guest_setup(&guest), 0);
	guest_policy_load(guest, policy);
	return guest;
}

void guest_end(struct guest *guest)
{
	void *state = guest;

	guest_check_accounts(guest);
	assert_int_equal(guest_teardown(&state), 0);
}
