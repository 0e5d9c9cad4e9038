"""What documents say of a policy's keys, from their table:

    docs.py [--check] DOCS

writes DOCS/policy.schema.json and the key reference in DOCS/immure-policy.5,
or says whether they are as they should be."""
import json
import os
import sys
import textwrap

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import _immure_gateways as gateways  # noqa: E402
import compile as policy  # noqa: E402
from _immure_keys import (COUNT, LATER, TABLES, UNITS, Choice,  # noqa: E402
                          Names, Number)

BEGIN, END = '.\\" Keys: made by host/policy/docs.py.\n', '.\\" End of keys.\n'


def profile_values(folder):
    """The numbers of the profile pure, as the manual shows them."""
    with open(os.path.join(folder, "profiles/pure.toml")) as file:
        text = file.read()
    return policy.compile_policy(text, "profile pure", (), {"pure": text})


# --- the manual ----------------------------------------------------------------

def wrapped(sentence):
    return textwrap.fill(sentence + ".", 78, break_on_hyphens=False) + "\n"


def number_rows(table, pure):
    yield '.Bl -column "session_idle" "100000" "1000000000" "in pure"\n'
    yield ".It Em key Ta Em from Ta Em to Ta Em in pure\n"
    for name, key in TABLES[table].items():
        value = pure[table].get(key.field)
        yield ".It Li %s Ta %s Ta %s Ta %s\n" % (
            name, *(policy.show_quantity(n, key.unit)
                    for n in (key.low, key.high)),
            "\\(em" if value is None else policy.show_quantity(value, key.unit))
    yield ".El\n"


def gateway_key(name, key):
    yield ".It Li %s\n" % name
    yield from map(wrapped, key.text.rstrip(".").split(". "))
    if isinstance(key, Choice):
        yield wrapped("It is %s" % " or ".join(key.words))
    elif isinstance(key, Names) and key.known:
        yield wrapped("They are %s" % ", ".join(key.known))
    elif isinstance(key, gateways.Flag):
        yield wrapped("Left out, it is %s" % str(key.otherwise).lower())
    elif isinstance(key, Number):
        value = gateways.DEFAULTS.get(key.field)
        if value is not None:
            yield wrapped("Left out, it is %s" % policy.show_quantity(
                value, key.unit))
    if getattr(key, "needed", False):
        yield wrapped("It is needed")
    if isinstance(key, gateways.Rules):
        yield ".Pp\nA rule that is a table has these keys:\n"
        yield ".Bl -tag -width Ds\n"
        for own, row in key.keys.items():
            yield from gateway_key(own, row)
        yield ".El\n"


def gateways_manual():
    yield ".Ss [gateways.NAME]\n"
    yield wrapped("What guests may call outside, by that name; "
                  "immure-gateway(7) has what each kind does for them")
    yield ".Bl -tag -width Ds\n.It Li kind\n"
    yield wrapped("It is needed, and one of: %s" % ", ".join(gateways.KINDS))
    for name, key in gateways.COMMON.items():
        yield from gateway_key(name, key)
    yield ".El\n"
    for kind, (what, keys) in gateways.KINDS.items():
        yield ".Ss [gateways.NAME], kind %s\n" % kind
        yield from map(wrapped, what.rstrip(".").split(". "))
        yield ".Bl -tag -width Ds\n"
        for name, key in keys.items():
            yield from gateway_key(name, key)
        yield ".El\n"


def manual(pure):
    for table, keys in TABLES.items():
        yield ".Ss [%s]\n" % table
        numbers = isinstance(next(iter(keys.values())), Number)
        if numbers:
            yield from number_rows(table, pure)
        yield ".Bl -tag -width Ds\n"
        for name, key in keys.items():
            yield ".It Li %s\n" % name
            yield from map(wrapped, key.text.rstrip(".").split(". "))
            if isinstance(key, Choice):
                yield wrapped("It is %s" % " or ".join(key.words))
            elif isinstance(key, Names) and key.known:
                yield wrapped("They are %s" % ", ".join(key.known))
        yield ".El\n"
    yield from gateways_manual()
    yield ".Ss Not in this version\n.Bl -tag -width Ds\n"
    for name, why in LATER.items():
        yield ".It Li %s\n" % name
        yield wrapped(why[0].upper() + why[1:])
    yield ".El\n"


# --- the JSON Schema -------------------------------------------------------------

def number_schema(key):
    schema = {"description": key.text}
    if key.unit == COUNT:
        return schema | {"type": "integer", "minimum": key.low,
                         "maximum": key.high}
    return schema | {"type": "string",
                     "pattern": "^[0-9]{1,15}(%s)$" % "|".join(
                         UNITS[key.unit]),
                     "examples": [key.example]}


def names_schema(key):
    item = {"type": "string"} | ({"enum": list(key.known)} if key.known
                                 else {"examples": [key.example]})
    items = {"type": "array", "items": item, "uniqueItems": True}
    change = {"type": "object", "additionalProperties": False,
              "minProperties": 1,
              "properties": {verb: items for verb in policy.VERBS}}
    return {"description": key.text, "anyOf": [items, change]}


def choice_schema(key):
    return {"description": key.text, "type": "string",
            "enum": list(key.words)}


SCHEMAS = {Number: number_schema, Names: names_schema, Choice: choice_schema}

GATEWAY_SCHEMAS = {
    Number: number_schema,
    Choice: choice_schema,
    Names: lambda key: names_schema(key)["anyOf"][0] | {
        "description": key.text},
    gateways.Text: lambda key: {"description": key.text, "type": "string",
                                "examples": [key.example]},
    gateways.File: lambda key: {"description": key.text, "type": "string",
                                "examples": [key.example]},
    gateways.Flag: lambda key: {"description": key.text, "type": "boolean",
                                "default": key.otherwise},
    gateways.Value: lambda key: {"description": key.text},
    gateways.Rules: lambda key: rules_schema(key),
}


def rules_schema(key):
    table = {"type": "object", "additionalProperties": False,
             "properties": {name: GATEWAY_SCHEMAS[type(row)](row)
                            for name, row in key.keys.items()},
             "required": ["allow"]}
    return {"description": key.text, "type": "array", "minItems": 1,
            "items": {"anyOf": [{"type": "string"}, table]},
            "examples": [[key.example]]}


def gateway_schema(kind):
    keys = gateways.keys_of(kind)
    properties = {"kind": {"const": kind}} | {
        name: GATEWAY_SCHEMAS[type(key)](key) for name, key in keys.items()}
    needed = [name for name, key in keys.items()
              if getattr(key, "needed", False)]
    return {"type": "object", "additionalProperties": False,
            "properties": properties, "required": ["kind", *needed]}


def schema():
    tables = {
        table: {"type": "object", "additionalProperties": False,
                "properties": {
                    name: SCHEMAS[type(key)](key)
                    for name, key in keys.items()}}
        for table, keys in TABLES.items()}
    extends = {"description": "Policies to start from: profiles by name, "
                              "files by a path that ends in .toml.",
               "type": "array", "minItems": 1, "items": {"type": "string"},
               "default": ["pure"]}
    tenant = {"description": "Whose keys the gateways cache and session "
                             "touch; by itself, the policy's name.",
              "type": "string", "pattern": "^%s$" % gateways.NAME.pattern}
    gateway = {"description": "What guests may call outside, by name.",
               "type": "object",
               "additionalProperties": {
                   "anyOf": [gateway_schema(kind)
                             for kind in gateways.KINDS]}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "A policy of immure, immure-policy(5)",
            "type": "object", "additionalProperties": False,
            "properties": {"extends": extends, "tenant": tenant,
                           "gateways": gateway} | tables}


# --- both --------------------------------------------------------------------------

def wanted(docs):
    """{path: text} of the documents as they should be."""
    page = os.path.join(docs, "immure-policy.5")
    with open(page, encoding="utf-8") as file:
        text = file.read()
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    pure = profile_values(os.path.dirname(os.path.abspath(__file__)))
    return {
        page: head + BEGIN + "".join(manual(pure)) + END + tail,
        os.path.join(docs, "policy.schema.json"):
            json.dumps(schema(), indent=1) + "\n",
    }


def main(args):
    check = args[:1] == ["--check"]
    status = 0
    for path, text in wanted(args[-1]).items():
        old = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                old = file.read()
        if old == text:
            continue
        status = 1
        print(path, "is not what host/policy/docs.py makes" if check
              else "is new")
        if not check:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
    return status if check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
