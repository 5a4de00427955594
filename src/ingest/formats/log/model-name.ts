/** Kinds of service that do not have list prices. */
const pricedApart = new Set(['batch', 'flex', 'priority', 'fast']);

/**
 * The name of a model with a kind of service. Service without list prices gets a prefix, which no price
 * list matches: no price is better than a wrong one. A suffix would not work, because lists match by prefix.
 */
export function modelName(model: string | undefined, ...services: readonly unknown[]) {
  const apart = services.find(
    (service): service is string => typeof service === 'string' && pricedApart.has(service),
  );
  return apart === undefined || model === undefined ? model : `${apart}/${model}`;
}

/** The provider, derived from the id of a message and the model; undefined if unknown. */
export function anthropicProvider(id: string, model: string | undefined): string | undefined {
  if (id.startsWith('msg_bdrk_')) return 'aws';
  if (id.startsWith('msg_vrtx_')) return 'google';
  return id.startsWith('msg_') && model?.startsWith('claude') ? 'anthropic' : undefined;
}
