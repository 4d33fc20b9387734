/** A command or a query of a runbook, as its Markdown has it. */
export interface Block {
    readonly language: "sh" | "sql";
    readonly when: string;
    readonly exit: number;
    readonly text: string;
    /** The heading under which it stands. */
    readonly heading: string;
    /** What it is to print; absent for queries. */
    readonly prints: string | undefined;
}
export declare function blocksIn(markdown: string): readonly Block[];
