import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Change, customers, index, note, orders } from "../changes.ts";
import { type FixtureTool, run, write } from "../fixture-tool.ts";

const VERSION = "1.20.1";

function python(tools: string, program: string): string {
  const folder = join(tools, "venv");
  if (!existsSync(join(folder, "bin/alembic"))) {
    run("python3", ["-m", "venv", folder], tools);
    run(join(folder, "bin/pip"), ["install", "-q", `alembic==${VERSION}`, "psycopg[binary]"], tools);
  }
  return join(folder, "bin", program);
}

const revision = ({ name, up, down }: Change, id: string, parent: string): string => `"""${name.replaceAll("_", " ")}

Revision ID: ${id}
Revises: ${parent.replaceAll(/[("')]/g, "")}
Create Date: 2024-01-02 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op


# revision identifiers, used by Alembic.
revision: str = "${id}"
down_revision: Union[str, Sequence[str], None] = ${parent}
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.execute("""${up.replace(/;$/, "")}""")


def downgrade() -> None:
    op.execute("""${down.replace(/;$/, "")}""")
`;

export const alembic: FixtureTool = {
  name: "alembic",
  install(tools) {
    python(tools, "alembic");
    return `alembic ${VERSION}`;
  },
  notes:
    "Two branches and a merge: `9c1f` (customers), then `41ae` (orders) and `e07b` (note)\n" +
    "on the one side, `b3d8` (phone) on the other, and the merge `f5a2`, which builds the index. The\n" +
    "history table holds the one head.",
  apply(place) {
    const phone: Change = {
      name: "add_customers_phone",
      up: "ALTER TABLE customers ADD COLUMN phone text;",
      down: "ALTER TABLE customers DROP COLUMN phone;",
    };
    write(place.project, {
      "env.py": `import os

from alembic import context
from sqlalchemy import create_engine

engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"))
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
`,
      "script.py.mako": `"""\${message}"""
revision = \${repr(up_revision)}
down_revision = \${repr(down_revision)}


def upgrade():
    pass


def downgrade():
    pass
`,
      "versions/9c1f0a52d7e4_create_customers.py": revision(customers, "9c1f0a52d7e4", "None"),
      "versions/41ae77c0b913_create_orders.py": revision(orders, "41ae77c0b913", '"9c1f0a52d7e4"'),
      "versions/e07b5d3f8a26_add_orders_note.py": revision(note, "e07b5d3f8a26", '"41ae77c0b913"'),
      "versions/b3d8416ef09c_add_customers_phone.py": revision(phone, "b3d8416ef09c", '"9c1f0a52d7e4"'),
      "versions/f5a2c98e1d70_index_orders_customer.py": revision(
        index,
        "f5a2c98e1d70",
        '("e07b5d3f8a26", "b3d8416ef09c")',
      ),
    });
    write(place.scratch, { "alembic.ini": `[alembic]\nscript_location = ${place.project}\npath_separator = os\n` });
    run(python(place.tools, "alembic"), ["-c", "alembic.ini", "upgrade", "head"], place.scratch, {
      DATABASE_URL: place.url,
      PYTHONDONTWRITEBYTECODE: "1",
    });
  },
};
