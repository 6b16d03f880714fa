// SPDX-License-Identifier: GPL-2.0-only
#include "account.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event_map.h"
#include "event_name.h"

void ygr_account_init(struct ygr_account *account)
{
	memset(account, 0, sizeof(*account));
}

void ygr_account_exit(struct ygr_account *account)
{
	free(account->cpu);
	ygr_account_init(account);
}

static struct ygr_account_cpu *find_cpu(struct ygr_account *account, uint64_t index)
{
	struct ygr_account_cpu *larger;
	uint32_t nr = index + 1;

	if (nr > account->cpu_nr) {
		larger = reallocarray(account->cpu, nr, sizeof(*larger));
		if (!larger)
			return NULL;
		memset(larger + account->cpu_nr, 0,
		       (nr - account->cpu_nr) * sizeof(*larger));
		account->cpu = larger;
		account->cpu_nr = nr;
	}
	return &account->cpu[index];
}

/* Return: the class, or YGR_CLASS_MAX when it is none of ours. */
static unsigned int find_class(const struct ygr_event_text *name)
{
	char room[YGR_EVENT_NAME_BYTES];
	const char *known;
	unsigned int class;

	for (class = 0; class < YGR_CLASS_MAX; class++) {
		known = ygr_event_name_class(class, room);
		if (strlen(known) == name->len && !memcmp(known, name->bytes, name->len))
			break;
	}
	return class;
}

/* A map {class: number} as a table. Return: whether every key is a class. */
static bool read_classes(const struct ygr_event_value *counts, uint64_t nr[YGR_CLASS_MAX])
{
	const struct ygr_event_value *pair;
	struct ygr_event_text name;
	unsigned int class;
	uint32_t i;

	memset(nr, 0, YGR_CLASS_MAX * sizeof(nr[0]));
	if (!counts || counts->kind != YGR_EVENT_MAP)
		return false;
	for (i = 0; i < counts->nr; i++) {
		pair = &counts->items[2 * i];
		if (!ygr_event_map_as_text(&pair[0], &name) ||
		    pair[1].kind != YGR_EVENT_UNSIGNED)
			return false;
		class = find_class(&name);
		if (class == YGR_CLASS_MAX)
			return false;
		nr[class] += pair[1].number;
	}
	return true;
}

static uint64_t sum(const uint64_t nr[YGR_CLASS_MAX])
{
	uint64_t all = 0;
	unsigned int class;

	for (class = 0; class < YGR_CLASS_MAX; class++)
		all += nr[class];
	return all;
}

/* Return: the drops it tells; their numbers come right before its own. */
static uint64_t add_gap(struct ygr_account_cpu *cpu, const struct ygr_event_value *event)
{
	uint64_t dropped[YGR_CLASS_MAX];
	unsigned int class;

	/* An unreadable gap explains nothing: its drops show as unexplained. */
	if (!read_classes(ygr_event_map_find(event, "dropped"), dropped))
		return 0;
	for (class = 0; class < YGR_CLASS_MAX; class++)
		cpu->dropped[class] += dropped[class];
	return sum(dropped);
}

/* The module counts up to the record before this one, which is added later. */
static void compare_totals(struct ygr_account *account, struct ygr_account_cpu *cpu,
			   const struct ygr_event_value *event)
{
	uint64_t produced[YGR_CLASS_MAX], dropped[YGR_CLASS_MAX];
	unsigned int class;

	if (!cpu->from_start)
		return;
	account->totals_nr++;
	if (!read_classes(ygr_event_map_find(event, "produced"), produced) ||
	    !read_classes(ygr_event_map_find(event, "dropped"), dropped)) {
		cpu->totals_differ = true;
		return;
	}
	for (class = 0; class < YGR_CLASS_MAX; class++)
		if (produced[class] != cpu->recorded[class] + cpu->dropped[class] ||
		    dropped[class] != cpu->dropped[class])
			cpu->totals_differ = true;
}

/* dropped: right before it, told by the event itself. */
static void note_seq(struct ygr_account_cpu *cpu, uint64_t seq, uint64_t dropped)
{
	if (!cpu->seen) {
		cpu->seen = true;
		cpu->first_seq = seq - dropped;
		cpu->from_start = !cpu->first_seq;
	} else if (seq < cpu->next_seq) {
		cpu->repeated++;
		return;
	}
	cpu->next_seq = seq + 1;
}

int ygr_account_add(struct ygr_account *account, const struct ygr_event_value *event)
{
	struct ygr_event_text class_name;
	struct ygr_account_cpu *cpu;
	unsigned int class = YGR_CLASS_MAX;
	uint64_t index, seq, dropped = 0;

	if (ygr_event_map_is(event, "type", "backlog"))
		return 0;	/* the reader's own: of no CPU */
	/* The daemon's own: no CPU has numbered it, and none misses it. */
	if (ygr_event_map_is(event, "type", "backlog"))
		return 0;
	if (ygr_event_map_get_text(event, "class", &class_name))
		class = find_class(&class_name);
	if (class == YGR_CLASS_MAX || !ygr_event_map_get_u64(event, "seq", &seq) ||
	    !ygr_event_map_get_u64(event, "cpu", &index) || index >= YGR_ACCOUNT_CPU_MAX) {
		account->foreign++;
		return 0;
	}
	cpu = find_cpu(account, index);
	if (!cpu)
		return -ENOMEM;
	if (ygr_event_map_is(event, "type", "gap"))
		dropped = add_gap(cpu, event);
	if (ygr_event_map_is(event, "type", "totals"))
		compare_totals(account, cpu, event);
	note_seq(cpu, seq, dropped);
	cpu->recorded[class]++;
	return 0;
}

uint64_t ygr_account_unexplained(const struct ygr_account_cpu *cpu)
{
	uint64_t span = cpu->next_seq - cpu->first_seq;
	uint64_t explained = sum(cpu->recorded) - cpu->repeated + sum(cpu->dropped);

	return span > explained ? span - explained : 0;
}

bool ygr_account_is_balanced(const struct ygr_account *account)
{
	const struct ygr_account_cpu *cpu;
	uint32_t i;

	if (account->foreign)
		return false;
	for (i = 0; i < account->cpu_nr; i++) {
		cpu = &account->cpu[i];
		if (cpu->totals_differ || cpu->repeated || ygr_account_unexplained(cpu))
			return false;
	}
	return true;
}
