import type { Session } from "../../postgres/session.ts";

/** Runs one query on a connection that nobody else uses meanwhile. */
export type Query = Session["query"];
