"""Note for questions that are stored already what their authors said last.

Until now publishing was the only way to a state, so each question is in the state
that its author declared, and all that no document import gave came with the program.
A step of its own: PostgreSQL does not alter a table whose rows were just updated.
"""

from __future__ import annotations

from django.db import migrations
from django.db.models import F


def note_declared(apps, schema_editor):
    questions = apps.get_model("bank", "Question").objects.using(
        schema_editor.connection.alias
    )
    questions.update(declared=F("state"))
    questions.exclude(topic="imported").update(shipped=True)


class Migration(migrations.Migration):
    dependencies = [("bank", "0003_moves")]
    operations = [migrations.RunPython(note_declared, migrations.RunPython.noop)]
