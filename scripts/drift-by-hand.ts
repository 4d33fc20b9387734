/**
 * Changes objects of every kind by hand, one after the other and each in a database of its own, or several in one, and looks at what `lockkeeper drift` makes of
 * it: whether it names the object, whether the migration that takes the change back does, and whether the one that accepts it makes another
 * database the same. Then it takes the schemas of the differ's pairs for what was there and for what somebody made of it.
 *
 * node scripts/drift-by-hand.ts [--major 18] [--only "part of the SQL or name"] [--every 1] [--pairs 20] [--together 1]
 *
 * `--pairs`: every how many of the pairs are taken; 0 takes none. `--together`: how many changes are made in one database, which is far
 * quicker; those that fail so are judged each alone.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { migrate } from "../src/index.ts";
import { readProject } from "../src/migrations/read-project.ts";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { connect, type Session } from "../src/postgres/session.ts";
import { acceptDrift } from "../src/run/drift/accept-drift.ts";
import { type Drift, lookForDrift } from "../src/run/drift/drift-of.ts";
import { reconcile } from "../src/run/drift/reconcile.ts";
import { DEFAULT_POLICY } from "../src/run/policy.ts";
import { Stop } from "../src/run/stop.ts";
import { observe } from "../test/support/diff/observe.ts";
import { PAIRS } from "../test/support/diff/pairs/all.ts";
import { withDatabase } from "../test/support/diff/with-database.ts";
import { BY_HAND, type ByHand, SHOP, WITHOUT_STATEMENTS } from "../test/support/drift/by-hand.ts";
import { LARGER_SHOP, MORE_BY_HAND, MORE_WITHOUT_STATEMENTS } from "../test/support/drift/more-by-hand.ts";
import { sideBySide } from "../test/support/side-by-side.ts";

const { values } = parseArgs({
  options: {
    major: { type: "string", default: "18" },
    only: { type: "string", default: "" },
    every: { type: "string", default: "1" },
    pairs: { type: "string", default: "20" },
    together: { type: "string", default: "1" },
  },
});

/** A schema, and what somebody makes of it behind the back of the migrations. */
interface Case {
  readonly name: string;
  readonly schema: string;
  readonly changes: readonly string[];
  /** What has to be told; undefined where anything may be. */
  readonly told: readonly string[] | undefined;
  readonly isReconciled: boolean;
}

const major = Number(values.major);
const server = await startEmbeddedServer({
  major,
  settings: { fsync: "off", wal_level: "logical", max_connections: "80", log_min_messages: "fatal" },
});
const folder = mkdtempSync(join(tmpdir(), "lockkeeper-by-hand-"));
const policy = { ...DEFAULT_POLICY, drops: "direct", renames: "direct" } as const;
/** Databases that a schema was migrated into, for copies: one schema is what many cases begin with. */
const migrated = new Map<string, Promise<string>>();
const counted = { cases: 0, wrong: 0, unproven: 0 };
try {
  await using admin = await connect(server.url());
  const cases = [
    ...BY_HAND.map((one) => caseOf(SHOP, one, true)),
    ...WITHOUT_STATEMENTS.map((one) => caseOf(SHOP, one, false)),
    ...MORE_BY_HAND.map((one) => caseOf(LARGER_SHOP, one, true)),
    ...MORE_WITHOUT_STATEMENTS.map((one) => caseOf(LARGER_SHOP, one, false)),
    ...(await pairCases(admin)),
  ].filter(({ name }, index) => name.includes(values.only) && index % Number(values.every) === 0);
  await sideBySide(together(cases), (group) => judge(admin, group), 2);
  console.log(
    `PostgreSQL ${major}: ${counted.cases - counted.wrong} of ${counted.cases} hold; ${counted.unproven} were written without a proof.`,
  );
  process.exitCode = counted.wrong === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
}

function caseOf(schema: string, [sql, ...told]: ByHand, isReconciled: boolean): Case {
  return { name: sql, schema, changes: [sql], told, isReconciled };
}

/** Neighbours in the lists change the same object and come into groups of their own. */
function together(cases: readonly Case[]): readonly (readonly Case[])[] {
  const alike = Map.groupBy(cases, ({ schema, isReconciled }) => `${isReconciled} ${schema}`);
  return [...alike.values()].flatMap((all) => {
    const count = Math.ceil(all.length / Number(values.together));
    return Array.from({ length: count }, (_, first) => all.filter((__, index) => index % count === first));
  });
}

/** The way from one schema of a pair to the other is what the differ says; whether that is right is judged elsewhere. */
async function pairCases(admin: Session): Promise<readonly Case[]> {
  const every = Number(values.pairs);
  if (every === 0) return [];
  const { readCatalog } = await import("../src/catalog/read-catalog.ts");
  const { diffCatalogs } = await import("../src/diff/diff-catalogs.ts");
  const pairs = Object.entries(PAIRS)
    .flatMap(([kind, all]) => all.map((pair) => ({ ...pair, kind })))
    .filter(
      ({ since, until, difference, oneWay }) => since <= major && major <= until && difference === "told" && !oneWay,
    )
    .filter(({ kind, name }, index) => index % every === 0 && titleOf(kind, name).includes(values.only));
  const cases: Case[] = [];
  for (const { kind, name, given, a, b } of pairs) {
    const [from, to] = [await catalogOf(given, a), await catalogOf(given, b)];
    const changes = diffCatalogs(from, to, { role: "postgres" }).statements.map(({ sql }) => sql);
    const schema = [given, a].filter((part) => part !== "").map((part) => `${part};\n`);
    if (changes.length > 0)
      cases.push({ name: titleOf(kind, name), schema: schema.join(""), changes, told: undefined, isReconciled: true });
  }
  return cases;

  async function catalogOf(...parts: readonly string[]) {
    return await inDatabase(admin, async (url) => {
      await using session = await connect(url);
      for (const part of parts) if (part !== "") await session.query(part);
      return await readCatalog(session.query);
    });
  }
}

function titleOf(kind: string, name: string): string {
  return `[${kind}] ${name}`;
}

function templateOf(admin: Session, schema: string): Promise<string> {
  const known = migrated.get(schema);
  if (known !== undefined) return known;
  const name = `migrated_${migrated.size}`;
  const made = (async () => {
    await admin.query(`CREATE DATABASE ${name}`);
    const url = new URL(server.url());
    url.pathname = `/${name}`;
    await migrate({ url: url.href, migrations: projectOf(schema), policy });
    return name;
  })();
  migrated.set(schema, made);
  return made;
}

function projectOf(schema: string): string {
  const migrations = mkdtempSync(join(folder, "case-"));
  writeFileSync(join(migrations, "0001_schema.sql"), `-- lockkeeper: mode direct\n${schema}`);
  return migrations;
}

async function judge(admin: Session, group: readonly Case[]): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  const one = {
    ...first,
    name: group.map(({ name }) => name).join("\n"),
    changes: group.flatMap(({ changes }) => changes),
    told: group.some(({ told }) => told === undefined) ? undefined : group.flatMap(({ told = [] }) => told),
  };
  const wrong = await templateOf(admin, one.schema)
    .then((template) => inCopy(admin, one.schema, template, (url) => wrongOf(admin, url, { ...one, template })))
    .catch((error: unknown) => [error instanceof Error ? String(error.stack) : String(error)]);
  if (wrong.length > 0 && group.length > 1) {
    for (const alone of group) await judge(admin, [alone]);
    return;
  }
  counted.cases += group.length;
  if (wrong.length === 0) return;
  counted.wrong += 1;
  console.log([one.name, ...wrong].join("\n  "));
}

async function wrongOf(
  admin: Session,
  url: string,
  one: Case & { readonly template: string },
): Promise<readonly string[]> {
  const migrations = projectOf(one.schema);
  await using session = await connect(url);
  const shouldBe = await seenIn(session);
  for (const sql of one.changes) await session.query(sql);
  const changed = await seenIn(session);
  const drift = await lookForDrift(session, policy);
  const told = drift.report.objects.map(({ change, id }) => `${change} ${id}`);
  if (told.length === 0) return ["nothing is told"];
  if (one.told !== undefined && told.toSorted().join() !== one.told.toSorted().join()) return ["told is", ...told];
  if (!one.isReconciled) {
    const silent = drift.report.objects.filter(({ unsupported }) => !unsupported).map(({ id }) => id);
    return silent.map((id) => `a statement is said to be known for ${id}`);
  }
  const restored = await textOf(drift, "restore", url);
  await session.query(restored);
  const [left, back] = [await lookForDrift(session, policy), await seenIn(session)];
  const wrong = [
    ...left.report.objects.map(({ id }) => `still drifted when taken back: ${id}`),
    ...differences(back, shouldBe).map((line) => `taken back: ${line}`),
  ];
  if (wrong.length > 0) return [...wrong, restored];
  for (const sql of one.changes) await session.query(sql);
  return await acceptedWrongly(admin, url, { ...one, session, migrations, changed });
}

interface Changed {
  readonly session: Session;
  readonly migrations: string;
  readonly changed: readonly string[];
  readonly schema: string;
  readonly template: string;
}

/** Accepts what was changed, and runs the migration in another database. */
async function acceptedWrongly(
  admin: Session,
  url: string,
  { session, migrations, changed, schema, template }: Changed,
): Promise<readonly string[]> {
  const drift = await lookForDrift(session, policy);
  const text = await textOf(drift, "accept", url);
  writeFileSync(join(migrations, "0002_by_hand.sql"), text);
  const migration = readProject(migrations).at(-1);
  if (migration === undefined) throw new Error("the migration is not there");
  await acceptDrift({ url, policy, emit: () => {}, stop: new Stop(), migration, drift });
  const { report } = await lookForDrift(session, policy);
  const lookThere = async (other: string) => {
    await migrate({ url: other, migrations, policy });
    await using elsewhere = await connect(other);
    return await seenIn(elsewhere);
  };
  const there = await inCopy(admin, schema, template, lookThere);
  const wrong = [
    ...report.objects.map(({ id }) => `still drifted when accepted: ${id}`),
    ...differences(there, changed).map((line) => `accepted elsewhere: ${line}`),
  ];
  return wrong.length === 0 ? [] : [...wrong, text];
}

async function textOf(drift: Drift, direction: "accept" | "restore", target: string): Promise<string> {
  const { up, unproven } = await reconcile(drift, { direction, places: { target }, signal: new Stop().soon });
  counted.unproven += unproven === undefined ? 0 : 1;
  return up;
}

/** Without what is Lockkeeper's own. */
async function seenIn(session: Session): Promise<readonly string[]> {
  return (await observe(session.query)).filter((line) => !/\blockkeeper\b/.test(line));
}

function differences(is: readonly string[], shouldBe: readonly string[]): readonly string[] {
  const [has, wants] = [new Set(is), new Set(shouldBe)];
  return [
    ...is.filter((line) => !wants.has(line)).map((line) => `should not be: ${line}`),
    ...shouldBe.filter((line) => !has.has(line)).map((line) => `missing: ${line}`),
  ].slice(0, 5);
}

/** Copies of a database come without its subscriptions. */
async function inCopy<T>(
  admin: Session,
  schema: string,
  template: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (!schema.includes("CREATE SUBSCRIPTION")) return await inDatabase(admin, work, template);
  return await inDatabase(admin, async (url) => {
    await migrate({ url, migrations: projectOf(schema), policy });
    return await work(url);
  });
}

async function inDatabase<T>(admin: Session, work: (url: string) => Promise<T>, template?: string): Promise<T> {
  return await withDatabase(server.url(), admin, work, template);
}
