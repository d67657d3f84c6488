"""Constraints and indexes as Cypher text, derived from :mod:`archkb.kb.schema`. Only what Neo4j Community has.

Both stores understand both forms of an index. ArcadeDB gets `(property, uid)`: with `model` or `kind` alone,
thousands of nodes share one key, and removing them costs the square of their number (measured: 10,000 nodes 11 s
instead of 0.1 s). It uses the wide index for the first column alone where a query begins with it; Neo4j does not, and
has no such cost.

Behind a WITH, in a subquery and for COUNT ArcadeDB uses an index of one column only, and else reads all nodes of the
label. So roles of which a structure has few have one of `structure` alone; Neo4j needs one a role, since it uses the
index of :Module for no pattern that names the role.
"""

from __future__ import annotations

from archkb.kb import schema


def constraints() -> tuple[str, ...]:
    """One uniqueness constraint on `uid` a primary label.

    >>> constraints()[0]
    'CREATE CONSTRAINT IF NOT EXISTS FOR (n:Model) REQUIRE n.uid IS UNIQUE'
    """
    labels = (*(label.name for label in schema.PRIMARY), "Meta")
    return tuple(f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:{name}) REQUIRE n.uid IS UNIQUE" for name in labels)


MANY = (*schema.INFERRED, "Setting")
"""Labels of which thousands of nodes share a key and go together."""
FEW = ("Component", "Stack", "Attention", "FeedForward", "Embedding", "Recurrent")
"""Roles of which a structure has hundreds of nodes at most: removing them costs little, though they share a key."""


def role_indexes(wide_keys: bool) -> tuple[str, ...]:
    """Indexes by which modules of a role are found in a structure: of all roles, of those in FEW where keys are wide.

    >>> len(role_indexes(wide_keys=True)), len(role_indexes(wide_keys=False))
    (6, 10)
    """
    roles = [role.name for role in schema.ROLES if not wide_keys or role.name in FEW]
    return tuple(f"CREATE INDEX IF NOT EXISTS FOR (n:{name}) ON (n.{schema.STRUCTURE})" for name in roles)


def indexes(wide_keys: bool) -> tuple[str, ...]:
    """One range index an `indexed` property of a primary label.

    >>> indexes(wide_keys=True)[0]
    'CREATE INDEX IF NOT EXISTS FOR (n:Model) ON (n.name)'
    >>> [index for index in indexes(wide_keys=True) if "Stream" in index]
    ['CREATE INDEX IF NOT EXISTS FOR (n:Stream) ON (n.structure, n.uid)']
    """
    tails = dict.fromkeys(MANY, ", n.uid") if wide_keys else {}
    return tuple(
        f"CREATE INDEX IF NOT EXISTS FOR (n:{label.name}) ON (n.{prop.name}{tails.get(label.name, '')})"
        for label in schema.PRIMARY
        for prop in label.properties
        if prop.indexed
    )


def statements(wide_keys: bool) -> tuple[str, ...]:
    """All of them, constraints first."""
    return constraints() + indexes(wide_keys) + role_indexes(wide_keys)
