import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/**
 * A part that loads after the first paint, from a separate file: few people see it, or nobody
 * immediately. Until then `shape` is shown, or nothing. An error is shown on the page, and the next
 * refresh tries again.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  shape?: string,
): ComponentType<Props> {
  let Part: ComponentType<Props> | undefined;
  return function Later(props: Props) {
    const [, setLoaded] = useState(Part !== undefined);
    useEffect(() => {
      if (Part !== undefined) return;
      load().then((found) => {
        Part = found;
        setLoaded(true);
      }, reportError);
    }, []);
    if (Part !== undefined) return <Part {...props} />;
    return shape === undefined ? null : <div class={`shape ${shape}`} aria-busy="true" />;
  };
}
