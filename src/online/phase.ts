/** When a step runs: what is new, what fills and proves it, what switches over to it, what removes the old. */
export type Phase = "expand" | "migrate" | "cutover" | "contract";
