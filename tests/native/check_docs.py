#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""check_docs.py TREE - faults of the documents of a tree, a line each.

Every relative link of README.md and docs/**/*.md leads to a file of the tree, and to a
heading of it if it names one. docs/README.md links every page, manual page and example.
"""
import os
import pathlib
import re
import sys

LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:")


def prose(path):
    """Its lines without code: what stands there is no link and no heading."""
    fenced = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            yield number, re.sub(r"`[^`]*`", lambda code: " " * len(code[0]), line), line


def anchors(path):
    found = set()
    for _, _, line in prose(path):
        heading = re.match(r"#+ +(.*)", line)
        if heading:
            words = re.sub(r"[^\w\- ]", "", heading[1].lower())
            found.add(words.replace(" ", "-"))
    return found


def links(path):
    for number, line, _ in prose(path):
        for target in LINK.findall(line):
            if not OUTSIDE.match(target):
                yield number, target


def fault_of(page, target):
    name, _, anchor = target.partition("#")
    path = (page.parent / name) if name else page
    if not path.exists():
        return "leads nowhere"
    if anchor and anchor not in anchors(path):
        return "there is no such heading"
    return None


def is_part(path):
    """Of an example that is a folder, one file stands for all; figures are their page's."""
    top = path.relative_to("docs").parts
    return path.name == "README.md" or top[0] == "bench" or (top[0] == "examples" and len(top) > 2)


def main():
    pages = [pathlib.Path("README.md"), *sorted(pathlib.Path("docs").rglob("*.md"))]
    index = pathlib.Path("docs/README.md")
    for page in pages:
        for number, target in links(page):
            fault = fault_of(page, target)
            if fault:
                print(f"{page}:{number}: {target}: {fault}")
    linked = {(index.parent / target.partition("#")[0]).resolve() for _, target in links(index)}
    for path in sorted(path for path in pathlib.Path("docs").rglob("*") if path.is_file()):
        if not is_part(path) and path.resolve() not in linked:
            print(f"{index}: {path} is not linked")
    for folder in sorted(path for path in pathlib.Path("docs/examples").glob("*") if path.is_dir()):
        if not any(folder.resolve() in path.parents for path in linked):
            print(f"{index}: nothing of {folder} is linked")


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    main()
