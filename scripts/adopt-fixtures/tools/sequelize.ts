import { customers, orders, stem } from "../changes.ts";
import { type FixtureTool, nodeProgram, npm, write } from "../fixture-tool.ts";

export const sequelize: FixtureTool = {
  name: "sequelize",
  install: (tools) => `${npm(tools, ["umzug@3.8.3", "pg@8"])}, ${npm(tools, ["sequelize@6.37.8"])}`,
  notes: "",
  apply(place) {
    write(place.project, {
      [`${stem(0)}.js`]: `"use strict";

module.exports = {
  up: (queryInterface) => queryInterface.sequelize.query(\`${customers.up}\`),
  down: (queryInterface) => queryInterface.dropTable("customers"),
};
`,
      [`${stem(1)}.js`]: `"use strict";

module.exports = {
  up: (queryInterface) => queryInterface.sequelize.query(\`${orders.up}\`),
  down: (queryInterface) => queryInterface.dropTable("orders"),
};
`,
      [`${stem(2)}.js`]: `"use strict";

module.exports = {
  up: (queryInterface, Sequelize) => queryInterface.addColumn("orders", "note", { type: Sequelize.TEXT }),
  down: (queryInterface) => queryInterface.removeColumn("orders", "note"),
};
`,
      [`${stem(3)}.js`]: `"use strict";

module.exports = {
  up: (queryInterface) =>
    queryInterface.addIndex("orders", { fields: ["customer_id"], name: "orders_customer_id_idx" }),
  down: (queryInterface) => queryInterface.removeIndex("orders", "orders_customer_id_idx"),
};
`,
    });
    nodeProgram(
      place,
      `const { Sequelize } = require("sequelize");
const { Umzug, SequelizeStorage } = require("umzug");
(async () => {
  const sequelize = new Sequelize(process.env.DATABASE_URL, { logging: false });
  const umzug = new Umzug({
    migrations: {
      glob: process.env.PROJECT + "/*.js",
      resolve: ({ name, path, context }) => {
        const migration = require(path);
        return {
          name,
          up: async () => migration.up(context, Sequelize),
          down: async () => migration.down(context, Sequelize),
        };
      },
    },
    context: sequelize.getQueryInterface(),
    storage: new SequelizeStorage({ sequelize }),
    logger: undefined,
  });
  await umzug.up();
  await sequelize.close();
})();
`,
    );
  },
};
