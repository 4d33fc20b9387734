/**
 * Folder layouts the configuration may name; a test holds them against the layouts that can be read. `auto` finds the
 * layout out from the files.
 */
export const LAYOUTS = [
  "auto",
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
