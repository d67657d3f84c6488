"""The schema is declared by hand in plain dataclasses; pydantic checks here what it would have checked on import."""

from __future__ import annotations

import subprocess
import sys

from pydantic import TypeAdapter

from archkb.kb import schema


def test_the_declarations_have_the_types_they_say() -> None:
    for kind, declared in (
        (schema.Label, schema.PRIMARY + schema.ROLES),
        (schema.Relation, schema.RELATIONS),
    ):
        for one in declared:
            fields = {f: getattr(one, f) for f in kind.__dataclass_fields__}
            fields["properties"] = tuple({f: getattr(p, f) for f in p.__dataclass_fields__} for p in one.properties)
            assert TypeAdapter(kind).validate_python(fields) == one


def test_names_are_unique_and_everything_is_described() -> None:
    labels = schema.PRIMARY + schema.ROLES
    assert len({lab.name for lab in labels}) == len(labels)
    for lab in labels:
        assert lab.doc.endswith(".")
        assert len({p.name for p in lab.properties}) == len(lab.properties)
        assert all(p.doc.endswith(".") for p in lab.properties)


def test_relations_join_primary_labels() -> None:
    primary = {lab.name for lab in schema.PRIMARY}
    assert {end for r in schema.RELATIONS for end in (r.source, r.target)} <= primary


def test_a_role_label_repeats_no_property_of_a_module() -> None:
    own = {p.name for p in schema.properties("Module")}
    for role in schema.ROLES:
        assert not own & {p.name for p in role.properties}, role.name


def test_importing_the_schema_does_not_import_pydantic() -> None:
    code = "import sys, archkb.kb.store, archkb.kb.tables, archkb.kb.schema; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
