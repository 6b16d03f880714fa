#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A strict reader of OpenMetrics 1.0, as far as counters and gauges go: openmetrics.py FILE [classic]

Status 1, and the line, for anything that is not in order: a sample without its
family, a family that comes twice, a counter that does not end in _total, a unit that
the name does not have, a label that is not quoted, a missing end.
"""
import re
import sys

CLASSIC = sys.argv[2:] == ["classic"]
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABELS = r'\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,|(?=\})))*\}'
SAMPLE = re.compile(r"(%s)(%s)? (-?[0-9]+)$" % (NAME, LABELS))


def fail(number, line, why):
    print("# line %d: %s: %s" % (number, why, line))
    sys.exit(1)


def read(text):
    families, family, kind, samples, seen_words = set(), None, None, set(), []
    lines = text.split("\n")
    if lines.pop() != "":
        fail(len(lines), lines[-1], "no newline at the end")
    if not CLASSIC and lines.pop() != "# EOF":
        fail(len(lines), lines[-1], "no # EOF at the end")
    for number, line in enumerate(lines, 1):
        head = re.match(r"# (TYPE|UNIT|HELP) (%s) (.+)$" % NAME, line)
        if head:
            word, name, rest = head.groups()
            if word == "TYPE":
                if name in families:
                    fail(number, line, "a family that was there before")
                if seen_words and not samples:
                    fail(number, line, "the family before has no sample")
                families.add(name)
                family, kind, samples, seen_words = name, rest, set(), []
                if kind not in ("counter", "gauge"):
                    fail(number, line, "an unknown type")
                if CLASSIC == (kind == "counter") and CLASSIC != name.endswith("_total"):
                    fail(number, line, "the name does not fit the type")
            if name != family or word in seen_words or samples:
                fail(number, line, "metadata out of place")
            if word == "UNIT" and (CLASSIC or not name.endswith("_" + rest)):
                fail(number, line, "a unit that the name does not have")
            seen_words.append(word)
            continue
        sample = SAMPLE.match(line)
        if not sample:
            fail(number, line, "neither metadata nor a sample")
        wanted = family if CLASSIC or kind == "gauge" else family + "_total"
        if sample.group(1) != wanted:
            fail(number, line, "a sample of another family")
        if sample.group(2) in samples:
            fail(number, line, "a sample that was there before")
        if kind == "counter" and sample.group(3).startswith("-"):
            fail(number, line, "a counter below zero")
        samples.add(sample.group(2))
    print("# %d families" % len(families))


with open(sys.argv[1], newline="") as file:
    read(file.read())
