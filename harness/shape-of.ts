/** Every value of a JSON document by its type, with the shapes of the items of a list in one. */
export type Shape =
  | { readonly kind: 'plain'; readonly names: ReadonlySet<string> }
  | { readonly kind: 'list'; readonly item: Shape | undefined }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Shape> };

function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) {
    const [first, ...others] = value.map(shapeOf);
    return { kind: 'list', item: others.reduce<Shape | undefined>(both, first) };
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, one]) => [name, shapeOf(one)] as const);
    return { kind: 'object', fields: new Map(fields) };
  }
  return { kind: 'plain', names: new Set([value === null ? 'null' : typeof value]) };
}

/** Of two shapes the one that holds both; where they differ in kind, a plain one that names both. */
function both(a: Shape | undefined, b: Shape): Shape {
  if (a === undefined) return b;
  if (a.kind === 'object' && b.kind === 'object') {
    const names = new Set([...a.fields.keys(), ...b.fields.keys()]);
    const missing: Shape = { kind: 'plain', names: new Set(['missing']) };
    const fields = [...names].map(
      (name) => [name, both(a.fields.get(name) ?? missing, b.fields.get(name) ?? missing)] as const,
    );
    return { kind: 'object', fields: new Map(fields) };
  }
  if (a.kind === 'list' && b.kind === 'list') {
    return { kind: 'list', item: b.item === undefined ? a.item : both(a.item, b.item) };
  }
  const namesOf = (one: Shape) => (one.kind === 'plain' ? [...one.names] : [describeShape(one)]);
  return { kind: 'plain', names: new Set([...namesOf(a), ...namesOf(b)]) };
}

/** As TypeScript would write it, on one line. */
function describeShape(shape: Shape): string {
  if (shape.kind === 'plain') return [...shape.names].sort().join(' | ');
  if (shape.kind === 'list') {
    const item = shape.item === undefined ? 'never' : describeShape(shape.item);
    return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
  }
  const fields = [...shape.fields].map(([name, one]) => `${name}: ${describeShape(one)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** The shape of a JSON document on one line, such as `{ items: { id: string }[], next: null }`. */
export function describeJson(text: string): string {
  return describeShape(shapeOf(JSON.parse(text)));
}
