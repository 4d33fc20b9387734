import type { AlterEventTrigStmt } from "libpg-query";
import { quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { firingOf } from "./alter-firing.ts";
import { capture } from "./capture.ts";
import { one, text } from "./sql-text.ts";

export const undoAlterEventTrigger = ({ trigname = "" }: AlterEventTrigStmt): readonly UndoItem[] => [
  capture(
    `SELECT e.* FROM pg_event_trigger e WHERE e.evtname = ${quoteLiteral(trigname)}`,
    one(text`ALTER EVENT TRIGGER ${"quote_ident(t.evtname)"} ${firingOf("t.evtenabled")}`),
  ),
];
