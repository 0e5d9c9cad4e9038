#!/usr/bin/env python3
"""Turn the reviewed lists into one C file of sorted const tables.

    gen.py --version 3.11 --lists DIR -o OUT.c

A row is `name | stand | reason [| fix]`.  A name may end in `.*`: the family
of all names that begin so; the longest rule that fits a name decides.  A row
that begins with `@3.11` or `@3.12+` counts for those versions only.

Classification is total.  inventory-VERSION.list names every C function, C
type and builtin of that CPython; each must fit a rule or the build fails, and
families reach only as far as the inventory: what a newer CPython adds stays
dropped until somebody has looked at it.
"""
import argparse
import os
import re
import sys

STANDS = {'drop': 'STAND_DROP', 'keep': 'STAND_KEEP',
          'pair': 'STAND_PAIR', 'check': 'STAND_CHECK'}
KINDS = {'guest': 'MODULE_GUEST', 'internal': 'MODULE_INTERNAL',
         'shim': 'MODULE_SHIM', 'refused': 'MODULE_REFUSED'}
# The names a guest knows the modules of C functions by.
PUBLIC = {'posix': 'os', '_thread': '_thread', '_io': 'io', '_signal':
          'signal', '_locale': 'locale', '_imp': '_imp', '_pickle': 'pickle'}


class ListError(Exception):
    """One line of a list is wrong; the text names file and line."""


class Row:
    """A line of a list, and where it stands."""

    def __init__(self, where, fields):
        self.where = where
        self.fields = fields
        self.name = fields[0]

    def error(self, text):
        return ListError(f'{self.where}: {text}')

    def field(self, index):
        return self.fields[index] if index < len(self.fields) else ''


def version_tuple(text):
    return tuple(int(part) for part in text.split('.'))


def fits_version(tag, version):
    if tag.endswith('+'):
        return version_tuple(version) >= version_tuple(tag[:-1])
    return tag == version


def split_version(line, version):
    """The line without its version tag, or None when it does not count."""
    match = re.match(r'@(\d+\.\d+\+?)\s+', line)
    if not match:
        return line
    if not fits_version(match[1], version):
        return None
    return line[match.end():]


def read_rows(path, version, least, most):
    """The rows of one list; least and most count its fields."""
    rows = []
    with open(path, encoding='utf-8') as lines:
        for number, line in enumerate(lines, 1):
            line = line.strip()
            if not line or line.startswith('#'):
                continue
            line = split_version(line, version)
            if line is None:
                continue
            row = Row(f'{path}:{number}',
                      [field.strip() for field in line.split('|')])
            if not least <= len(row.fields) <= most:
                raise row.error(f'{least} to {most} fields wanted, '
                                f'{len(row.fields)} found')
            if not all(row.fields[:least]):
                raise row.error('empty field (every row needs a reason)')
            rows.append(row)
    return rows


def check_unique(rows):
    seen = {}
    for row in rows:
        if row.name in seen:
            raise row.error(f'{row.name} stands at {seen[row.name]} already')
        seen[row.name] = row.where
    return rows


def read_list(lists, name, version):
    """A list of `name | stand | reason [| fix]`."""
    rows = check_unique(read_rows(os.path.join(lists, name + '.list'),
                                  version, 3, 4))
    for row in rows:
        if row.field(1) not in STANDS:
            raise row.error(f"'{row.field(1)}' is none of "
                            f"{', '.join(STANDS)}")
    return rows


def read_inventory(lists, version):
    path = os.path.join(lists, f'inventory-{version}.list')
    names = {'cfunc': [], 'type': [], 'builtin': []}
    with open(path, encoding='utf-8') as lines:
        for number, line in enumerate(lines, 1):
            line = line.split('#')[0].strip()
            if not line:
                continue
            kind, _, name = line.partition(' ')
            if kind not in names or not name:
                raise ListError(f'{path}:{number}: not an inventory line')
            names[kind].append(name)
    return path, names


def find_rule(rules, name):
    """The exact rule, or that of the longest family the name is in."""
    if name in rules:
        return rules[name]
    parts = name.split('.')
    for end in range(len(parts) - 1, 0, -1):
        family = '.'.join(parts[:end]) + '.*'
        if family in rules:
            return rules[family]
    return None


def expand(rows, names, path):
    """One row for each name of the inventory; exact rows stay anyway."""
    rules = {row.name: row for row in rows}
    table, missing = {}, []
    for row in rows:
        if not row.name.endswith('.*'):
            table[row.name] = row
    for name in names:
        rule = find_rule(rules, name)
        if rule is None:
            missing.append(name)
        else:
            table[name] = rule
    if missing:
        raise ListError(f'{path}: no rule for {len(missing)} names: '
                        + ' '.join(missing[:40]))
    check_families(rows, names)
    return table


def check_families(rows, names):
    """A family nobody is in is a slip of the pen."""
    for row in rows:
        if row.name.endswith('.*') and not any(
                name.startswith(row.name[:-1]) for name in names):
            raise row.error(f'no name of the inventory is in {row.name}')


def public_name(name):
    head, dot, rest = name.partition('.')
    if head == 'builtins' and rest:
        return rest
    return PUBLIC.get(head, head) + dot + rest


def show_function(name):
    return public_name(name) + '()'


def show_attribute(name):
    owner, _, attribute = name.rpartition('.')
    if attribute.endswith('='):
        return f"setting {attribute[:-1]} of a {owner}"
    return f"the attribute {attribute} of a {owner}"


def show_event(name):
    return f"the operation '{name}'"


def quote(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


def write_table(out, name, layer, table, show):
    out.write(f'static const struct list_row {name}_rows[] = {{\n')
    for key in sorted(table):
        row = table[key]
        out.write(f'    {{{quote(key)}, {STANDS[row.field(1)]}, '
                  f'{quote(show(key))},\n     {quote(row.field(2))},\n'
                  f'     {quote(row.field(3))}}},\n')
    out.write(f'}};\nconst struct list_table {name} = {{{quote(layer)}, '
              f'{name}_rows, {len(table)}}};\n\n')


def write_modules(out, rows):
    out.write('const struct module_row list_modules[] = {\n')
    for row in sorted(rows, key=lambda row: row.name):
        out.write(f'    {{{quote(row.name)}, {KINDS[row.field(1)]},\n'
                  f'     {quote(row.field(2))},\n'
                  f'     {quote(row.field(3))}}},\n')
    out.write('};\nconst size_t list_modules_count = '
              f'{len(rows)};\n\n')


def read_modules(lists, version):
    rows = check_unique(read_rows(os.path.join(lists, 'modules.list'),
                                  version, 3, 4))
    for row in rows:
        if row.field(1) not in KINDS:
            raise row.error(f"'{row.field(1)}' is none of "
                            f"{', '.join(KINDS)}")
    return rows


def pair_gates(tables):
    """The names a grant may speak of: every row that stands pairwise."""
    return {name for table in tables for name, row in table.items()
            if row.field(1) == 'pair'}


def read_grants(lists, version, gates):
    """(gate, module, qualname, reason), sorted."""
    pairs = {}
    rows = read_rows(os.path.join(lists, 'grants.list'), version, 3, 3)
    for row in rows:
        for gate in re.split(r'\s*,\s*', row.name):
            if gate not in gates:
                raise row.error(f'{gate} is not a pairwise gate')
            for code in re.split(r'\s*,\s*', row.field(1)):
                module, colon, qualname = code.partition(':')
                if not colon or not module or not qualname:
                    raise row.error(f"'{code}' is not module:qualname")
                key = (gate, module, qualname)
                if key in pairs:
                    raise row.error(f'{gate} to {code} is granted twice')
                pairs[key] = row.field(2)
    return sorted((*key, reason) for key, reason in pairs.items())


def write_grants(out, grants):
    out.write('const struct grant_row list_grants[] = {\n')
    for grant in grants:
        out.write('    {' + ', '.join(map(quote, grant[:3])) + ',\n     '
                  + quote(grant[3]) + '},\n')
    out.write(f'}};\nconst size_t list_grants_count = {len(grants)};\n')


def read_mutable(lists, version):
    """`module.Class | reason`, in the shape of the other tables."""
    rows = check_unique(read_rows(os.path.join(lists, 'mutable.list'),
                                  version, 2, 2))
    for row in rows:
        row.fields = [row.name, 'keep', row.field(1), '']
    return {row.name: row for row in rows}


def plain(rows):
    return {row.name: row for row in rows}


def generate(lists, version, out):
    path, inventory = read_inventory(lists, version)
    cfuncs = expand(read_list(lists, 'cfuncs', version),
                    inventory['cfunc'], path)
    types = expand(read_list(lists, 'types', version),
                   inventory['type'], path)
    builtins = expand(read_list(lists, 'builtins', version),
                      inventory['builtin'], path)
    attrs = plain(read_list(lists, 'attrs', version))
    events = plain(read_list(lists, 'events', version))
    modules = read_modules(lists, version)
    grants = read_grants(lists, version,
                         pair_gates((cfuncs, attrs, events)))
    mutable = read_mutable(lists, version)

    out.write('/* Generated from stdlib-whitelist/ by gen.py.  Do not edit. '
              '*/\n#include "jailmod/lists.h"\n\n')
    write_table(out, 'list_builtins', 'builtins', builtins, show_function)
    write_table(out, 'list_cfuncs', 'C functions', cfuncs, show_function)
    write_table(out, 'list_types', 'C types', types, show_function)
    write_table(out, 'list_attrs', 'attributes', attrs, show_attribute)
    write_table(out, 'list_events', 'audit events', events, show_event)
    write_table(out, 'list_mutable', 'classes', mutable, str)
    write_modules(out, modules)
    write_grants(out, grants)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--version', required=True)
    parser.add_argument('--lists', required=True)
    parser.add_argument('-o', dest='out', required=True)
    options = parser.parse_args()
    part = options.out + '.part'
    try:
        with open(part, 'w', encoding='utf-8') as out:
            generate(options.lists, options.version, out)
    except (ListError, OSError) as error:
        sys.exit(f'gen.py: {error}')
    os.replace(part, options.out)


if __name__ == '__main__':
    main()
