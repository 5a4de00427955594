import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { savePictureOf } from '../chart/picture.js';
import { Icon } from './icons.js';
import { Menu } from './menu.js';
import type { Origin } from './origin-dialog.js';

/** A part of a screen with its own title. */
export function Card({
  title,
  link,
  origin,
  csv,
  picture,
  actions,
  children,
}: {
  readonly title: string;
  readonly link?: { readonly text: string; readonly href: string };
  readonly origin?: Origin | undefined;
  readonly csv?: (() => void) | string | undefined;
  /** The file name for a picture of its chart; absent if it has none. */
  readonly picture?: string | undefined;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const card = useRef<HTMLElement>(null);
  return (
    <section class="card" aria-label={title} ref={card}>
      <header class="card-head">
        <h2>{title}</h2>
        <span class="card-actions">
          {actions}
          {link !== undefined && (
            <a class="more" href={link.href}>
              {link.text} <Icon name="right" />
            </a>
          )}
          {origin !== undefined && (
            <Menu
              label={title}
              origin={origin}
              csv={csv}
              picture={
                picture === undefined ? undefined : () => void savePictureOf(card.current, picture)
              }
            />
          )}
        </span>
      </header>
      {children}
    </section>
  );
}
