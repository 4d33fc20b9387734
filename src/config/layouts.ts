/** Folder layouts the configuration may name; a test holds them against the layouts that can be read. */
export const LAYOUTS = [
  "lockkeeper",
  "node-pg-migrate",
  "dbmate",
  "goose",
  "golang-migrate",
  "prisma",
  "drizzle",
  "knex",
  "graphile-migrate",
  "flyway",
  "alembic",
  "typeorm",
  "sequelize",
  "kysely",
] as const;

export type Layout = (typeof LAYOUTS)[number];
