from django.db import migrations, models

# The index behind `unique` goes on under the constraint's name; the second one, for
# keys that begin alike, was never used and cost every entry its time.
FORWARDS = """
DROP INDEX IF EXISTS billing_charge_key_e533c3fb_like;
ALTER TABLE billing_charge
    RENAME CONSTRAINT billing_charge_key_key TO billing_charge_once;
"""
BACKWARDS = """
ALTER TABLE billing_charge
    RENAME CONSTRAINT billing_charge_once TO billing_charge_key_key;
CREATE INDEX billing_charge_key_e533c3fb_like
    ON billing_charge (key varchar_pattern_ops);
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_ledger")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARDS, BACKWARDS)],
            state_operations=[
                migrations.AlterField(
                    model_name="charge",
                    name="key",
                    field=models.CharField(max_length=160),
                ),
                migrations.AddConstraint(
                    model_name="charge",
                    constraint=models.UniqueConstraint(
                        fields=["key"], name="billing_charge_once"
                    ),
                ),
            ],
        )
    ]
