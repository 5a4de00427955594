/** Records one figure of a run. */
export type Note = (name: string, unit: string, value: number) => void;
