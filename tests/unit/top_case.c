// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "json_event.h"
#include "top_case.h"

const char top_case_status[] =
	"{'module':{'version':'0.1.0','load_id':1,'age_s':12000},"
	"'policy':{'name':'web','rules':12,'enforce':10,'monitor':2,'generation':7,'locked':true},"
	"'hooks':[{'symbol':'a','state':'attached','error':0},{'symbol':'b','state':'attached','error':0}],"
	"'rings':[{'cpu':0,'data_bytes':1048576,'used_bytes':0},{'cpu':1,'data_bytes':1048576,'used_bytes':524288}],"
	"'classes':{'exec':{'produced':10,'dropped':0,'coalesced':0,'suppressed':0},"
	"'file':{'produced':1000,'dropped':5,'coalesced':7,'suppressed':1}},"
	"'reader':{'pid':812,'running':true,'spool':{'used_bytes':3145728,'limit_bytes':1073741824,'waiting_for':''}},"
	"'sender':{'pid':813,'running':true}}";

void top_case_add(struct ygr_top_tally *tally, const char *text)
{
	struct ygr_event_stream stream;
	const struct ygr_event_value *event;
	msgpack_sbuffer packed;

	msgpack_sbuffer_init(&packed);
	add_json_event(&packed, text);
	ygr_event_map_open(&stream, packed.data, packed.size);
	event = ygr_event_map_next(&stream);
	assert_non_null(event);
	ygr_top_tally_add(tally, event);
	ygr_event_map_close(&stream);
	msgpack_sbuffer_destroy(&packed);
}

static bool is_text(const void *bytes, size_t len, const char *text)
{
	return len == strlen(text) && !memcmp(bytes, text, len);
}

const struct ygr_top_hitter *top_case_find(const struct ygr_top_hitters *hitters, const char *name)
{
	unsigned int nr;
	const struct ygr_top_hitter *all = ygr_top_hitters_all(hitters, &nr);

	for (unsigned int i = 0; i < nr; i++)
		if (is_text(all[i].key, all[i].key_len, name) ||
		    is_text(all[i].comm, all[i].comm_len, name))
			return &all[i];
	return NULL;
}

void top_case_look(struct ygr_top_look *look, const char *status)
{
	char *quoted = strdup(status);
	json_t *value;

	for (char *at = quoted; *at; at++)
		if (*at == '\'')
			*at = '"';
	value = json_loads(quoted, JSON_DECODE_ANY, NULL);
	assert_non_null(value);
	ygr_top_look_read(look, value);
	json_decref(value);
	free(quoted);
}
