import { bytesInWords, secondsInWords } from "../../effects/numbers-in-words.ts";
import { pointsOfNoReturn } from "../rollback/scenarios.ts";
import { type Block, code, command, heading, paragraph, prose, table, text, toDo } from "./document.ts";
import type { RunbookFacts } from "./facts.ts";

/** What has to be there before, and what is looked at. */
export function prerequisites({ plans, backup }: RunbookFacts): readonly Block[] {
  const isConcurrent = plans.some(({ steps }) => steps.some(({ kind }) => kind === "concurrent"));
  return [
    heading("Prerequisites"),
    ...toDo([
      prose("`DATABASE_URL` names the primary, as the role that runs migrations."),
      prose("The files and the version of Lockkeeper are those that this was written with."),
      ...(isConcurrent
        ? [
            prose(
              "Behind a pooler: `DIRECT_DATABASE_URL` names the server itself; steps outside of transactions need it.",
            ),
          ]
        : []),
      prose("The release that uses the new shape is ready, and so is the one before it."),
      backup === null
        ? prose("A backup was restored and found right: none is on record yet.")
        : text`A backup was restored and found right: ${backup.id}, ${secondsInWords(backup.ageSeconds)} old, ${bytesInWords(backup.sizeBytes)}, in ${backup.location}.`,
      prose("Somebody who may end sessions of others can be reached."),
    ]),
    ...command({ line: "lockkeeper doctor", when: "before", exit: 0, prints: "Nothing stands in the way." }),
    ...command({ line: "lockkeeper status --exit-code", when: "before", exit: 0, prints: "pending" }),
    ...command({
      line: "lockkeeper plan",
      when: "before",
      exit: 0,
      prints: `${plans.length} ${plans.length === 1 ? "migration" : "migrations"} planned.`,
    }),
    ...command({ line: "lockkeeper verify --quick", when: "before", exit: 0, prints: "passed" }),
  ];
}

/** The gates of the policy, as they stood when this was written. */
export const gates = ({ gates: all }: RunbookFacts): readonly Block[] => [
  heading("Gates"),
  ...(all.length === 0
    ? [paragraph(prose("The configuration has no gates: nothing but what this page says stands before the run."))]
    : [
        paragraph(
          prose(
            "As they stood when this was written; `lockkeeper gates` asks again. A run that is refused exits with code 3 and has changed nothing.",
          ),
        ),
        ...table(
          ["gate", "phases", "state", "why", "what makes it hold"],
          all.map(({ name, phases, state, reason, action }) => [
            code(name),
            [phases.join(", ")],
            [state],
            prose(reason),
            action === null ? [] : code(action),
          ]),
        ),
      ]),
];

/** What has to be so for going on, and what ends the attempt. */
export function decisions({ plans, policy, obstacles }: RunbookFacts): readonly Block[] {
  const noReturn = pointsOfNoReturn(plans);
  return [
    heading("Go / no-go"),
    ...table(
      ["question", "go", "no-go"],
      [
        [prose("`lockkeeper doctor`"), ["nothing stands in the way"], ["any finding"]],
        [
          prose("`lockkeeper plan`"),
          ["the steps of this page, and no others"],
          ["anything else: write this page again"],
        ],
        [prose("`lockkeeper verify --quick`"), ["exit code 0"], ["exit code 1 or 2"]],
        [["verified backup"], ["there is one, and it is young enough to lose what came since"], ["none"]],
        [
          ["transactions that are open for long"],
          ["none on the tables of the timeline"],
          [`any that will last for more than ${secondsInWords(policy.lockDeadlineMs / 1_000)}`],
        ],
        [["replicas"], ["they follow"], ["one is behind and must not be"]],
        ...(obstacles.length === 0
          ? []
          : [[["rows that would stop a step (queries below)"], ["none"], ["any: mend them first"]]]),
        ...(noReturn.length === 0
          ? []
          : [
              [
                ["steps without a way back (below)"],
                ["everybody knows, and the backup is fresh"],
                ["somebody counts on `down`"],
              ],
            ]),
      ].map((row) => row.map((cell) => [...cell])),
    ),
    ...table(
      ["behind this step there is no way back", "statement", "why"],
      noReturn.map(({ migration, step, sql, reason }) => [text`${migration}, step ${step}`, code(sql), prose(reason)]),
    ),
    ...obstacleBlocks(obstacles),
  ];
}

function obstacleBlocks(obstacles: RunbookFacts["obstacles"]): readonly Block[] {
  return obstacles.flatMap(({ migration, step, reason, query }): readonly Block[] => [
    paragraph([
      { code: migration },
      `, step ${step}, fails where ${reason}.${query === null ? "" : " None may be found by:"}`,
    ]),
    ...(query === null ? [] : [{ kind: "query" as const, sql: query, when: "before" as const }]),
  ]);
}
