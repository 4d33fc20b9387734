import { customers, note, orders, stem } from "../changes.ts";
import { type FixtureTool, nodeProgram, npm, write } from "../fixture-tool.ts";

export const knex: FixtureTool = {
  name: "knex",
  install: (tools) => npm(tools, ["knex@3.3.0", "pg@8"]),
  notes: "Two batches of two.",
  apply(place) {
    write(place.project, {
      [`${stem(0)}.js`]: `exports.up = (knex) => knex.raw(\`${customers.up}\`);

exports.down = (knex) => knex.schema.dropTable("customers");
`,
      [`${stem(1)}.js`]: `exports.up = (knex) => knex.raw(\`${orders.up}\`);

exports.down = (knex) => knex.schema.dropTable("orders");
`,
    });
    const latest = `const knex = require("knex")({ client: "pg", connection: process.env.DATABASE_URL });
knex.migrate
  .latest({ directory: process.env.PROJECT, loadExtensions: [".js"] })
  .finally(() => knex.destroy());
`;
    nodeProgram(place, latest);
    write(place.project, {
      [`${stem(2)}.js`]: `exports.up = (knex) => knex.raw("${note.up}");

exports.down = (knex) =>
  knex.schema.alterTable("orders", (table) => {
    table.dropColumn("note");
  });
`,
      [`${stem(3)}.js`]: `exports.up = (knex) =>
  knex.schema.alterTable("orders", (table) => {
    table.index("customer_id", "orders_customer_id_idx");
  });

exports.down = (knex) =>
  knex.schema.alterTable("orders", (table) => {
    table.dropIndex("customer_id", "orders_customer_id_idx");
  });
`,
    });
    nodeProgram(place, latest);
  },
};
