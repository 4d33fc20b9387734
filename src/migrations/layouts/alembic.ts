import { stemOf } from "./file-names.ts";
import type { LayoutFile, LayoutReader } from "./layout.ts";
import { foreignMigration } from "./layout-migration.ts";
import { pythonStrings } from "./python-assignment.ts";
import type { SourceFolder } from "./source-folder.ts";

const REVISION = /^(down_)?revision\b/m;

/** Revisions in `versions/` (or in the folder itself), each naming those it follows. The history holds the heads. */
export const alembic: LayoutReader = {
  layout: "alembic",
  recognises: (source) => pythonFiles(source).some((name) => /^down_revision\b/m.test(source.read(name).text)),
  read(source) {
    const revisions = pythonFiles(source).flatMap((name) => readRevision(source, name) ?? []);
    const byLabel = new Map(revisions.flatMap(({ labels, file }) => labels.map((label) => [label, file.key] as const)));
    const files = revisions.map(({ file }) => ({
      ...file,
      requires: (file.requires ?? []).map((required) => byLabel.get(required.replace(/@.*$/, "")) ?? required),
    }));
    return { files: parentsFirst(files), accessory: source.names.filter((name) => /\.(py|mako|ini)$/.test(name)) };
  },
};

const pythonFiles = (source: SourceFolder): string[] => source.names.filter((name) => name.endsWith(".py"));

function readRevision(folder: SourceFolder, name: string): { file: LayoutFile; labels: string[] } | undefined {
  const source = folder.read(name);
  const [key] = REVISION.test(source.text) ? (pythonStrings(source.text, "revision") ?? []) : [];
  if (key === undefined) {
    return undefined;
  }
  const requires = [
    ...(pythonStrings(source.text, "down_revision") ?? []),
    ...(pythonStrings(source.text, "depends_on") ?? []),
  ];
  return {
    labels: pythonStrings(source.text, "branch_labels") ?? [],
    file: { name, key, requires, migration: foreignMigration("alembic", stemOf(name), source) },
  };
}

/** Each revision behind those it requires; one in a circle, which the tool itself refuses, comes last. */
function parentsFirst(files: readonly LayoutFile[]): LayoutFile[] {
  const known = new Set(files.map(({ key }) => key));
  const waitingFor = new Map<LayoutFile, number>();
  const children = new Map<string, LayoutFile[]>();
  for (const file of files) {
    const parents = new Set(file.requires?.filter((key) => known.has(key)));
    waitingFor.set(file, parents.size);
    for (const parent of parents) {
      children.set(parent, [...(children.get(parent) ?? []), file]);
    }
  }
  const ordered = new Set(files.filter((file) => waitingFor.get(file) === 0));
  // A set yields what is added while it is walked.
  for (const file of ordered) {
    for (const child of children.get(file.key) ?? []) {
      const left = (waitingFor.get(child) ?? 0) - 1;
      waitingFor.set(child, left);
      if (left === 0) {
        ordered.add(child);
      }
    }
  }
  return [...ordered, ...files.filter((file) => !ordered.has(file))];
}
