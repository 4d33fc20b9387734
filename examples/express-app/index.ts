/**
 * A shop that brings its database up to date when it starts, says whether it is ready, and keeps selling what it can
 * when it is not.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import express, { type ErrorRequestHandler } from "express";
import pg from "pg";
import { pino } from "pino";
// In a project of yours: from "lockkeeper".
import { LockkeeperError, migrate, readiness, readinessHandlers } from "../../src/index.ts";

const url = process.env["DATABASE_URL"];
if (url === undefined) {
  throw new Error("Set DATABASE_URL, for example postgres://postgres:postgres@localhost:5432/shop");
}
const logger = pino();
const migrations = join(import.meta.dirname, "migrations");
const pool = new pg.Pool({ connectionString: url });
pool.on("error", (error) => logger.warn({ error: error.message }, "an idle connection was lost"));

// Asked at most every two seconds, however many probes and requests there are.
const probe = await readiness({ url, migrations, tables: ["products", "orders"], cacheMs: 2_000 });
const app = express();
app.use(express.json());
app.use(readinessHandlers(probe).express);

/** What was read last: while the database is not what we need, people can still look. */
let lastProducts: readonly unknown[] | undefined;

app.get("/products", async (_request, response) => {
  const verdict = await probe.check();
  if (verdict.ready) {
    lastProducts = (await pool.query("SELECT id, name, price FROM products ORDER BY id")).rows;
  } else {
    response.setHeader("x-degraded", verdict.reason);
  }
  if (lastProducts === undefined) {
    response.status(503).json({ error: "The catalogue is not there yet." });
    return;
  }
  response.json(lastProducts);
});

/** An order that cannot be kept is refused: only reads are served from memory. */
app.post("/orders", async (request, response) => {
  const verdict = await probe.check();
  if (!verdict.ready) {
    response.setHeader("retry-after", "5");
    response.status(503).json({ error: "Orders are closed for the moment.", reason: verdict.reason });
    return;
  }
  const { product, quantity } = (request.body ?? {}) as { readonly product?: unknown; readonly quantity?: unknown };
  if (!Number.isInteger(product) || !Number.isInteger(quantity)) {
    response.status(400).json({ error: "An order needs a product and a quantity, both whole numbers." });
    return;
  }
  const { rows } = await pool.query("INSERT INTO orders (product_id, quantity) VALUES ($1, $2) RETURNING id", [
    product,
    quantity,
  ]);
  response.status(201).json(rows[0]);
});

/** Express would answer with a page of HTML. What went wrong inside is for our log and not for the customer. */
const answerErrors: ErrorRequestHandler = (error: Error & { readonly status?: number }, _request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const { status = 500 } = error;
  if (status >= 500) {
    logger.error({ error: error.message }, "a request failed");
  }
  response.status(status).json({ error: status < 500 ? error.message : "This did not work; please try again." });
};
app.use((_request, response) => {
  response.status(404).json({ error: "There is no such page." });
});
app.use(answerErrors);

// It listens before it migrates: the process lives, and whoever balances the load sees that it is not ready yet.
const server = createServer(app).listen(Number(process.env["PORT"] ?? 3000), () => {
  logger.info({ port: (server.address() as AddressInfo).port }, "listening");
});

const shutdown = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    shutdown.abort();
    server.close(() => void pool.end());
    server.closeIdleConnections();
  });
}

await bringUpToDate();

/** Of many replicas one migrates. What may pass is tried again; anything else leaves us unready for people to look at. */
async function bringUpToDate(): Promise<void> {
  while (!shutdown.signal.aborted) {
    try {
      const { applied, inForce } = await migrate({
        ...(url === undefined ? {} : { url }),
        migrations,
        logger,
        signal: shutdown.signal,
      });
      logger.info({ applied, inForce }, "the schema is up to date");
      return;
    } catch (error) {
      logger.error({ error: error instanceof LockkeeperError ? error.toJSON() : String(error) }, "not migrated");
      if (!(error instanceof LockkeeperError && error.retryable)) {
        return;
      }
      await sleep(5_000, undefined, { signal: shutdown.signal }).catch(() => {});
    }
  }
}
