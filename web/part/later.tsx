import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/**
 * A part that comes after the first paint, in a file of its own: what few people see, or nobody at
 * once. Until it is there `shape` is shown, or nothing; a fault is one of the page's, and the next look
 * tries again.
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
