#!/usr/bin/env python3
"""Turn the reviewed lists into one C file of sorted tables.

    gen.py --version 3.11 --lists DIR [--no-inventory] -o OUT.c

A row is `name, ... | stand | reason [| fix]`.  A line that ends in a comma
goes on in the next, and so does one that is followed by an indented line.  A
name may end in `.*`: the family of all names that begin so; the longest rule
that fits a name decides.  What counts for some versions only stands in
versions.list.

Classification is total.  inventory-VERSION.list names every C function, C
type, getset, member, slot wrapper and builtin of that CPython; one that fits
no rule fails the build, and so does a rule that fits none of them.  Families
reach only as far as the inventory: what a newer CPython adds stays refused
until somebody has looked at it.  --no-inventory makes empty tables, for the
program that writes an inventory.

A package has two files of its own: package-NAME.list, whose rows begin with a
kind (cfunc, type or attr), and inventory-NAME.list, of all its versions that
somebody has read.
"""
import argparse
import glob
import os
import re
import sys

STANDS = {'drop': 'STAND_DROP', 'keep': 'STAND_KEEP', 'pair': 'STAND_PAIR',
          'check': 'STAND_CHECK', 'make': 'STAND_MAKE', 'use': 'STAND_USE'}
KINDS = {'guest': 'MODULE_GUEST', 'internal': 'MODULE_INTERNAL',
         'shim': 'MODULE_SHIM', 'refused': 'MODULE_REFUSED'}
# list: (the words its rows may have, least and most fields)
LISTS = {
    'builtins': (('keep', 'drop'), 3, 4),
    'cfuncs': (('keep', 'drop', 'pair', 'check'), 3, 4),
    'types': (('keep', 'drop', 'check'), 3, 4),
    'attrs': (('keep', 'drop', 'pair'), 3, 4),
    'slots': (('keep', 'make', 'use'), 3, 3),
    'events': (('keep', 'drop', 'pair', 'check'), 3, 4),
    'modules': (tuple(KINDS), 3, 4),
    'grants': ((), 3, 3),
    'mutable': ((), 2, 2),
}
# kind of the inventory: (its list, what the build proposes for a new name)
RULED_BY = {
    'builtin': ('builtins', 'drop'), 'cfunc': ('cfuncs', 'drop'),
    'type': ('types', 'drop'), 'getset': ('attrs', 'drop'),
    'member': ('attrs', 'drop'), 'slot': ('slots', 'use'),
}
# The names a guest knows the modules of C functions by.
PUBLIC = {'posix': 'os', '_io': 'io', '_signal': 'signal',
          '_pickle': 'pickle', '_multiarray_umath': 'numpy'}
PACKAGE_KINDS = {'cfunc': 'cfuncs', 'type': 'types', 'attr': 'attrs'}
PROPOSED_MOST = 40


class ListError(Exception):
    """One line of a list is wrong; the text names file and line."""


class Row:
    """A name of a list, its other fields, and where it stands."""

    def __init__(self, path, line, name, fields):
        self.path = path
        self.line = line
        self.name = name
        self.fields = fields

    @property
    def where(self):
        """"cfuncs.list:12", as a reader of the tree finds it."""
        return f'{os.path.basename(self.path)}:{self.line}'

    @property
    def stand(self):
        return self.field(1)

    def error(self, text):
        return ListError(f'{self.path}:{self.line}: {text}')

    def field(self, index):
        return self.fields[index] if index < len(self.fields) else ''


# --- reading -----------------------------------------------------------------

def read_statements(path):
    """Lists of (line number, text): the lines that make one row."""
    statements, open_row = [], False
    with open(path, encoding='utf-8') as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith('#'):
                continue
            if open_row or line[0].isspace():
                if not statements:
                    raise ListError(f'{path}:{number}: nothing to go on with')
                statements[-1].append((number, line.strip()))
            else:
                statements.append([(number, line.strip())])
            open_row = line.rstrip().endswith(',')
    return statements


def read_fields(statement):
    """([(line number, name)], [field, ...]); field 0 is all names."""
    names = []
    for number, line in statement:
        head, bar, _ = line.partition('|')
        names += [(number, name.strip()) for name in head.split(',')
                  if name.strip()]
        if bar:
            break
    text = ' '.join(line for _, line in statement)
    return names, [field.strip() for field in text.split('|')]


def make_rows(path, statement, list_name):
    stands, least, most = LISTS[list_name]
    names, fields = read_fields(statement)
    rows = [Row(path, number, name, [name, *fields[1:]])
            for number, name in names] or [Row(path, statement[0][0], '',
                                               fields)]
    if not least <= len(fields) <= most:
        raise rows[0].error(f'{least} to {most} fields wanted, '
                            f'{len(fields)} found')
    if not all(fields[:least]):
        raise rows[0].error('empty field (every row needs a reason)')
    if stands and fields[1] not in stands:
        raise rows[0].error(f"'{fields[1]}' is none of {', '.join(stands)}")
    return rows


def check_unique(rows):
    seen = {}
    for row in rows:
        if row.name in seen:
            raise row.error(f'{row.name} stands at {seen[row.name]} already')
        seen[row.name] = row.where
    return rows


def version_tuple(text):
    return tuple(int(part) for part in text.split('.'))


def fits_version(tag, version):
    if tag.endswith('+'):
        return version_tuple(version) >= version_tuple(tag[:-1])
    return tag == version


def read_versions(lists, list_name, version):
    """The rows of versions.list that count for one list."""
    path = os.path.join(lists, 'versions.list')
    rows = []
    for statement in read_statements(path):
        number, line = statement[0]
        match = re.match(r'(\d+\.\d+\+?)\s+(\w+)\s*\|\s*', line)
        if not match or match[2] not in LISTS:
            raise ListError(f'{path}:{number}: begin with VERSION LIST |')
        if match[2] == list_name and fits_version(match[1], version):
            rest = [(number, line[match.end():]), *statement[1:]]
            rows += make_rows(path, rest, list_name)
    return check_unique(rows)


def read_list(lists, list_name, version):
    """The rows of one list, those of versions.list in place of others."""
    path = os.path.join(lists, list_name + '.list')
    rows = []
    for statement in read_statements(path):
        rows += make_rows(path, statement, list_name)
    later = read_versions(lists, list_name, version)
    replaced = {row.name for row in later}
    return [row for row in check_unique(rows)
            if row.name not in replaced] + later


def read_package(path):
    """{list: rows} of a package-NAME.list."""
    rows = {list_name: [] for list_name in PACKAGE_KINDS.values()}
    for statement in read_statements(path):
        number, line = statement[0]
        kind, _, rest = line.partition(' ')
        if kind not in PACKAGE_KINDS:
            raise ListError(f"{path}:{number}: begin with "
                            f"{', '.join(PACKAGE_KINDS)}")
        list_name = PACKAGE_KINDS[kind]
        rows[list_name] += make_rows(path, [(number, rest), *statement[1:]],
                                     list_name)
    return {list_name: check_unique(rows[list_name]) for list_name in rows}


def read_inventory(path):
    """{kind: [name, ...]} of a file that `survey` has written."""
    names = {kind: [] for kind in RULED_BY}
    for statement in read_statements(path):
        kind, _, owner = statement[0][1].partition(' ')
        if kind not in names:
            raise ListError(f'{path}:{statement[0][0]}: not an inventory')
        below = ' '.join(line for _, line in statement[1:]).split(',')
        names[kind] += [f'{owner}.{name.strip()}' if owner else name.strip()
                        for name in below if name.strip()]
    return names


# --- which rule is for which name ----------------------------------------------

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


def propose(list_name, stand, missing):
    """What to write for names without a rule."""
    lines = [f'  {name} | {stand} | WHY' for name in missing[:PROPOSED_MOST]]
    if len(missing) > PROPOSED_MOST:
        lines.append(f'  (and {len(missing) - PROPOSED_MOST} more)')
    return (f'no rule for {len(missing)} names: read what each does, then '
            f'add to {list_name}.list, in the place of WHY the reason:\n'
            + '\n'.join(lines))


def check_reached(rows, names):
    """A rule for nobody is a slip of the pen, or the name has gone from all
    versions."""
    for row in rows:
        if row.name.endswith('.*'):
            if not any(name.startswith(row.name[:-1]) for name in names):
                raise row.error(f'no name of the inventory is in {row.name}')
        elif row.name not in names:
            raise row.error(f'{row.name} is not in the inventory: what is '
                            'gone needs no rule, and what another version '
                            'has belongs into versions.list')


def expand(rows, names, list_name, others=frozenset()):
    """{name: row} for each name of the inventory.  OTHERS: what inventories of
    other versions have."""
    rules = {row.name: row for row in rows}
    table, missing = {}, []
    for name in names:
        rule = find_rule(rules, name)
        if rule is None:
            missing.append(name)
        else:
            table[name] = rule
    if missing:
        raise ListError(propose(list_name,
                                RULED_STAND.get(list_name, 'drop'),
                                sorted(missing)))
    check_reached(rows, others.union(names))
    return table


def add_packages(lists, tables):
    """What the lists of packages say; a name that the library has as well
    stays as it is there."""
    for path in sorted(glob.glob(os.path.join(lists, 'package-*.list'))):
        package = os.path.basename(path)[len('package-'):-len('.list')]
        inventory = read_inventory(os.path.join(
            lists, f'inventory-{package}.list'))
        for list_name, rows in read_package(path).items():
            found = expand(rows, names_of(inventory, list_name),
                           f'package-{package}')
            for name, row in found.items():
                tables[list_name].setdefault(name, row)


RULED_STAND = dict(RULED_BY.values())


def names_of(inventory, list_name):
    return {name for kind, (ruler, _) in RULED_BY.items()
            if ruler == list_name for name in inventory[kind]}


def settle_slot(rule, type_row):
    """The row of one type's slot: `make` and `use` as the type stands."""
    dead = {'keep': (), 'make': ('drop', 'check'), 'use': ('drop',)}
    if type_row.stand not in dead[rule.stand]:
        return Row(rule.path, rule.line, rule.name,
                   [rule.name, 'keep', rule.field(2)])
    return Row(type_row.path, type_row.line, type_row.name,
               [type_row.name, 'drop', *type_row.fields[2:]])


def expand_slots(rows, names, types, others):
    """The rules by the slot's name alone, which count for types in no list,
    and what they come to for each type of the inventory."""
    owners = {}
    for name in names:
        owner, _, slot = name.rpartition('.')
        owners.setdefault(slot, []).append(owner)
    rules = expand(rows, owners, 'slots',
                   {name.rpartition('.')[2] for name in others})
    table = dict(rules)
    for slot, types_with_it in owners.items():
        for owner in types_with_it:
            table[f'{owner}.{slot}'] = settle_slot(rules[slot], types[owner])
    return table


def pair_gates(tables):
    """The names a grant may speak of: every row that stands pairwise."""
    return {name for table in tables for name, row in table.items()
            if row.stand == 'pair'}


def read_grants(lists, gates):
    """(gate, module, qualname, reason), sorted."""
    pairs = {}
    path = os.path.join(lists, 'grants.list')
    for statement in read_statements(path):
        for row in make_rows(path, statement, 'grants'):
            if row.name not in gates:
                raise row.error(f'{row.name} is not a pairwise gate')
            for code in re.split(r'\s*,\s*', row.field(1)):
                module, colon, qualname = code.partition(':')
                if not colon or not module or not qualname:
                    raise row.error(f"'{code}' is not module:qualname")
                key = (row.name, module, qualname)
                if key in pairs:
                    raise row.error(f'{row.name} to {code} is granted twice')
                pairs[key] = row.field(2)
    return sorted((*key, reason) for key, reason in pairs.items())


# --- what a guest knows a name by ------------------------------------------------

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


# list: (layer, how a guest calls what a row is about)
SHOWN = {
    'builtins': ('builtins', show_function),
    'cfuncs': ('C functions', show_function),
    'types': ('C types', show_function),
    'attrs': ('attributes', show_attribute),
    'slots': ('slot wrappers', show_function),
    'events': ('audit events', show_event),
    'mutable': ('classes', str),
}


# --- writing ---------------------------------------------------------------------

def quote(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


class Texts:
    """All texts of the tables in one array, each once; rows keep offsets, so
    that the program has no pointers to relocate when it starts."""

    def __init__(self):
        self.at = {}
        self.size = 0

    def add(self, text):
        if text not in self.at:
            self.at[text] = self.size
            self.size += len(text.encode()) + 1
        return self.at[text]

    def write(self, out):
        out.write('const char list_texts[] = ""\n')
        for text in self.at:
            out.write(f'    {quote(text)} "\\0"\n')
        out.write('    ;\n\n')


def write_table(out, texts, list_name, table):
    layer, show = SHOWN[list_name]
    out.write(f'static const struct list_entry {list_name}_rows[] = {{\n')
    for key in sorted(table):
        row = table[key]
        parts = (key, show(key), row.field(2), row.field(3), row.name,
                 row.where)
        out.write('    {' + ', '.join(str(texts.add(part)) for part in parts)
                  + f', {STANDS[row.stand]}}}, /* {key} */\n')
    out.write(f'}};\nconst struct list_table list_{list_name} = '
              f'{{{quote(layer)}, {list_name}_rows, {len(table)}}};\n\n')


def write_modules(out, rows):
    out.write('const struct module_row list_modules[] = {\n')
    for row in sorted(rows, key=lambda row: row.name):
        out.write(f'    {{{quote(row.name)}, {KINDS[row.stand]},\n'
                  f'     {quote(row.field(2))},\n'
                  f'     {quote(row.field(3))}, {quote(row.where)}}},\n')
    out.write('};\nconst size_t list_modules_count = '
              f'{len(rows)};\n\n')


def write_grants(out, grants):
    out.write('const struct grant_row list_grants[] = {\n')
    for grant in grants:
        out.write('    {' + ', '.join(map(quote, grant[:3])) + ',\n     '
                  + quote(grant[3]) + '},\n')
    out.write(f'}};\nconst size_t list_grants_count = {len(grants)};\n\n')


def plain(rows):
    return {row.name: row for row in rows}


def read_mutable(lists, version):
    """`module.Class | reason`, in the shape of the other tables."""
    rows = read_list(lists, 'mutable', version)
    for row in rows:
        row.fields = [row.name, 'keep', row.field(1), '']
    return plain(rows)


def read_inventories(lists):
    """All versions in one: {kind: [name, ...]}."""
    names = {kind: [] for kind in RULED_BY}
    for path in sorted(glob.glob(os.path.join(lists, 'inventory-[0-9]*'))):
        for kind, found in read_inventory(path).items():
            names[kind] += found
    return names


def read_tables(lists, version):
    """{list: {name: row}} of all that the gate looks names up in."""
    path = os.path.join(lists, f'inventory-{version}.list')
    if not os.path.exists(path):
        raise ListError(f'{path} is not there: `make inventory` writes it; '
                        'then read what it has that other versions have not')
    inventory, all_versions = read_inventory(path), read_inventories(lists)
    tables = {}
    for list_name in ('builtins', 'cfuncs', 'types', 'attrs'):
        tables[list_name] = expand(read_list(lists, list_name, version),
                                   names_of(inventory, list_name), list_name,
                                   names_of(all_versions, list_name))
    add_packages(lists, tables)
    tables['slots'] = expand_slots(read_list(lists, 'slots', version),
                                   names_of(inventory, 'slots'),
                                   tables['types'],
                                   names_of(all_versions, 'slots'))
    tables['events'] = plain(read_list(lists, 'events', version))
    tables['mutable'] = read_mutable(lists, version)
    return tables


def generate(lists, version, out, no_inventory=False):
    tables = ({name: {} for name in SHOWN} if no_inventory
              else read_tables(lists, version))
    modules = read_list(lists, 'modules', version)
    grants = ([] if no_inventory else
              read_grants(lists, pair_gates(tables.values())))
    texts = Texts()
    out.write('/* Generated from stdlib-whitelist/ by gen.py.  Do not edit. '
              '*/\n#include "jailmod/lists.h"\n\n')
    for list_name, table in tables.items():
        write_table(out, texts, list_name, table)
    write_modules(out, modules)
    write_grants(out, grants)
    texts.write(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--version', required=True)
    parser.add_argument('--lists', required=True)
    parser.add_argument('--no-inventory', action='store_true')
    parser.add_argument('-o', dest='out', required=True)
    options = parser.parse_args()
    part = options.out + '.part'
    try:
        with open(part, 'w', encoding='utf-8') as out:
            generate(options.lists, options.version, out,
                     options.no_inventory)
    except (ListError, OSError) as error:
        sys.exit(f'gen.py: {error}')
    os.replace(part, options.out)


if __name__ == '__main__':
    main()
