/** Encodes OTLP bodies from JSON into protobuf, for tests and the bench. */

type Json = Readonly<Record<string, unknown>>;
type Write = (value: unknown) => Buffer;

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(left & 127n) | (left > 127n ? 128 : 0));
    left >>= 7n;
  } while (left > 0n);
  return Buffer.from(bytes);
}

const tag = (field: number, type: number) => varint(BigInt(field * 8 + type));
const bytesField = (field: number, value: Buffer) =>
  Buffer.concat([tag(field, 2), varint(BigInt(value.length)), value]);
const textField = (field: number, value: unknown) =>
  value === undefined ? Buffer.alloc(0) : bytesField(field, Buffer.from(String(value)));
const varintField = (field: number, value: bigint) => Buffer.concat([tag(field, 0), varint(value)]);

function fixed64Field(field: number, value: unknown): Buffer {
  if (value === undefined) return Buffer.alloc(0);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value as string));
  return Buffer.concat([tag(field, 1), bytes]);
}

const listField = (field: number, list: unknown, write: Write) =>
  Buffer.concat(((list ?? []) as unknown[]).map((item) => bytesField(field, write(item))));

function anyValue(value: unknown): Buffer {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue } = value as Json;
  if (stringValue !== undefined) return textField(1, stringValue);
  if (boolValue !== undefined) return varintField(2, boolValue === true ? 1n : 0n);
  if (intValue !== undefined) return varintField(3, BigInt(intValue as string));
  if (doubleValue !== undefined) {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(Number(doubleValue));
    return Buffer.concat([tag(4, 1), bytes]);
  }
  if (arrayValue !== undefined) {
    return bytesField(5, listField(1, (arrayValue as Json).values, anyValue));
  }
  if (kvlistValue !== undefined) {
    return bytesField(6, listField(1, (kvlistValue as Json).values, keyValue));
  }
  return Buffer.alloc(0);
}

const keyValue: Write = (item) => {
  const { key, value } = item as Json;
  return Buffer.concat([textField(1, key), bytesField(2, anyValue(value ?? {}))]);
};
const attributes = (field: number, list: unknown) => listField(field, list, keyValue);
const resource = (value: unknown) => attributes(1, (value as Json | undefined)?.attributes);
const scope = (value: unknown) =>
  Buffer.concat([
    textField(1, (value as Json | undefined)?.name),
    textField(2, (value as Json | undefined)?.version),
  ]);

const codes: Readonly<Record<string, number>> = {
  SPAN_KIND_CLIENT: 3,
  STATUS_CODE_OK: 1,
  STATUS_CODE_ERROR: 2,
};
const codeOf = (value: unknown) => BigInt(codes[String(value)] ?? Number(value ?? 0));
const hex = (field: number, value: unknown) =>
  value === undefined || value === ''
    ? Buffer.alloc(0)
    : bytesField(field, Buffer.from(String(value), 'hex'));

const span: Write = (item) => {
  const s = item as Json;
  const status = s.status as Json | undefined;
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(Number(s.flags ?? 0));
  return Buffer.concat([
    hex(1, s.traceId),
    hex(2, s.spanId),
    hex(4, s.parentSpanId),
    textField(5, s.name),
    varintField(6, codeOf(s.kind)),
    fixed64Field(7, s.startTimeUnixNano),
    fixed64Field(8, s.endTimeUnixNano),
    attributes(9, s.attributes),
    listField(11, s.events, (event) => {
      const { timeUnixNano, name, attributes: list } = event as Json;
      return Buffer.concat([
        fixed64Field(1, timeUnixNano),
        textField(2, name),
        attributes(3, list),
      ]);
    }),
    status === undefined
      ? Buffer.alloc(0)
      : bytesField(
          15,
          Buffer.concat([textField(2, status.message), varintField(3, codeOf(status.code))]),
        ),
    tag(16, 5),
    flags,
  ]);
};

const logRecord: Write = (item) => {
  const record = item as Json;
  return Buffer.concat([
    fixed64Field(1, record.timeUnixNano),
    fixed64Field(11, record.observedTimeUnixNano),
    record.body == null ? Buffer.alloc(0) : bytesField(5, anyValue(record.body)),
    attributes(6, record.attributes),
    textField(12, record.eventName),
  ]);
};

const metric: Write = (item) => {
  const { name, ...data } = item as Json;
  const fields = { gauge: 5, sum: 7, histogram: 9, exponentialHistogram: 10, summary: 11 };
  return Buffer.concat([
    textField(1, name),
    ...Object.entries(fields).flatMap(([kind, field]) => {
      const points = (data[kind] as Json | undefined)?.dataPoints;
      return points === undefined
        ? []
        : [
            bytesField(
              field,
              listField(1, points, () => fixed64Field(3, '1795168800000000000')),
            ),
          ];
    }),
  ]);
};

const groups = (body: Json, names: readonly [string, string, string], write: Write) =>
  listField(1, body[names[0]], (group) =>
    Buffer.concat([
      bytesField(1, resource((group as Json).resource)),
      listField(2, (group as Json)[names[1]], (scoped) =>
        Buffer.concat([
          bytesField(1, scope((scoped as Json).scope)),
          listField(2, (scoped as Json)[names[2]], write),
        ]),
      ),
    ]),
  );

/** An ExportTraceServiceRequest, ExportLogsServiceRequest or ExportMetricsServiceRequest in protobuf. */
export function encodeOtlp(body: Json): Buffer {
  if ('resourceLogs' in body) {
    return groups(body, ['resourceLogs', 'scopeLogs', 'logRecords'], logRecord);
  }
  if ('resourceMetrics' in body) {
    return groups(body, ['resourceMetrics', 'scopeMetrics', 'metrics'], metric);
  }
  return groups(body, ['resourceSpans', 'scopeSpans', 'spans'], span);
}
