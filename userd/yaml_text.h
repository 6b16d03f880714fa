/* SPDX-License-Identifier: GPL-2.0-only */
/* Text as YAML has it. Pure, save for the stream. */
#ifndef YGR_YAML_TEXT_H
#define YGR_YAML_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * In double quotes, one line whatever it holds. Bytes that are no UTF-8 become \xNN, which
 * YAML reads as U+00NN. Return: false: there were such bytes.
 */
bool ygr_yaml_text_put_quoted(FILE *out, const char *text, size_t len);

#endif
