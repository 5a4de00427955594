import type { Metrics } from '../../../events/metric-fields.js';
import { countAt, type JsonObject, objectsAt, present } from '../log/log-record.js';

/**
 * The usage of Gemini's API: tokens of tools are not part of the prompt's, nor thoughts of the answer's. The Live API
 * calls the answer a response. @throws InvalidRecordError
 */
export function googleMetrics(usage: JsonObject, path: string): Metrics {
  const count = (name: string) => countAt(usage, name, path);
  const answer = count('candidatesTokenCount') ?? count('responseTokenCount');
  return present({
    input_tokens: sum(count('promptTokenCount'), count('toolUsePromptTokenCount')),
    cached_tokens: count('cachedContentTokenCount'),
    output_tokens: sum(answer, count('thoughtsTokenCount')),
    reasoning_tokens: count('thoughtsTokenCount'),
    ...googleAudio(usage, path),
  });
}

/** The audio tokens of a prompt and an answer, which cost more than text. @throws InvalidRecordError */
export function googleAudio(usage: JsonObject, path: string): Metrics {
  const audio = (...names: readonly string[]) => {
    const counts = names.flatMap((name) =>
      objectsAt(usage, name)
        .filter(({ modality }) => modality === 'AUDIO')
        .map((one) => countAt(one, 'tokenCount', `${path}.${name}`)),
    );
    return counts.reduce(sum, undefined);
  };
  return present({
    input_audio_tokens: audio('promptTokensDetails', 'toolUsePromptTokensDetails'),
    output_audio_tokens: audio('candidatesTokensDetails', 'responseTokensDetails'),
  });
}

const sum = (a: number | undefined, b: number | undefined) =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
