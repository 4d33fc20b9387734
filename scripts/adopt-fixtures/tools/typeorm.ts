import { type Change, changes, MILLISECONDS } from "../changes.ts";
import { type FixtureTool, nodeProgram, npm, write } from "../fixture-tool.ts";

const pascal = (name: string): string =>
  name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

const migration = ({ name, up, down }: Change, milliseconds: string): string => `module.exports = class ${pascal(
  name,
)}${milliseconds} {
  name = "${pascal(name)}${milliseconds}";

  async up(queryRunner) {
    await queryRunner.query(\`${up}\`);
  }

  async down(queryRunner) {
    await queryRunner.query(\`${down}\`);
  }
};
`;

export const typeorm: FixtureTool = {
  name: "typeorm",
  install: (tools) => npm(tools, ["typeorm@1.1.1", "pg@8"]),
  notes: "",
  apply(place) {
    write(
      place.project,
      Object.fromEntries(
        changes.map((change, position) => {
          const milliseconds = MILLISECONDS[position] ?? "";
          return [`${milliseconds}-${pascal(change.name)}.js`, migration(change, milliseconds)];
        }),
      ),
    );
    nodeProgram(
      place,
      `const { DataSource } = require("typeorm");
(async () => {
  const source = new DataSource({
    type: "postgres",
    url: process.env.DATABASE_URL,
    migrations: [process.env.PROJECT + "/*.js"],
  });
  await source.initialize();
  await source.runMigrations();
  await source.destroy();
})();
`,
    );
  },
};
