// SPDX-License-Identifier: GPL-2.0-only
#include "policy_compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy_blob.h"
#include "policy_locate.h"
#include "policy_text.h"
#include "policy_word.h"

/* At the test that the kernel would refuse, else at its rule, else of the whole file. */
static int refuse(const struct ygr_policy_compiled *compiled, const struct ygr_policy_error *error,
		  struct ygr_policy_location at, struct ygr_text_errors *errors)
{
	const struct ygr_policy_model *model = compiled->model;
	struct ygr_policy_place place = { 0 };
	char value[YGR_POLICY_VALUE_TEXT] = "";
	const struct ygr_policy_test *test;
	const char *name = NULL;
	uint32_t before;

	if (at.rule >= 0) {
		name = model->rule[at.rule].name;
		place = model->rule[at.rule].place;
	}
	if (at.test >= 0) {
		test = &model->test[at.test];
		place = test->place;
		if (at.value >= 0)
			ygr_policy_value_format(test->field, &test->values->item[at.value], value);
	}
	before = ygr_policy_inputs_enter(&model->inputs, place.source, errors);
	if (name)
		ygr_text_error_add(errors, YGR_TEXT_ERROR, place.line, place.column, "rule \"%s\": %s%s%s", name,
				   ygr_policy_word_error(error->code), *value ? ": " : "", value);
	else
		ygr_text_error_add(errors, YGR_TEXT_ERROR, 0, 0, "byte %u of the blob: %s", error->offset,
				   ygr_policy_word_error(error->code));
	ygr_policy_inputs_enter(&model->inputs, before, errors);
	return -EBADMSG;
}

/* The bounds that keep a verdict's cost constant; the kernel checks them, too. */
static int build_index(struct ygr_policy_compiled *compiled, struct ygr_text_errors *errors)
{
	struct ygr_policy_error error;

	compiled->index_memory = malloc(ygr_policy_index_bytes(&compiled->image));
	if (!compiled->index_memory)
		return -ENOMEM;
	if (!ygr_policy_index_build(&compiled->index, &compiled->image, compiled->index_memory, &error))
		return 0;
	return refuse(compiled, &error, ygr_policy_locate(&compiled->image, error.offset), errors);
}

static int build(struct ygr_policy_compiled *compiled, struct ygr_text_errors *errors)
{
	const struct ygr_policy_location nowhere = { -1, -1, -1 };
	struct ygr_policy_error error;
	int err;

	err = ygr_policy_blob_build(compiled->model, &compiled->blob, &compiled->bytes);
	if (err == -E2BIG) {
		ygr_text_error_add(errors, YGR_TEXT_ERROR, 0, 0, "compiles to %zu bytes, the most is %u",
				   compiled->bytes, YGR_POLICY_BYTES_MAX);
		return -EBADMSG;
	}
	if (err)
		return err;
	if (ygr_policy_verify(compiled->blob, compiled->bytes, &compiled->image, &error))
		return refuse(compiled, &error, nowhere, errors);
	return build_index(compiled, errors);
}

int ygr_policy_compile(const char *file, const char *text, size_t bytes,
		       const struct ygr_policy_host *host, struct ygr_policy_compiled *out,
		       struct ygr_text_errors *errors)
{
	int err;

	/* In place: the index leads into the image. */
	*out = (struct ygr_policy_compiled) { 0 };
	err = ygr_policy_text_parse(file, text, bytes, host, &out->model, errors);
	if (!err)
		err = build(out, errors);
	if (err)
		ygr_policy_compile_exit(out);
	return err;
}

char *ygr_policy_compile_source(const struct ygr_policy_compiled *compiled)
{
	const struct ygr_policy_inputs *inputs = &compiled->model->inputs;
	size_t bytes;
	uint32_t i;
	char *text;
	FILE *out;

	out = open_memstream(&text, &bytes);
	if (!out)
		return NULL;
	for (i = 0; i < inputs->nr; i++) {
		if (i)
			fprintf(out, "# ---- %s ----\n", inputs->item[i].name);
		fwrite(inputs->item[i].text, 1, inputs->item[i].bytes, out);
		if (inputs->item[i].bytes && inputs->item[i].text[inputs->item[i].bytes - 1] != '\n')
			putc('\n', out);
	}
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

void ygr_policy_compile_exit(struct ygr_policy_compiled *compiled)
{
	free(compiled->index_memory);
	free(compiled->blob);
	ygr_policy_model_destroy(compiled->model);
	*compiled = (struct ygr_policy_compiled) { 0 };
}
