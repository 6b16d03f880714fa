/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Report and view -> the lines of a screen, or of a batch. What others can name is escaped.
 * Pure, save for the time zone. There are no more lines than the view has rows.
 */
#ifndef YGR_TOP_SCREEN_H
#define YGR_TOP_SCREEN_H

#include "top_sheet.h"
#include "top_view.h"

/* Return: 0; -ENOMEM: the sheet is empty. */
int ygr_top_screen_build(struct ygr_top_sheet *sheet, const struct ygr_top_report *report,
			 const struct ygr_top_view *view);

#endif
