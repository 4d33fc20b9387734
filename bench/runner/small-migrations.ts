/** Something a statement creates, by which its effect is checked afterwards. Names are unique in the whole list. */
export interface CreatedObject {
  readonly kind: "table" | "column" | "index" | "constraint";
  /** `table.column` for a column. */
  readonly name: string;
}

export interface SmallStatement {
  /** One SQL statement without the closing semicolon. */
  readonly sql: string;
  readonly creates: CreatedObject;
}

export interface SmallMigration {
  /** Counts from 1. */
  readonly number: number;
  /** File name without an extension, such as `0007_order_0002_columns`. */
  readonly id: string;
  readonly statements: readonly SmallStatement[];
}

/**
 * The one list that every contender gets: two statements a migration, five migrations a table (create it, add columns,
 * add indexes, add constraints, refer to the table before it), as a service's history grows over the years.
 */
export function smallMigrations(count: number): readonly SmallMigration[] {
  return Array.from({ length: count }, (_, index) => {
    const table = tableName(Math.floor(index / STAGES.length));
    const previous = tableName(Math.max(0, Math.floor(index / STAGES.length) - 1));
    const stage = STAGES[index % STAGES.length] as Stage;
    const number = index + 1;
    return {
      number,
      id: `${String(number).padStart(4, "0")}_${table}_${stage.name}`,
      statements: stage.statements(table, previous),
    };
  });
}

/** The migration's SQL as plain text, one statement a line. */
export function plainSql(migration: SmallMigration): string {
  return migration.statements.map((statement) => `${statement.sql};\n`).join("");
}

interface Stage {
  readonly name: string;
  statements(table: string, previous: string): readonly SmallStatement[];
}

const STAGES: readonly Stage[] = [
  {
    name: "create",
    statements: (t) => [
      {
        sql: `CREATE TABLE ${t} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL, email text NOT NULL, amount numeric(12, 2) NOT NULL DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now())`,
        creates: { kind: "table", name: t },
      },
      {
        sql: `CREATE INDEX ${t}_created_at ON ${t} (created_at)`,
        creates: { kind: "index", name: `${t}_created_at` },
      },
    ],
  },
  {
    name: "columns",
    statements: (t) => [
      {
        sql: `ALTER TABLE ${t} ADD COLUMN status text NOT NULL DEFAULT 'new'`,
        creates: { kind: "column", name: `${t}.status` },
      },
      {
        sql: `ALTER TABLE ${t} ADD COLUMN updated_at timestamptz`,
        creates: { kind: "column", name: `${t}.updated_at` },
      },
    ],
  },
  {
    name: "indexes",
    statements: (t) => [
      {
        sql: `CREATE INDEX ${t}_status ON ${t} (status, created_at DESC)`,
        creates: { kind: "index", name: `${t}_status` },
      },
      {
        sql: `CREATE INDEX ${t}_open ON ${t} (updated_at) WHERE status = 'new'`,
        creates: { kind: "index", name: `${t}_open` },
      },
    ],
  },
  {
    name: "constraints",
    statements: (t) => [
      {
        sql: `ALTER TABLE ${t} ADD CONSTRAINT ${t}_amount_positive CHECK (amount >= 0)`,
        creates: { kind: "constraint", name: `${t}_amount_positive` },
      },
      {
        sql: `ALTER TABLE ${t} ADD CONSTRAINT ${t}_email_unique UNIQUE (email)`,
        creates: { kind: "constraint", name: `${t}_email_unique` },
      },
    ],
  },
  {
    name: "reference",
    statements: (t, previous) => [
      {
        sql: `ALTER TABLE ${t} ADD COLUMN parent_id bigint`,
        creates: { kind: "column", name: `${t}.parent_id` },
      },
      {
        sql: `ALTER TABLE ${t} ADD CONSTRAINT ${t}_parent FOREIGN KEY (parent_id) REFERENCES ${previous} (id)`,
        creates: { kind: "constraint", name: `${t}_parent` },
      },
    ],
  },
];

const NOUNS = ["customer", "invoice", "shipment", "product", "payment", "ticket", "contract", "message"] as const;

function tableName(index: number): string {
  return `${NOUNS[index % NOUNS.length]}_${String(index + 1).padStart(4, "0")}`;
}
