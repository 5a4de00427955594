// An agent in a separate process: it continues the trace of its caller, and has its own exporter.
import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { context, propagation } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { generateText, registerTelemetry } from 'ai';

const provider = new NodeTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();
registerTelemetry(new OpenTelemetry({ usage: true }));
const openai = createOpenAI({ baseURL: `${process.env.MODEL_URL}/v1`, apiKey: 'none' });
const carrier = { traceparent: process.env.TRACEPARENT };
const { text } = await context.with(propagation.extract(context.active(), carrier), () =>
  generateText({
    model: openai('gpt-5-mini'),
    prompt: 'How is the weather?',
    telemetry: { functionId: 'service' },
  }),
);
await provider.shutdown();
process.stdout.write(text);
