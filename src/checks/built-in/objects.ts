import { databaseError } from "../../postgres/server-error.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Check, CheckFinding } from "../check.ts";

/** Not the object's fault: rights (42501), a limit (57014, 55P03). */
export const NOT_ITS_FAULT: ReadonlySet<string> = new Set(["42501", "57014", "55P03"]);

const viewBroken: Check = {
  id: "view-broken",
  title: "Every view can be queried",
  area: "structure",
  severity: "error",
  depth: "probed",
  phase: "both",
  async find({ catalog, ask }) {
    const findings: CheckFinding[] = [];
    for (const view of catalog.views) {
      try {
        await ask(`SELECT * FROM ${quoteQualified(view)} LIMIT 0`);
      } catch (error) {
        const code = databaseError(error)?.code;
        if (code === undefined || NOT_ITS_FAULT.has(code)) throw error;
        findings.push({
          object: quoteQualified(view),
          message: `The view ${quoteQualified(view)} cannot be queried: ${databaseError(error)?.message}.`,
        });
      }
    }
    return findings;
  },
};

const viewEmpty: Check = {
  id: "materialized-view-unpopulated",
  title: "Every materialized view was filled",
  area: "structure",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    catalog.materializedViews
      .filter(({ populated }) => !populated)
      .map((view) => ({
        object: quoteQualified(view),
        message: `${quoteQualified(view)} was never filled: queries of it fail.`,
        fix: `REFRESH MATERIALIZED VIEW ${quoteQualified(view)};`,
      })),
};

const extensionOutdated: Check = {
  id: "extension-outdated",
  title: "Extensions have the version that the server brings",
  area: "structure",
  severity: "info",
  depth: "catalog",
  phase: "both",
  async find({ ask }) {
    const rows = await ask<{ name: string; installed: string; available: string }>(
      `SELECT e.extname AS name, e.extversion AS installed, a.default_version AS available
         FROM pg_extension e JOIN pg_available_extensions a ON a.name = e.extname
        WHERE a.default_version <> e.extversion ORDER BY 1`,
    );
    return rows.map(({ name, installed, available }) => ({
      object: name,
      message: `The extension ${name} is at ${installed}; the server brings ${available}.`,
      fix: `ALTER EXTENSION ${quoteIdentifier(name)} UPDATE;`,
    }));
  },
};

const WITH_VERSION = 150_000;

const collationChanged: Check = {
  id: "collation-version-changed",
  title: "Texts are ordered as they were when their indexes were built",
  area: "structure",
  severity: "error",
  depth: "catalog",
  phase: "both",
  async find({ catalog, ask }) {
    const collations = await ask<{ name: string; was: string; is: string }>(
      `SELECT format('%I.%I', nspname, collname) AS name, collversion AS was, pg_collation_actual_version(c.oid) AS is
         FROM pg_collation c JOIN pg_namespace n ON n.oid = collnamespace
        WHERE collversion <> pg_collation_actual_version(c.oid) ORDER BY 1`,
    );
    const database =
      catalog.facts.server.version < WITH_VERSION
        ? []
        : await ask<{ name: string; was: string; is: string }>(
            `SELECT format('%I', datname) AS name, datcollversion AS was, pg_database_collation_actual_version(oid) AS is
               FROM pg_database WHERE datname = current_database() AND datcollversion <> pg_database_collation_actual_version(oid)`,
          );
    const because = (was: string, is: string): string =>
      `from version ${was} to ${is}: indexes over texts may miss rows, and unique ones let doubles in, until they are built anew`;
    return [
      ...collations.map(({ name, was, is }) => ({
        object: name,
        message: `The collation ${name} went ${because(was, is)}.`,
        fix: `REINDEX what uses it, then ALTER COLLATION ${name} REFRESH VERSION;`,
      })),
      ...database.map(({ name, was, is }) => ({
        object: name,
        message: `The default collation of the database ${name} went ${because(was, is)}.`,
        fix: `REINDEX DATABASE CONCURRENTLY ${name}; ALTER DATABASE ${name} REFRESH COLLATION VERSION;`,
      })),
    ];
  },
};

export const OBJECT_CHECKS: readonly Check[] = [viewBroken, viewEmpty, extensionOutdated, collationChanged];
