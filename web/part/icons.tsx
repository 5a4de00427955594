const paths = {
  overview: 'M3 14V9m5 5V3m5 11V6',
  sessions: 'M3 3h11v8H8l-3 3v-3H3z',
  runs: 'M2 4h6M5 8.500h8M8 13h6',
  live: 'M8.500 8.500h.01M5.500 11.500a4 4 0 0 1 0-6m6 0a4 4 0 0 1 0 6M3.500 13.500a7 7 0 0 1 0-10m10 0a7 7 0 0 1 0 10',
  agents: 'M3 6h11v8H3zM8.500 6V3M6.200 9.500v1m4.600-1v1M1.500 9v2m14-2v2',
  models:
    'm8.500 2 6 3.300v6.400l-6 3.300-6-3.300V5.300zM2.500 5.300l6 3.300 6-3.300M8.500 8.600V15',
  tools:
    'M10.200 6.800 3 14l-.8-.8m8-6.400A3.500 3.500 0 0 1 14.800 2l-2.300 2.300.4 1.800 1.800.4L16 5a3.500 3.500 0 0 1-4.800 3.500L5 15l-3-3 6.500-6.200',
  users:
    'M8.500 8a2.800 2.800 0 1 0 0-5.600A2.800 2.800 0 0 0 8.500 8zM3 15a5.500 5.500 0 0 1 11 0',
  teams:
    'M6 8a2.400 2.400 0 1 0 0-4.800A2.400 2.400 0 0 0 6 8zm-4.500 6a4.500 4.500 0 0 1 9 0M11 3.400a2.400 2.400 0 0 1 0 4.400m1.500 1.800a4.500 4.500 0 0 1 3 4.400',
  labels: 'M2 2h6l7 7-6 6-7-7zM5.500 5.500h.01',
  budgets: 'M2 5h13v9H2zM2 8.500h13M5 2.500h7',
  alerts: 'M3 13h11l-1.500-2V7.500a4 4 0 0 0-8 0V11zM7 15.200h3',
  health: 'M1.500 9h3.200l2-5 3.600 9.500L12.500 9h3',
  rejects: 'M2.500 8.500a6 6 0 1 0 12 0 6 6 0 0 0-12 0zM4.300 4.300l8.400 8.400',
  keys: 'M10.800 2.500a3.700 3.700 0 1 1-2.600 6.300L3 14v1h3v-2h2v-2h1.500M11.500 5.500h.01',
  projects: 'M2 4h5l1.500 2H15v8H2z',
  settings: 'M2 5h6m4 0h3M2 12h3m4 0h6M10 3v4M7 10v4',
  filter: 'M2 3h13l-5 6v5l-3-1.500V9z',
  clock: 'M8.500 15a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zm0-10v3.700l2.500 1.500',
  down: 'm4.500 7 4 4 4-4',
  up: 'm4.500 10 4-4 4 4',
  right: 'm6.500 4.500 4 4-4 4',
  check: 'm3 9 3.500 3.500L14 5',
  cross: 'm4 4 9 9m0-9-9 9',
  warning: 'M8.500 2 16 15H1zM8.500 7v4m0 2.200v.1',
  download: 'M8.500 2v9m-3.800-3.500L8.500 11l3.800-3.500M2.500 15h12',
  copy: 'M6 6h9v9H6zM11 6V2H2v9h4',
  link: 'm7 10 3-3M8 4.500l1.500-1.500a3.200 3.200 0 0 1 4.500 4.500L12.500 9M9 12.500 7.500 14A3.200 3.200 0 0 1 3 9.500L4.500 8',
  more: 'M3 8.500h.01M8.500 8.500h.01M14 8.500h.01',
  menu: 'M2 4.500h13M2 8.500h13M2 12.500h13',
  find: 'M7.500 12.500a5 5 0 1 0 0-10 5 5 0 0 0 0 10zm3.700-1.300L15 15',
  pause: 'M5.500 3v11m6-11v11',
  play: 'M4 3v11l10-5.500z',
  again: 'M14 8.500a5.500 5.500 0 1 1-1.700-4M14 2v3.500h-3.500',
} as const;
export type IconName = keyof typeof paths;

/** An icon beside a word. Screen readers ignore it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 17 17" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** The logo. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="mark-fold" d="M5 4h11l12 12H5z" />
      <path class="mark-base" d="M5 16h23L5 28z" />
    </svg>
  );
}
