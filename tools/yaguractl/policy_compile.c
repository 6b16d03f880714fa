// SPDX-License-Identifier: GPL-2.0-only
#include "policy_compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy_blob.h"
#include "policy_layout.h"
#include "policy_locate.h"
#include "policy_text.h"
#include "policy_verify.h"
#include "policy_word.h"

/*
 * At the test that the kernel would refuse, else at its rule, else of the whole file.
 *
 * @image: leads to all sections, which are ours and thus in order
 */
static int refuse(const struct ygr_policy_compiled *compiled, const struct ygr_policy_image *image,
		  const struct ygr_policy_error *error, struct ygr_text_errors *errors)
{
	const struct ygr_policy_location at = ygr_policy_locate(image, error->offset);
	const struct ygr_policy_model *model = compiled->model;
	char value[YGR_POLICY_VALUE_TEXT] = "";
	const struct ygr_policy_test *test;
	struct ygr_policy_place place;
	uint32_t before;

	if (at.rule < 0) {
		ygr_text_error_add(errors, YGR_TEXT_ERROR, 0, 0, "byte %u of the blob: %s", error->offset,
				   ygr_policy_word_error(error->code));
		return -EBADMSG;
	}
	place = model->rule[at.rule].place;
	if (at.test >= 0) {
		test = &model->test[at.test];
		place = test->place;
		if (at.value >= 0)
			ygr_policy_value_format(test->field, &test->values->item[at.value], value);
	}
	before = ygr_policy_inputs_enter(&model->inputs, place.source, errors);
	ygr_text_error_add(errors, YGR_TEXT_ERROR, place.line, place.column, "rule \"%s\": %s%s%s",
			   model->rule[at.rule].name, ygr_policy_word_error(error->code),
			   *value ? ": " : "", value);
	ygr_policy_inputs_enter(&model->inputs, before, errors);
	return -EBADMSG;
}

static int verify(struct ygr_policy_compiled *compiled, struct ygr_text_errors *errors)
{
	struct ygr_policy_error error, ignored;
	struct ygr_policy_image image = { 0 };

	if (!ygr_policy_verify(compiled->blob, compiled->bytes, &compiled->image, &error))
		return 0;
	ygr_policy_layout_verify(compiled->blob, compiled->bytes, &image, &ignored);
	return refuse(compiled, &image, &error, errors);
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
	return refuse(compiled, &compiled->image, &error, errors);
}

static int build(struct ygr_policy_compiled *compiled, struct ygr_text_errors *errors)
{
	int err;

	err = ygr_policy_blob_build(compiled->model, &compiled->blob, &compiled->bytes);
	if (err == -E2BIG) {
		ygr_text_error_add(errors, YGR_TEXT_ERROR, 0, 0, "compiles to %zu bytes, the most is %u",
				   compiled->bytes, YGR_POLICY_BYTES_MAX);
		return -EBADMSG;
	}
	if (!err)
		err = verify(compiled, errors);
	return err ?: build_index(compiled, errors);
}

/* @err: of the text. In place: the index leads into the image. */
static int finish(struct ygr_policy_compiled *out, int err, struct ygr_text_errors *errors)
{
	if (!err)
		err = build(out, errors);
	if (err)
		ygr_policy_compile_exit(out);
	return err;
}

int ygr_policy_compile(const char *file, const char *text, size_t bytes,
		       const struct ygr_policy_host *host, struct ygr_policy_compiled *out,
		       struct ygr_text_errors *errors)
{
	*out = (struct ygr_policy_compiled) { 0 };
	return finish(out, ygr_policy_text_parse(file, text, bytes, host, &out->model, errors), errors);
}

int ygr_policy_compile_directory(const char *directory, char *const *names, size_t nr,
				 const struct ygr_policy_host *host,
				 struct ygr_policy_compiled *out, struct ygr_text_errors *errors)
{
	*out = (struct ygr_policy_compiled) { 0 };
	return finish(out, ygr_policy_text_parse_directory(directory, names, nr, host, &out->model,
							   errors), errors);
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
