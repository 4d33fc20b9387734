/** Colours a text, or leaves it as it is: whoever shows it knows what its reader's terminal wants. */
export type Paint = (style: "bold" | "dim" | "green" | "red" | "yellow", text: string) => string;

/** One or more lines of the story, without the last line end. */
export type StoryText = (paint: Paint) => string;
