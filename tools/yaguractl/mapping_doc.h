/* SPDX-License-Identifier: GPL-2.0-only */
/* docs/MAPPINGS.md, made of the tables that the mappings run by. Pure. */
#ifndef YGR_MAPPING_DOC_H
#define YGR_MAPPING_DOC_H

#include "text_buffer.h"

void ygr_mapping_doc_put(struct ygr_text_buffer *out);

#endif
