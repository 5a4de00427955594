import type { ComponentChildren } from 'preact';

/** Names with values, side by side. */
export function Facts({
  items,
}: {
  readonly items: readonly (
    | {
        readonly name: ComponentChildren;
        readonly value: ComponentChildren;
        readonly note?: ComponentChildren;
        readonly key?: string;
      }
    | undefined
    | false
  )[];
}) {
  return (
    <dl class="facts">
      {items.map(
        (item, index) =>
          item !== undefined &&
          item !== false && (
            <div key={item.key ?? index}>
              <dt>{item.name}</dt>
              <dd>
                {item.value}
                {item.note !== undefined && <small>{item.note}</small>}
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}
