"""The tool `inventory`: what the packages of a policy add to the interpreter.

    immure-zygote --tool inventory FILE|NAME [--allow-import M|--env DIR]...

C functions, C types, getsets and members, as stdlib-whitelist/inventory-*.list
has them.  Slots are ruled by their names alone: slots.list has them all."""
import _immure_boot
import _immure_policy
import _immure_survey
import _jail


def main(args):
    policy = _immure_policy.from_options(args)
    _immure_boot.install_stand_ins()
    _immure_boot.import_listed()
    before = _jail.survey()
    _immure_boot.import_packages(policy)
    new = {entry for entry in _jail.survey() - before if entry[0] != "slot"}
    print("\n".join(_immure_survey.show(new)))
    return 0
