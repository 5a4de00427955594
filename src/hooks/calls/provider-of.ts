/** The providers by the suffix of their host names. */
const hosts: readonly (readonly [ending: string, provider: string])[] = [
  ['api.openai.com', 'openai'],
  ['openai.azure.com', 'azure'],
  ['services.ai.azure.com', 'azure'],
  ['cognitiveservices.azure.com', 'azure'],
  ['api.anthropic.com', 'anthropic'],
  ['googleapis.com', 'google'],
  ['amazonaws.com', 'aws'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral'],
  ['api.deepseek.com', 'deepseek'],
  ['api.x.ai', 'x-ai'],
  ['api.together.xyz', 'together'],
  ['api.fireworks.ai', 'fireworks'],
  ['api.cerebras.ai', 'cerebras'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.moonshot.ai', 'moonshotai'],
  ['openrouter.ai', 'openrouter'],
];

/** The provider at an address; undefined for a proxy or a private server. */
export function providerOf({ hostname }: URL): string | undefined {
  const isAt = (ending: string) => hostname === ending || hostname.endsWith(`.${ending}`);
  return hosts.find(([ending]) => isAt(ending))?.[1];
}
