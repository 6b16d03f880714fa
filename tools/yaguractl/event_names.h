/* SPDX-License-Identifier: GPL-2.0-only */
/* What the other side of a connection is called, in the lines that people read. */
#ifndef YGR_EVENT_NAMES_H
#define YGR_EVENT_NAMES_H

#include "event_line.h"

/* " (www.example.org)": the name that the address was found by. Nothing, if there is none. */
void ygr_event_names_put_name(struct ygr_event_line *line);

/* " tls www.example.org h2", " GET www.example.org/path": what a program asked for. Nothing likewise. */
void ygr_event_names_put_asked(struct ygr_event_line *line);

/* "www.example.org A 192.0.2.1, 192.0.2.2". Return: false: the answer is not told, or not readable. */
bool ygr_event_names_put_answer(struct ygr_event_line *line);

#endif
