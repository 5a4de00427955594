/** An optional string attribute of an event: who did it, or what served it. */
export interface AttributeField {
  readonly name: string;
  readonly doc: string;
}

/** The string attributes of every event, 1–200 characters each: one column of the log each. */
export const attributeFields = [
  { name: 'parent_run_id', doc: 'The run that delegated to this one' },
  { name: 'agent_id', doc: 'The agent that ran' },
  { name: 'agent_name', doc: "The agent's name" },
  { name: 'team_id', doc: 'The team the run belonged to' },
  { name: 'workflow_id', doc: 'The workflow the run belonged to' },
  { name: 'user_id', doc: 'The user it was done for' },
  { name: 'model', doc: 'The model that served it' },
  { name: 'provider', doc: 'The provider that served it' },
  {
    name: 'cost_source',
    doc: 'Where the cost came from: reported, override, or genai-prices@ and its version',
  },
  {
    name: 'hold_id',
    doc: 'The hold on budgets that this event uses up: it ends when the event is in the log',
  },
] as const satisfies readonly AttributeField[];

/** A wire name, and column, of a string attribute. */
export type AttributeName = (typeof attributeFields)[number]['name'];

/** The string attributes of an event, all optional. */
export type Attributes = { readonly [N in AttributeName]?: string | undefined };
