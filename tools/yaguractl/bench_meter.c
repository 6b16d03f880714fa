// SPDX-License-Identifier: GPL-2.0-only
#include "bench_meter.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "status_gather.h"

static void read_rings(int fd, uint32_t cpu_nr, struct ygr_bench_meter *meter)
{
	struct ygr_ring_info ring;

	for (uint32_t cpu = 0; cpu < cpu_nr; cpu++) {
		if (ygr_device_get_ring(fd, cpu, &ring))
			continue;
		meter->ring_bytes += ring.data_bytes;
		meter->unread_bytes += ring.head - ring.tail;
	}
}

/* Return: 0 where the kernel does not tell it. */
static uint64_t read_code_bytes(void)
{
	FILE *file = fopen("/sys/module/yagura/coresize", "re");
	uint64_t bytes = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64, &bytes) != 1)
		bytes = 0;
	fclose(file);
	return bytes;
}

static void read_module(int fd, struct ygr_bench_meter *meter)
{
	struct ygr_policy_state state;
	struct ygr_info info;

	if (ygr_device_get_info(fd, &info) ||
	    ygr_device_get_stats(fd, YGR_CPU_ALL, &meter->stats))
		return;
	meter->has_stats = true;
	meter->generation = info.generation;
	/* A module of before has none of it. */
	if (ygr_device_get_noise(fd, YGR_CPU_ALL, &meter->noise))
		memset(&meter->noise, 0, sizeof(meter->noise));
	read_rings(fd, info.cpu_nr, meter);
	meter->code_bytes = read_code_bytes();
	if (!ygr_device_get_state(fd, &state))
		meter->policy_bytes = state.bytes;
}

static void read_process(const char *directory, const char *name, struct ygr_bench_process *process)
{
	json_t *said = ygr_status_gather_process(directory, name);

	if (json_is_true(json_object_get(said, "running")))
		ygr_bench_process_read((pid_t)json_integer_value(json_object_get(said, "pid")),
				       process);
	json_decref(said);
}

void ygr_bench_meter_read(int fd, const char *directory, struct ygr_bench_meter *meter)
{
	struct ygr_bench_process *daemon = meter->daemon;

	memset(meter, 0, sizeof(*meter));
	if (fd >= 0)
		read_module(fd, meter);
	read_process(directory, "reader", &daemon[YGR_BENCH_READER]);
	read_process(directory, "sender", &daemon[YGR_BENCH_SENDER]);
	/* It says nothing of itself, but is the parent of both: else they have lost it. */
	if (daemon[YGR_BENCH_READER].parent > 1 &&
	    daemon[YGR_BENCH_READER].parent == daemon[YGR_BENCH_SENDER].parent)
		ygr_bench_process_read(daemon[YGR_BENCH_READER].parent,
				       &daemon[YGR_BENCH_SUPERVISOR]);
}
