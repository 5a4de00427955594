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

/**
 * The beginnings of the names of frameworks, which do not say which provider served the call. No price list
 * has them as providers; without a provider, the model alone finds its price.
 */
export const noProviders: readonly string[] = [
  'strands-agents',
  'langchain',
  'langgraph',
  'llama_index',
  'llamaindex',
  'crewai',
  'haystack',
  'autogen',
  'ag2',
  'litellm',
  'vercel_ai',
  'microsoft.agent_framework',
  'agno',
  'unknown',
];

/** The stored name of a provider; undefined if the value does not name one. */
export function providerName(reported: string): string | undefined {
  const name = reported.trim().toLowerCase();
  if (name === '' || noProviders.some((begins) => name.startsWith(begins))) return undefined;
  const known = providerBeginnings.find(([begins]) => name.startsWith(begins));
  if (known !== undefined) return known[1];
  const [first = ''] = name.split('.');
  return first === '' ? undefined : first;
}
