"""Let the database itself refuse to change a published version.

Models refuse too; this is for what goes past them (an update of a related query, a
hand in a shell). Deleting is left to the models and to the foreign keys that protect
a version, because test runs empty tables row by row. On SQLite a later migration
that rebuilds the table drops the trigger with it and must make it again.
"""

from __future__ import annotations

from django.db import migrations

TABLE = "bank_questionversion"
TRIGGER = "bank_version_never_changes"
MESSAGE = "a published version never changes"

SQLITE = f"""
CREATE TRIGGER {TRIGGER} BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
"""
POSTGRESQL = f"""
CREATE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END
$$;
CREATE TRIGGER {TRIGGER} BEFORE UPDATE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION {TRIGGER}()
"""


def make_trigger(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "sqlite":
        schema_editor.execute(SQLITE)
    elif vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        message = f"no trigger written for {vendor}"
        raise NotImplementedError(message)


def drop_trigger(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {TRIGGER} ON {TABLE}")
        schema_editor.execute(f"DROP FUNCTION {TRIGGER}()")
    else:
        schema_editor.execute(f"DROP TRIGGER {TRIGGER}")


class Migration(migrations.Migration):
    dependencies = [("bank", "0001_initial")]
    operations = [migrations.RunPython(make_trigger, drop_trigger)]
