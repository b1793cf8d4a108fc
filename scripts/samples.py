#!/usr/bin/env python3
"""usage: samples.py JAR DIR

Turns an HSQLDB data jar (chinook-data-hsqldb, foodmart-data-hsqldb) into DIR/mysql.sql, DIR/postgres.sql, DIR/sqlite.sql and
DIR/sqlite.db, and writes the number of rows of each table to DIR/rows.tsv. A database of any name can take them.
SQLite gets no foreign keys: it cannot add one to a table that exists."""
import pathlib, re, sqlite3, sys, zipfile

ROWS_PER_INSERT = 500
INSERT = re.compile(r'INSERT INTO (?:"\w+"\.)?("\w+") VALUES(.*)\n?$')
DEFINITION = re.compile(r'CREATE MEMORY TABLE|CREATE (?:UNIQUE )?INDEX|ALTER TABLE')
UNICODE = re.compile(r'\\u([0-9a-fA-F]{4})')

MYSQL_HEAD = """SET NAMES utf8mb4;
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', foreign_key_checks = 0, unique_checks = 0, autocommit = 0;
"""


class Dialect:
    def __init__(self, path, head):
        self.file = open(path, "w", encoding="utf-8", newline="\n")
        self.file.write(head)

    def table(self, text):
        return text

    def constraint(self, text):
        return text + ";\n"

    def close(self):
        self.file.write("COMMIT;\n")
        self.file.close()


class MySql(Dialect):
    def table(self, text):
        return re.sub(r"\bTIMESTAMP\b(?:\(\d\))?", "DATETIME", text) + " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"


class Postgres(Dialect):
    def table(self, text):
        return re.sub(r"\bDOUBLE\b", "DOUBLE PRECISION", text)


class Sqlite(Dialect):
    def constraint(self, text):
        return "" if text.startswith("ALTER") else text + ";\n"


def statements(lines):
    """(kind, table, text): each table's rows together, indexes and keys last, so that loading is fast and any order of tables will do."""
    table, rows, late = None, [], []
    for line in lines:
        insert = INSERT.match(line)
        if insert:
            name, row = insert.groups()
            if rows and (name != table or len(rows) == ROWS_PER_INSERT):
                yield "rows", table, rows
                rows = []
            table = name
            rows.append(UNICODE.sub(lambda found: chr(int(found[1], 16)), row) if "\\u" in row else row)
        elif DEFINITION.match(line):
            text = re.sub(r'"(?:chinook|foodmart)"\.', "", line.strip())
            if text.startswith("CREATE MEMORY TABLE"):
                yield "table", None, text.replace("CREATE MEMORY TABLE", "CREATE TABLE")
            else:
                late.append(text)
    if rows:
        yield "rows", table, rows
    for text in late:
        yield "constraint", None, text


def main(jar, out):
    out = pathlib.Path(out)
    dialects = [
        MySql(out / "mysql.sql", MYSQL_HEAD),
        Postgres(out / "postgres.sql", "SET client_min_messages = warning;\nSET standard_conforming_strings = on;\nBEGIN;\n"),
        Sqlite(out / "sqlite.sql", "BEGIN;\n"),
    ]
    counts = {}
    with zipfile.ZipFile(jar) as archive:
        [script] = [name for name in archive.namelist() if name.endswith(".script")]
        with archive.open(script) as raw:
            for kind, table, text in statements(line.decode("ascii") for line in raw):
                if kind == "rows":
                    counts[table] = counts.get(table, 0) + len(text)
                    insert = f"INSERT INTO {table} VALUES " + ",\n".join(text) + ";\n"
                for dialect in dialects:
                    if kind == "rows":
                        dialect.file.write(insert)
                    elif kind == "table":
                        dialect.file.write(dialect.table(text) + ";\n")
                    else:
                        dialect.file.write(dialect.constraint(text))
    for dialect in dialects:
        dialect.close()
    with open(out / "rows.tsv", "w") as file:
        for table, count in sorted(counts.items()):
            file.write(f"{table[1:-1]}\t{count}\n")
    database = sqlite3.connect(out / "sqlite.db")
    database.executescript((out / "sqlite.sql").read_text(encoding="utf-8"))
    database.close()


main(*sys.argv[1:])
