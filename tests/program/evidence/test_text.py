"""SQL text: tables by scope, columns that conditions mention, and what cannot be known."""

import pytest

from truthline.program.evidence.sqltext import HOLE, SqlTexts
from truthline.program.evidence.tables import Query, Table, names, wanted_table

POSTGRES = SqlTexts("postgres")


def described(query: Query) -> tuple[str, str, str]:
    """Tables read, tables written with operation and columns, columns constrained: each in order, blank-separated."""
    writes = [f"{write.operation}:{write.table}({','.join(sorted(write.columns))})" for write in sorted(query.writes)]
    constrained = [f"{column.table}.{column.name}" for column in sorted(query.constrained)]
    return " ".join(map(str, sorted(query.reads))), " ".join(writes), " ".join(constrained)


READS = [
    ("SELECT 1 FROM keys WHERE tenant = :t AND revoked IS NULL", "keys", "keys.revoked keys.tenant"),
    ('SELECT 1 FROM A, public."B" b WHERE a.X = b.y', "a public.B", "public.B.y a.x"),
    ("SELECT 1 FROM a JOIN b USING (t) LEFT JOIN c ON c.id = b.c AND c.ok", "a b c", "a.t b.c b.t c.id c.ok"),
    ("SELECT 1 FROM (a JOIN b ON a.i = b.i)", "a b", "a.i b.i"),
    ("SELECT 1 FROM a UNION SELECT 2 FROM b WHERE s = 1", "a b", "b.s"),
    ("SELECT (SELECT count(*) FROM e WHERE e.t = o.id) FROM o", "e o", "e.t o.id"),
    ("SELECT EXISTS (SELECT 1 FROM e x WHERE x.t = %(t)s)", "e", "e.t"),
    ("SELECT * FROM a, LATERAL (SELECT 1 FROM l WHERE l.x = a.y) q", "a l", "a.y l.x"),
    ("SELECT count(*) FILTER (WHERE s = 'x') FROM t", "t", "t.s"),
    ("SELECT CASE WHEN s = 'x' THEN 1 END FROM t ORDER BY s", "t", ""),
    ("SELECT s FROM t GROUP BY s HAVING s = $1", "t", "t.s"),
    ("SELECT x.s FROM (SELECT status AS s, id FROM e) x WHERE x.s = 'a'", "e", "e.status"),
    ("SELECT 1 FROM (SELECT * FROM e) x WHERE x.status = ?", "e", "e.status"),
    ("SELECT 1 FROM a JOIN b ON a.i = b.i WHERE b.status = %s", "a b", "a.i b.i b.status"),
    ("WITH keys AS (SELECT * FROM o WHERE q = 1) SELECT 1 FROM keys WHERE s = 1", "o", "o.q o.s"),
    ("WITH keys AS (SELECT * FROM keys WHERE s = 1) SELECT 1 FROM keys", "keys", "keys.s"),
    ("WITH k (z) AS (SELECT s FROM keys) SELECT 1 FROM k WHERE z = 1", "keys", "keys.s"),
    (
        "WITH RECURSIVE t AS (SELECT id FROM n WHERE p IS NULL UNION ALL SELECT n.id FROM n, t) SELECT 1 FROM t",
        "n",
        "n.p",
    ),
    ("SELECT 1 /* FROM keys */ FROM other -- keys", "other", ""),
    ("SELECT 'FROM keys' FROM other AS keys", "other", ""),
    ("SELECT 1 FROM generate_series(1, 3) keys", "", ""),
    ("-- FROM keys", "", ""),
    ("EXPLAIN SELECT 1 FROM keys", "", ""),
    ("LOCK TABLE keys", "", ""),
]


@pytest.mark.parametrize(("text", "reads", "constrained"), READS)
def test_reads(text: str, reads: str, constrained: str) -> None:
    found = POSTGRES.query(text)
    assert set(described(found)[0].split()) == set(reads.split())
    assert set(described(found)[2].split()) == set(constrained.split())
    assert (found.writes, found.unread, found.loose) == (frozenset(), frozenset(), frozenset())


WRITES = [
    ("REPLACE INTO tenants (state) SELECT s FROM keys", "keys", "upsert:tenants(state)", ""),
    ("/* a; b */ -- c\n REPLACE INTO tenants (state) SELECT s FROM keys", "keys", "upsert:tenants(state)", ""),
    ("PRAGMA foreign_keys = ON;", "", "", ""),
    ("UPDATE t SET a = 1 WHERE b = 2", "", "update:t(a)", "t.b"),
    ("UPDATE t SET a = 1 FROM o WHERE o.id = t.id RETURNING t.a", "o t", "update:t(a)", "o.id t.id"),
    ("UPDATE t SET a = (SELECT max(q) FROM z)", "z", "update:t(a)", ""),
    ("DELETE FROM t USING o WHERE o.id = t.id", "o", "delete:t()", "o.id t.id"),
    ("INSERT INTO t (a, b) VALUES (1, (SELECT max(id) FROM w))", "w", "insert:t(a,b)", ""),
    ("INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING", "", "insert:t(a)", ""),
    ("COPY t (a, b) FROM STDIN", "", "insert:t(a,b)", ""),
    ("COPY t TO STDOUT", "t", "", ""),
    ("COPY (SELECT 1 FROM t WHERE s = 1) TO STDOUT", "t", "", "t.s"),
    (
        "INSERT INTO t (a, b) SELECT x, y FROM z WHERE k = 1 ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING a",
        "z",
        "insert:t(a,b) upsert:t(b)",
        "z.k",
    ),
    (
        "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = (SELECT max(q) FROM z WHERE k = 1)",
        "z",
        "insert:t(a) upsert:t(a)",
        "z.k",
    ),
    ("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = 1", "s", "upsert:t(a)", "s.id t.id"),
    ("WITH x AS (UPDATE t SET a = 1 RETURNING *) SELECT 1 FROM x", "t", "update:t(a)", ""),
    ("TRUNCATE t", "", "delete:t()", ""),
    ("BEGIN; INSERT INTO t (a) VALUES (1); COMMIT", "", "insert:t(a)", ""),
]


@pytest.mark.parametrize(("text", "reads", "writes", "constrained"), WRITES)
def test_writes(text: str, reads: str, writes: str, constrained: str) -> None:
    assert described(POSTGRES.query(text)) == (reads, writes, constrained)


PARTS_UNKNOWN = [
    ("SELECT 1 FROM {} WHERE a = 1", "", "", True),
    ("SELECT 1 FROM t_{}", "", "", True),
    ("SELECT 1 FROM t WHERE id = '{}'", "t", "t.id", False),
    ("SELECT 1 FROM t WHERE id IN ({}) ORDER BY {} LIMIT {}", "t", "t.id", False),
    ("SELECT 1 FROM t WHERE a = 1 AND {}", "t", "t.a", True),
    ("SELECT 1 FROM t WHERE a = 1 {}", "t", "t.a", True),
    ("SELECT {} FROM t", "t", "", True),
]


@pytest.mark.parametrize(("text", "reads", "constrained", "unread"), PARTS_UNKNOWN)
def test_a_part_that_is_not_known(text: str, reads: str, constrained: str, unread: bool) -> None:
    found = POSTGRES.query(text.replace("{}", HOLE))
    assert (described(found)[0], described(found)[2], bool(found.unread)) == (reads, constrained, unread)


@pytest.mark.parametrize("text", ["SELECT FROM WHERE", "DO $$ BEGIN PERFORM 1 FROM keys; END $$", "CALL fill_keys()"])
def test_what_cannot_be_read_says_so(text: str) -> None:
    found = POSTGRES.query(text)
    assert found.unread
    assert not found.reads


@pytest.mark.parametrize(
    ("wanted", "table", "same"),
    [
        ("keys", Table("keys"), True),
        ("keys", Table("keys", "public"), True),
        ("keys", Table("keys", "archive"), False),
        ("archive.keys", Table("keys", "archive"), True),
        ("archive.keys", Table("keys", "public"), False),
        ("archive.keys", Table("keys"), True),
        ("Keys", Table("keys"), True),
        ("keys", Table("Keys"), False),
    ],
)
def test_names_of_tables(wanted: str, table: Table, same: bool) -> None:
    assert names(wanted_table(wanted), table) is same


def test_quoting_by_dialect() -> None:
    assert described(POSTGRES.query('SELECT 1 FROM "Keys"'))[0] == "Keys"
    assert described(SqlTexts("sqlite").query('SELECT 1 FROM "Keys"'))[0] == "keys"
    assert described(SqlTexts("mysql").query("SELECT 1 FROM `keys` WHERE `a` = %s")) == ("keys", "", "keys.a")
