// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "watch.h"

void watch_check(const struct watcher *watcher, const struct books *books, uint16_t type,
		 uint64_t done_nr)
{
	assert_int_equal(books->happened,
			 books->recorded + books->merged + books->suppressed + books->lost);
	if (!type || (watcher->sees && !watcher->sees(type)))
		return;
	if (books->suppressed + books->lost)
		assert_in_range(books->of_type, 0, done_nr);
	else
		assert_int_equal(books->of_type, done_nr);
}

struct books watch_books_of(const struct watch_seen *seen, uint16_t type)
{
	return (struct books){
		.happened = seen->events, .recorded = seen->events, .of_type = type ? seen->of_type[type] : 0,
	};
}

void watch_add(struct books *sum, const struct books *books)
{
	sum->happened += books->happened;
	sum->recorded += books->recorded;
	sum->merged += books->merged;
	sum->suppressed += books->suppressed;
	sum->lost += books->lost;
	sum->losing_runs += books->lost != 0;
}

void watch_tell(const char *contender, const char *work, const struct books *sum,
		unsigned int run_nr)
{
	const struct { const char *name; uint64_t nr; } items[] = {
		{ "runs", run_nr }, { "happened", sum->happened }, { "recorded", sum->recorded },
		{ "merged", sum->merged }, { "suppressed", sum->suppressed }, { "lost", sum->lost },
		{ "losing-runs", sum->losing_runs },
	};
	char name[64];

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		snprintf(name, sizeof(name), "%s-%s", work, items[i].name);
		bench_tell(contender, name, items[i].nr);
	}
}
