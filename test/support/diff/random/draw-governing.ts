import { withTable } from "./draw-on-tables.ts";
import type { Draft } from "./part.ts";

type Draw = (draft: Draft) => void;

const comment: Draw = (draft) => {
  const { part, noun } = draft.dice.pick(draft.commented);
  draft.add({
    id: `comment ${draft.parts.length}`,
    needs: [part],
    ways: ["one", "it''s two"].map((text) => `COMMENT ON ${noun} IS '${text}'`),
  });
};

const grant: Draw = (draft) => {
  const relation = draft.dice.pick(draft.relations);
  draft.add({
    id: `grant ${draft.parts.length}`,
    needs: [relation.part],
    ways: ["GRANT SELECT ON", "GRANT SELECT, UPDATE ON", "GRANT SELECT (id) ON", "GRANT UPDATE (id), INSERT ON"].map(
      (what) => `${what} ${relation.name} TO pg_monitor`,
    ),
  });
};

/** What one role may hand on, and does. */
const handedOn: Draw = (draft) => {
  const relations = draft.relations.filter(({ name }) => !name.startsWith("app."));
  if (relations.length > 0) {
    const { part, name } = draft.dice.pick(relations);
    draft.add({
      id: `grant ${draft.parts.length}`,
      needs: [part],
      ways: ["SELECT", "SELECT, DELETE", "UPDATE (id)"].map(
        (what) =>
          `GRANT ${what} ON ${name} TO pg_signal_backend WITH GRANT OPTION; SET ROLE pg_signal_backend; GRANT ${what} ON ${name} TO pg_read_all_stats; RESET ROLE`,
      ),
    });
  }
};

const otherGrant: Draw = (draft) => {
  const { dice } = draft;
  const [what, { part, name }, tail] = dice.pick([
    ...draft.functions.slice(0, 1).map((one) => ["EXECUTE ON FUNCTION", one, "(int)"] as const),
    ...draft.sequences.map((one) => ["USAGE ON SEQUENCE", one, ""] as const),
    ...draft.enums.map((one) => ["USAGE ON TYPE", one, ""] as const),
    ...draft.domains.map((one) => ["USAGE ON DOMAIN", one, ""] as const),
  ]);
  draft.add({
    id: `grant ${draft.parts.length}`,
    needs: [part],
    ways: [`GRANT ${what} ${name}${tail} TO pg_monitor`, `REVOKE ${what} ${name}${tail} FROM public`],
  });
};

/** A table owns its sequence: both are in one schema, and one role's. */
const ownedSequence: Draw = (draft) => {
  const { dice } = draft;
  const columns = draft.columns.filter(({ relation }) => relation.kind === "table" || relation.kind === "partitioned");
  if (columns.length === 0 || draft.sequences.length === 0) {
    return;
  }
  const { parts, relation, name } = dice.pick(columns);
  const sequence = dice.pick(draft.sequences);
  if (sequence.name.startsWith("app.") === relation.name.startsWith("app.")) {
    draft.add({
      id: `sequence owner ${draft.parts.length}`,
      needs: [...parts, sequence.part],
      ways: [name, "id"].map((column) => `ALTER SEQUENCE ${sequence.name} OWNED BY ${relation.name}.${column}`),
    });
  }
};

/** What is granted, told and owned by whom while things are still of one role. */
export const GOVERNING: readonly Draw[] = [comment, comment, comment, grant, handedOn, otherGrant, ownedSequence];

const tableOwner = withTable((draft, relation) => {
  draft.add({
    id: `owner of ${relation.name} ${draft.parts.length}`,
    needs: [relation.part],
    ways: ["pg_monitor", "pg_read_all_data"].map((role) => `ALTER TABLE ${relation.name} OWNER TO ${role}`),
  });
});

const otherOwner: Draw = (draft) => {
  const [noun, { part, name }] = draft.dice.pick([
    ...draft.functions.slice(0, 1).map((one) => ["ROUTINE", one] as const),
    ...draft.enums.map((one) => ["TYPE", one] as const),
    ...draft.domains.map((one) => ["DOMAIN", one] as const),
    ...draft.composites.map((one) => ["TYPE", one] as const),
    ...draft.relations.filter(({ kind }) => kind === "view").map((one) => ["VIEW", one] as const),
  ]);
  draft.add({
    id: `owner of ${name} ${draft.parts.length}`,
    needs: [part],
    ways: ["pg_monitor", "pg_read_all_data"].map((role) => `ALTER ${noun} ${name} OWNER TO ${role}`),
  });
};

/** They come last: what belongs together must be one role's while it is made. */
export const OWNERS: readonly Draw[] = [tableOwner, otherOwner];
