"""What alembic's autogenerate finds between a database and metadata, as SQL.

reflect FROM TO FILE: keeps the metadata of the database TO in the file, which stands for the classes that a user has.
compare FROM TO FILE: prints the SQL that leads from the database FROM to the metadata in the file.
"""

import pickle
import sys

from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import MetaData, create_engine


def reflect(target, file):
    metadata = MetaData()
    metadata.reflect(create_engine(target))
    with open(file, "wb") as out:
        pickle.dump(metadata, out)


def compare(source, file):
    with open(file, "rb") as kept:
        metadata = pickle.load(kept)
    with create_engine(source).connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        found = produce_migrations(context, metadata)
        offline = MigrationContext.configure(
            dialect=connection.dialect,
            opts={"as_sql": True, "output_buffer": sys.stdout, "target_metadata": metadata},
        )
        operations = Operations(offline)
        pending = list(found.upgrade_ops.ops)
        while pending:
            one = pending.pop(0)
            if hasattr(one, "ops"):
                pending = list(one.ops) + pending
            else:
                operations.invoke(one)


verb, source, target, file = sys.argv[1:]
if verb == "reflect":
    reflect(target, file)
else:
    compare(source, file)
