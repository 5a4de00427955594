/**
 * Decodes bodies of spans in protobuf into the equivalent JSON, for tests that send a capture in
 * both encodings.
 */

type Json = Record<string, unknown>;
/** The values of a message by field number: bytes, or the bits of a number. */
type Fields = Map<number, (Buffer | bigint)[]>;

function fieldsOf(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('Expected protobuf, got bytes that are cut off.');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const known = fields.get(tag >>> 3) ?? [];
    fields.set(tag >>> 3, known);
    if ((tag & 7) === 0) known.push(varint());
    else if ((tag & 7) === 1) {
      known.push(bytes.readBigUInt64LE(at));
      at += 8;
    } else if ((tag & 7) === 5) {
      known.push(BigInt(bytes.readUInt32LE(at)));
      at += 4;
    } else {
      const length = Number(varint());
      known.push(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return fields;
}

const lastOf = (fields: Fields, field: number) => fields.get(field)?.at(-1);
const bytesOf = (fields: Fields, field: number) => lastOf(fields, field) as Buffer | undefined;
const textOf = (fields: Fields, field: number) => bytesOf(fields, field)?.toString();
const numberOf = (fields: Fields, field: number) => lastOf(fields, field)?.toString();
const listOf = (fields: Fields, field: number, read: (bytes: Buffer) => Json) =>
  (fields.get(field) ?? []).map((bytes) => read(bytes as Buffer));
const partOf = (fields: Fields, field: number, read: (bytes: Buffer) => Json) => {
  const bytes = bytesOf(fields, field);
  return bytes === undefined ? {} : read(bytes);
};

function anyValueOf(bytes: Buffer): Json {
  const fields = fieldsOf(bytes);
  const double = Buffer.alloc(8);
  for (const [field, values] of fields) {
    const value = values.at(-1) as Buffer | bigint;
    if (field === 1) return { stringValue: value.toString() };
    if (field === 2) return { boolValue: value !== 0n };
    if (field === 3) return { intValue: BigInt.asIntN(64, value as bigint).toString() };
    if (field === 4) {
      double.writeBigUInt64LE(value as bigint);
      return { doubleValue: double.readDoubleLE() };
    }
    const inner = fieldsOf(value as Buffer);
    if (field === 5) return { arrayValue: { values: listOf(inner, 1, anyValueOf) } };
    if (field === 6) return { kvlistValue: { values: listOf(inner, 1, attributeOf) } };
  }
  return {};
}

function attributeOf(bytes: Buffer): Json {
  const fields = fieldsOf(bytes);
  return { key: textOf(fields, 1) ?? '', value: partOf(fields, 2, anyValueOf) };
}

const attributesOf = (fields: Fields, field: number) => listOf(fields, field, attributeOf);

function spanOf(bytes: Buffer): Json {
  const fields = fieldsOf(bytes);
  return {
    traceId: bytesOf(fields, 1)?.toString('hex'),
    spanId: bytesOf(fields, 2)?.toString('hex'),
    parentSpanId: bytesOf(fields, 4)?.toString('hex'),
    name: textOf(fields, 5),
    kind: Number(numberOf(fields, 6) ?? 0),
    startTimeUnixNano: numberOf(fields, 7),
    endTimeUnixNano: numberOf(fields, 8),
    attributes: attributesOf(fields, 9),
    events: listOf(fields, 11, (event) => {
      const own = fieldsOf(event);
      return {
        timeUnixNano: numberOf(own, 1),
        name: textOf(own, 2),
        attributes: attributesOf(own, 3),
      };
    }),
    status: partOf(fields, 15, (status) => {
      const own = fieldsOf(status);
      return { message: textOf(own, 2), code: Number(numberOf(own, 3) ?? 0) };
    }),
    flags: Number(numberOf(fields, 16) ?? 0),
  };
}

/** The JSON of an ExportTraceServiceRequest in protobuf. */
export function decodeSpans(bytes: Buffer): Json {
  return {
    resourceSpans: listOf(fieldsOf(bytes), 1, (group) => {
      const own = fieldsOf(group);
      return {
        resource: partOf(own, 1, (resource) => ({
          attributes: attributesOf(fieldsOf(resource), 1),
        })),
        scopeSpans: listOf(own, 2, (scoped) => {
          const inner = fieldsOf(scoped);
          return {
            scope: partOf(inner, 1, (scope) => ({ name: textOf(fieldsOf(scope), 1) })),
            spans: listOf(inner, 2, spanOf),
          };
        }),
      };
    }),
  };
}
