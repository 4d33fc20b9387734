import type { Contender } from "../contender.ts";
import { dbmate } from "./dbmate.ts";
import { drizzle } from "./drizzle.ts";
import { golangMigrate } from "./golang-migrate.ts";
import { goose } from "./goose.ts";
import { graphileMigrate } from "./graphile-migrate.ts";
import { kysely } from "./kysely.ts";
import { lockkeeper } from "./lockkeeper.ts";
import { nodePgMigrate } from "./node-pg-migrate.ts";
import { psql } from "./psql.ts";

export const CONTENDERS: readonly Contender[] = [
  psql,
  nodePgMigrate,
  drizzle,
  kysely,
  graphileMigrate,
  dbmate,
  golangMigrate,
  goose,
  lockkeeper,
];
