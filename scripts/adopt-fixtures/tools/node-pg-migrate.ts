import { customers, MILLISECONDS, note, stem } from "../changes.ts";
import { type FixtureTool, node, npm, write } from "../fixture-tool.ts";

export const nodePgMigrate: FixtureTool = {
  name: "node-pg-migrate",
  install: (tools) => npm(tools, ["node-pg-migrate@9.0.0", "pg@8"]),
  notes:
    "Two runs of two migrations each: the rows of a run carry the same time, because a run is one transaction. One file\n" +
    "is SQL with sections, one is SQL without, two are JavaScript.",
  apply(place) {
    const up = (): string =>
      node(place, "node-pg-migrate/bin/node-pg-migrate.js", ["up", "-m", place.project], place.scratch);
    write(place.project, {
      [`${stem(0, MILLISECONDS)}.sql`]: `-- Up Migration
${customers.up}

-- Down Migration
${customers.down}
`,
      [`${stem(1, MILLISECONDS)}.js`]: `export const shorthands = undefined;

export const up = (pgm) => {
  pgm.createTable("orders", {
    id: { type: "bigint", primaryKey: true, sequenceGenerated: { precedence: "ALWAYS" } },
    customer_id: { type: "bigint", notNull: true, references: "customers" },
    total: { type: "numeric(10, 2)", notNull: true, default: 0 },
  });
};

export const down = (pgm) => {
  pgm.dropTable("orders");
};
`,
    });
    up();
    write(place.project, {
      [`${stem(2, MILLISECONDS)}.sql`]: `${note.up}\n`,
      [`${stem(3, MILLISECONDS)}.js`]: `export const up = (pgm) => {
  pgm.createIndex("orders", "customer_id", { name: "orders_customer_id_idx" });
};
`,
    });
    up();
  },
};
