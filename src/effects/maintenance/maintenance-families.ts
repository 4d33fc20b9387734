import type { Families } from "../family.ts";
import { cluster } from "./cluster.ts";
import { lockTables } from "./lock-tables.ts";
import { refresh } from "./refresh.ts";
import { vacuum } from "./vacuum.ts";

export const MAINTENANCE_FAMILIES: Families = {
  VacuumStmt: vacuum,
  ClusterStmt: cluster,
  RefreshMatViewStmt: refresh,
  LockStmt: lockTables,
};
