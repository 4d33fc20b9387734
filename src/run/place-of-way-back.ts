import type { Migration, MigrationLayout } from "../migrations/migration.ts";

/** Where a layout has its ways back; the others have none. */
const PLACES: Partial<Readonly<Record<MigrationLayout, (migration: Migration) => string>>> = {
  lockkeeper: ({ id, kind, file }) => (kind === "sql" ? `${id}.down.sql` : `\`undo\` of ${file}`),
  "golang-migrate": ({ id }) => `${id}.down.sql`,
  "node-pg-migrate": ({ file }) => `the \`-- Down Migration\` section of ${file}`,
  dbmate: ({ file }) => `the \`-- migrate:down\` section of ${file}`,
  goose: ({ file }) => `the \`-- +goose Down\` section of ${file}`,
  flyway: ({ file }) => `an undo file beside ${file}, U in place of V`,
};

/** Where the author's way back of a migration is read from; undefined where its layout has no place for one. */
export const placeOfWayBack = (migration: Migration): string | undefined => PLACES[migration.layout]?.(migration);

/** What is to be done where there is no such place. */
export const withoutPlace = ({ layout }: Migration): string =>
  `Files of ${layout} have no way back: write one as a new migration.`;
