import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { path } from './address/place.js';
import { isSignedOut } from './ask/service.js';
import { Bar } from './part/bar.js';
import { Given } from './part/given.js';
import { Keys } from './part/keys.js';
import { later } from './part/later.js';
import { Shell } from './part/shell.js';
import { Overview } from './screen/overview/overview.js';

const SignIn = later(async () => (await import('./screen/sign-in/sign-in.js')).SignIn);

type Screen = ComponentType<{ readonly id?: string }>;

/** The screen for each path. All but the first are loaded when they are opened. */
const screens: readonly { readonly path: RegExp; readonly load: () => Promise<Screen> }[] = [
  {
    path: /^\/sessions$/,
    load: async () => (await import('./screen/sessions/sessions.js')).Sessions,
  },
  {
    path: /^\/sessions\/(.+)$/,
    load: async () => (await import('./screen/session/session.js')).Session,
  },
  { path: /^\/runs$/, load: async () => (await import('./screen/runs/runs.js')).Runs },
  { path: /^\/runs\/(.+)$/, load: async () => (await import('./screen/run/run.js')).Run },
  {
    path: /^\/(?:agents|models|tools|users|teams)$/,
    load: async () => (await import('./screen/breakdown/breakdown.js')).Breakdown,
  },
  {
    path: /^\/tools\/(.+)$/,
    load: async () => (await import('./screen/breakdown/tool.js')).Tool,
  },
  {
    path: /^\/labels$/,
    load: async () => (await import('./screen/breakdown/labels.js')).Labels,
  },
  {
    path: /^\/budgets$/,
    load: async () => (await import('./screen/budgets/budgets.js')).Budgets,
  },
  {
    path: /^\/budgets\/(.+)$/,
    load: async () => (await import('./screen/budget/budget.js')).BudgetScreen,
  },
  {
    path: /^\/alerts$/,
    load: async () => (await import('./screen/alerts/alerts.js')).Alerts,
  },
  { path: /^\/live$/, load: async () => (await import('./screen/live/live.js')).Live },
  {
    path: /^\/health$/,
    load: async () => (await import('./screen/health/health.js')).Health,
  },
  {
    path: /^\/rejects$/,
    load: async () => (await import('./screen/rejects/rejects.js')).Rejects,
  },
  {
    path: /^\/keys$/,
    load: async () => (await import('./screen/keys/keys.js')).KeysScreen,
  },
  {
    path: /^\/projects$/,
    load: async () => (await import('./screen/projects/projects.js')).Projects,
  },
  {
    path: /^\/settings$/,
    load: async () => (await import('./screen/settings/settings.js')).Settings,
  },
];

const loaded = new Map<RegExp, Screen>();

/** The screen for the current address, in the frame of every screen. */
export function Screens() {
  const here = path.value;
  const found = screens.find((one) => one.path.test(here));
  const [, setCount] = useState(0);
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    setFault(undefined);
    if (found === undefined || loaded.has(found.path)) return;
    found.load().then(
      (screen) => {
        loaded.set(found.path, screen);
        setCount((count) => count + 1);
      },
      (error: unknown) => setFault(error),
    );
  }, [found]);
  const id = found === undefined ? undefined : idIn(found.path.exec(here)?.[1]);
  const Found =
    found === undefined ? (here === '/' ? Overview : undefined) : loaded.get(found.path);
  return (
    <Shell>
      <Keys />
      {isSignedOut.value ? (
        <SignIn />
      ) : Found !== undefined ? (
        <Found key={here} {...(id === undefined ? {} : { id })} />
      ) : found === undefined ? (
        <Bar title="No such screen" />
      ) : (
        <Given
          asked={{ value: undefined, error: fault, isOld: false, again: () => location.reload() }}
        >
          {() => null}
        </Given>
      )}
    </Shell>
  );
}

function idIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
