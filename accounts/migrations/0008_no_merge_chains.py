"""An account is merged into a living one: no chains, no circles, whoever writes the row."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION accounts_no_merge_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.merged_into_id IS NULL THEN
        RETURN NEW;
    END IF;
    -- The lock makes two merges that would close a circle wait for each other.
    PERFORM 1 FROM accounts_user WHERE id = NEW.merged_into_id AND merged_into_id IS NULL FOR SHARE;
    IF NOT FOUND OR NEW.merged_into_id = NEW.id THEN
        RAISE EXCEPTION 'the surviving account is merged itself'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'user_merged_into_living';
    END IF;
    IF EXISTS (SELECT 1 FROM accounts_user WHERE merged_into_id = NEW.id) THEN
        RAISE EXCEPTION 'other accounts are merged into this one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'user_merged_into_living';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER user_no_merge_chain BEFORE INSERT OR UPDATE OF merged_into_id ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION accounts_no_merge_chain();
"""
BACKWARDS = """
DROP TRIGGER user_no_merge_chain ON accounts_user;
DROP FUNCTION accounts_no_merge_chain();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_citizens_doors")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS, elidable=False)]
