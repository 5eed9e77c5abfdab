from django.db import migrations

# A sample of millions of charges has hardly two of the same call. From that PostgreSQL
# concludes that there are few calls of many charges each, and reads the whole table to
# add up a day. A call has some twenty charges: of a hundred, five begin another one.
TELL = "ALTER TABLE billing_charge ALTER COLUMN call_id SET (n_distinct = -0.05)"
FORGET = "ALTER TABLE billing_charge ALTER COLUMN call_id RESET (n_distinct)"


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_words_of_budgets")]

    operations = [migrations.RunSQL(TELL, FORGET)]
