/** The names of providers by the prefix of the reported value, in lower case. The first match counts. */
export const providerBeginnings: readonly (readonly [begins: string, name: string])[] = [
  ['openai', 'openai'],
  ['anthropic', 'anthropic'],
  ['azure', 'azure'],
  ['az.ai', 'azure'],
  ['google', 'google'],
  ['gcp', 'google'],
  ['vertex', 'google'],
  ['gemini', 'google'],
  ['aws', 'aws'],
  ['amazon', 'aws'],
  ['bedrock', 'aws'],
  ['x_ai', 'x-ai'],
  ['xai', 'x-ai'],
  ['x-ai', 'x-ai'],
  ['mistral', 'mistral'],
  ['moonshot', 'moonshotai'],
];

/** Values of frameworks that do not say which provider served the call. */
export const noProviders: readonly string[] = ['strands-agents'];

/** The stored name of a provider; undefined if the value does not name one. */
export function providerName(reported: string): string | undefined {
  const name = reported.trim().toLowerCase();
  if (name === '' || noProviders.includes(name)) return undefined;
  const known = providerBeginnings.find(([begins]) => name.startsWith(begins));
  if (known !== undefined) return known[1];
  const [first = ''] = name.split('.');
  return first === '' ? undefined : first;
}
