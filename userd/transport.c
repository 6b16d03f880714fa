// SPDX-License-Identifier: GPL-2.0-only
#include "transport.h"

const struct ygr_transport_type *const ygr_transport_types[] = {
	&ygr_transport_yagura,
	&ygr_transport_file,
	&ygr_transport_jsonl,
	&ygr_transport_http,
	&ygr_transport_syslog,
	&ygr_transport_kafka,
	&ygr_transport_fluent,
	&ygr_transport_null,
	NULL
};
