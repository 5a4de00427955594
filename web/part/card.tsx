import type { ComponentChildren } from 'preact';
import { Icon } from './icons.js';
import { Menu } from './menu.js';
import type { Origin } from './origin-dialog.js';

/** A part of a screen with its own title. */
export function Card({
  title,
  link,
  origin,
  csv,
  actions,
  children,
}: {
  readonly title: string;
  readonly link?: { readonly text: string; readonly href: string };
  readonly origin?: Origin | undefined;
  readonly csv?: (() => void) | string | undefined;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="card" aria-label={title}>
      <header class="card-head">
        <h2>{title}</h2>
        <span class="card-actions">
          {actions}
          {link !== undefined && (
            <a class="more" href={link.href}>
              {link.text} <Icon name="right" />
            </a>
          )}
          {origin !== undefined && <Menu label={title} origin={origin} csv={csv} />}
        </span>
      </header>
      {children}
    </section>
  );
}
