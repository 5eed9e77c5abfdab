"""The prices that both providers listed in November 2026.

The file belongs to this migration and is not changed any more. A price that somebody
has entered already is left as it is.
"""

import csv
from pathlib import Path

from django.db import migrations

SHIPPED = Path(__file__).resolve().parent.parent / "prices" / "2026-11-22.csv"


def load(apps, schema_editor):
    Price = apps.get_model("billing", "Price")
    with SHIPPED.open(encoding="utf-8", newline="") as lines:
        rows = [Price(**row) for row in csv.DictReader(lines)]
    prices = Price.objects.using(schema_editor.connection.alias)
    prices.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_prices")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
