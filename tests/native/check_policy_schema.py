#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# check_policy_schema.py SCHEMA FILE... - what docs/policy.schema.json says to policies: a line each.
#
# YAML is read as yaguractl reads it: "on" is a word, and so is a date.
import json
import re
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}


Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))
Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^(0|[1-9][0-9]*)$"), list("0123456789"))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as file:
            policy = yaml.load(file, Loader)
        mistakes = sorted(validator.iter_errors(policy), key=lambda mistake: list(map(str, mistake.path)))
        if mistakes:
            place = "/".join(map(str, mistakes[0].path))
            print(f"{name}: {len(mistakes)} mistakes: {place}: {mistakes[0].message}")
        else:
            print(f"{name}: ok")


main()
