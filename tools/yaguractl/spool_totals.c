// SPDX-License-Identifier: GPL-2.0-only
#include "spool_totals.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "cli.h"
#include "event_map.h"
#include "event_name.h"

/* One run of the module: sequence numbers start anew with each. */
struct totals {
	bool has_run;
	struct ygr_batch_header run;
	struct ygr_account account;
	bool is_balanced;	/* all runs before this one */
};

static void print_class_totals(const struct ygr_account *account)
{
	uint64_t recorded, dropped, all_recorded = 0, all_dropped = 0;
	char room[YGR_EVENT_NAME_BYTES];
	unsigned int class;
	uint32_t i;

	printf("%-10s %12s %12s %12s\n", "class", "produced", "recorded", "dropped");
	for (class = 0; class < YGR_CLASS_MAX; class++) {
		recorded = 0;
		dropped = 0;
		for (i = 0; i < account->cpu_nr; i++) {
			recorded += account->cpu[i].recorded[class];
			dropped += account->cpu[i].dropped[class];
		}
		if (class >= YGR_CLASS_NR && !recorded && !dropped)
			continue;
		printf("%-10s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n",
		       ygr_event_name_class(class, room), recorded + dropped, recorded, dropped);
		all_recorded += recorded;
		all_dropped += dropped;
	}
	printf("%-10s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n", "all",
	       all_recorded + all_dropped, all_recorded, all_dropped);
}

static void print_cpu(uint32_t index, const struct ygr_account_cpu *cpu)
{
	printf("cpu %" PRIu32 ": numbers %" PRIu64 " to %" PRIu64 ", %" PRIu64 " unexplained",
	       index, cpu->first_seq, cpu->next_seq - 1, ygr_account_unexplained(cpu));
	if (cpu->repeated)
		printf(", %" PRIu64 " repeated", cpu->repeated);
	if (cpu->totals_differ)
		printf(", the module counted otherwise");
	putchar('\n');
}

static void print_totals(struct totals *totals)
{
	const struct ygr_account *account = &totals->account;
	char boot[33];
	uint32_t i;

	if (!totals->has_run)
		return;
	ygr_spool_format_id_text(totals->run.boot_id, boot);
	printf("boot %s, module loaded at %" PRIu64 " ns\n", boot, totals->run.load_id);
	print_class_totals(account);
	for (i = 0; i < account->cpu_nr; i++)
		if (account->cpu[i].seen)
			print_cpu(i, &account->cpu[i]);
	if (account->foreign)
		printf("%" PRIu64 " events could not be attributed\n", account->foreign);
	if (!ygr_account_is_balanced(account))
		puts("NOT balanced");
	else if (account->totals_nr)
		printf("balanced: produced = recorded + dropped; all %" PRIu64 " totals of the module agree\n",
		       account->totals_nr);
	else
		puts("balanced: produced = recorded + dropped; no totals of the module to compare with");
}

static bool is_same_run(const struct ygr_batch_header *a, const struct ygr_batch_header *b)
{
	return a->load_id == b->load_id && !memcmp(a->boot_id, b->boot_id, sizeof(a->boot_id));
}

static void close_run(struct totals *totals)
{
	print_totals(totals);
	totals->is_balanced &= ygr_account_is_balanced(&totals->account);
	ygr_account_exit(&totals->account);
}

static int total_batch(void *context, const struct ygr_scan_item *item)
{
	struct totals *totals = context;
	struct ygr_event_stream stream;
	const struct ygr_event_value *event;
	int err = 0;

	if (totals->has_run && !is_same_run(&totals->run, &item->header))
		close_run(totals);
	totals->has_run = true;
	totals->run = item->header;

	ygr_event_map_open(&stream, (const char *)item->events, item->events_bytes);
	while (!err && (event = ygr_event_map_next(&stream)))
		err = ygr_account_add(&totals->account, event);
	totals->account.foreign += !err && stream.off < stream.len;
	ygr_event_map_close(&stream);
	return err;
}

int ygr_spool_totals(const struct ygr_spool_sources *sources)
{
	struct totals totals = { .is_balanced = true };
	struct ygr_spool_visitor visitor = { .batch = total_batch, .context = &totals };
	int code;

	ygr_account_init(&totals.account);
	code = ygr_spool_visit_all(sources, 0, &visitor);
	close_run(&totals);
	if (visitor.fault_nr || !totals.is_balanced)
		code = YGR_EXIT_FAULT;
	return ygr_cli_finish_output(code);
}
