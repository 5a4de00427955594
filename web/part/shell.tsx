import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { screen } from '../address/parameters.js';
import { path, place } from '../address/place.js';
import { zone } from '../address/range.js';
import { status } from '../ask/proof.js';
import { currency, isAway, isSignedOut, signOut } from '../ask/service.js';
import { exactMoment } from '../figure/moments.js';
import { Currency, ProofBadge } from './badge.js';
import { Icon, type IconName, Mark } from './icons.js';

const groups: readonly {
  readonly name: string | undefined;
  readonly links: readonly {
    readonly to: string;
    readonly text: string;
    readonly icon: IconName;
  }[];
}[] = [
  {
    name: undefined,
    links: [
      { to: '/', text: 'Overview', icon: 'overview' },
      { to: '/sessions', text: 'Sessions', icon: 'sessions' },
      { to: '/runs', text: 'Runs', icon: 'runs' },
      { to: '/live', text: 'Live', icon: 'live' },
    ],
  },
  {
    name: 'Break down',
    links: [
      { to: '/agents', text: 'Agents', icon: 'agents' },
      { to: '/models', text: 'Models', icon: 'models' },
      { to: '/tools', text: 'Tools', icon: 'tools' },
      { to: '/users', text: 'Users', icon: 'users' },
      { to: '/teams', text: 'Teams', icon: 'teams' },
      { to: '/labels', text: 'Labels', icon: 'labels' },
    ],
  },
  {
    name: 'Control',
    links: [
      { to: '/budgets', text: 'Budgets', icon: 'budgets' },
      { to: '/alerts', text: 'Alerts', icon: 'alerts' },
    ],
  },
  {
    name: 'Store',
    links: [
      { to: '/health', text: 'Health', icon: 'health' },
      { to: '/rejects', text: 'Rejects', icon: 'rejects' },
      { to: '/keys', text: 'Keys', icon: 'keys' },
      { to: '/projects', text: 'Projects', icon: 'projects' },
      { to: '/settings', text: 'Settings', icon: 'settings' },
    ],
  },
];

/** The frame of every screen: the links, the audit badge, and how current the figures are. */
export function Shell({ children }: { readonly children: ComponentChildren }) {
  const [isOpen, setOpen] = useState(false);
  const here = path.value;
  const main = useRef<HTMLElement>(null);
  const last = useRef(here);
  useEffect(() => {
    setOpen(false);
    if (last.current === here) return;
    last.current = here;
    main.current?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }, [here]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <div class="shell">
        <header class="side">
          <div class="side-top">
            <a class="brand" href={screen('/')}>
              <Mark /> Runfold
            </a>
            <span class="side-badge">
              <ProofBadge isShort />
            </span>
            <button
              type="button"
              class="plain menu-button"
              aria-expanded={isOpen}
              aria-controls="screens"
              aria-label="Menu"
              onClick={() => setOpen(!isOpen)}
            >
              <Icon name={isOpen ? 'cross' : 'menu'} />
            </button>
          </div>
          <nav id="screens" class={isOpen ? 'screens open' : 'screens'} aria-label="Screens">
            {groups.map(({ name, links }) => (
              <div key={name ?? ''} class="screen-group">
                {name !== undefined && <p>{name}</p>}
                <ul>
                  {links.map(({ to, text, icon }) => (
                    <li key={to}>
                      <a href={screen(to)} aria-current={isAt(to, here) ? 'page' : undefined}>
                        <Icon name={icon} /> {text}
                        {to === '/alerts' && <FiringMark />}
                      </a>
                    </li>
                  ))}
                </ul>
              </div>
            ))}
          </nav>
          <div class="side-foot">
            <ProofBadge />
            <Currency />
            <WhoIsIn />
          </div>
        </header>
        <main id="main" ref={main}>
          {isAway.value && (
            <p class="away" role="status">
              <Icon name="warning" /> The service is not responding. The figures shown may be old.
            </p>
          )}
          {children}
          <PrintFoot />
        </main>
      </div>
    </>
  );
}

/** The number of alert rules that are firing. */
function FiringMark() {
  const count = status.value?.firing_alerts ?? 0;
  if (count === 0) return null;
  return (
    <span
      class="failed-count mark-count"
      title={`${count} ${count === 1 ? 'rule fires' : 'rules fire'}`}
    >
      {count}
      <span class="unseen"> firing</span>
    </span>
  );
}

/** In print: where the figures come from, their zone and currency, and how current they are. */
function PrintFoot() {
  const last = currency.value?.last_folded_at;
  return (
    <p class="print-foot">
      {place.value.href} · {zone.value} · costs in US dollars
      {last !== undefined && ` · last fold ${exactMoment(last)}`}
    </p>
  );
}

/** The current project and the sign-out, for signed-in browsers. */
function WhoIsIn() {
  const { key, project, signed_in_to: projects = [] } = status.value ?? {};
  if (key == null || projects.length === 0 || isSignedOut.value) return null;
  return (
    <p class="who">
      <a href={screen('/projects')}>{project?.name ?? `Project ${project?.id}`}</a>
      <button type="button" class="plain" onClick={() => void signOut()}>
        Sign out
      </button>
    </p>
  );
}

function isAt(to: string, here: string): boolean {
  return to === '/' ? here === '/' : here === to || here.startsWith(`${to}/`);
}
