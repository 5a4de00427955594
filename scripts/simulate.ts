/**
 * `npm run simulate`: the capacity of a deployment, computed from measured costs. It uses no
 * server.
 */
import { type ChurnOutcome, playChurn } from './simulate/churn.js';
import { type Deployment, forecast } from './simulate/deployment.js';
import { makeLoad } from './simulate/load.js';

const deployments: readonly Deployment[] = [
  { events_per_second: 1_000, queues: 1, masters: 1, workers: 1, stripes: 1, nodes: 1, cores: 2 },
  { events_per_second: 100_000, queues: 1, masters: 1, workers: 1, stripes: 1, nodes: 1, cores: 2 },
  {
    events_per_second: 100_000,
    queues: 4,
    masters: 1,
    workers: 2,
    stripes: 16,
    nodes: 1,
    cores: 4,
  },
  { events_per_second: 1e6, queues: 16, masters: 3, workers: 16, stripes: 64, nodes: 3, cores: 16 },
  {
    events_per_second: 1e7,
    queues: 64,
    masters: 16,
    workers: 128,
    stripes: 256,
    nodes: 16,
    cores: 16,
  },
];
const hotShares = [0, 0.01, 0.5];

const number = (value: number) =>
  value >= 1e6
    ? `${+(value / 1e6).toPrecision(2)} million`
    : Math.round(value).toLocaleString('en');
const ratio = (value: number) => value.toFixed(value < 10 ? 2 : 0);
const percent = (value: number) => `${+(100 * value).toPrecision(2)} %`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, head.map(() => '---'), ...rows];
  return all.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const rows = deployments.flatMap((deployment) =>
  hotShares.map((hot_share) => {
    const load = makeLoad({ tenants: 10_000, zipf: 1.1, sessions: 100_000, hot_share });
    const { balance, full, first, limit, job_events } = forecast(deployment, load);
    const { events_per_second, queues, masters, workers, stripes, nodes, cores } = deployment;
    return [
      number(events_per_second),
      percent(hot_share),
      `${queues} on ${masters}`,
      String(Math.round(job_events)),
      String(workers),
      `${stripes} on ${nodes} of ${cores}`,
      [balance.stripes, balance.queues, balance.workers, balance.nodes].map(ratio).join(', '),
      [full.Redis, full.workers, full.Postgres, full['one stripe']].map(percent).join(', '),
      `${first}, at ${number(Number(limit.toPrecision(2)))}`,
    ];
  }),
);
console.log('10,000 tenants by Zipf 1.1, 100,000 sessions, one hot session.\n');
console.log(
  table(
    [
      'events/s',
      'hot session',
      'queues on masters',
      'events per job',
      'workers',
      'stripes on nodes of cores',
      'largest relative to the mean: stripes, queues, workers, nodes',
      'load: Redis, workers, Postgres, one stripe',
      'first limit',
    ],
    rows,
  ),
);

const bytes = (value: number, unit = '') => {
  const names = ['B', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  for (let left = value; left >= 1000 && at < names.length - 1; left /= 1000) at += 1;
  return `${+(value / 1000 ** at).toPrecision(2)} ${names[at]}${unit}`;
};
const disks = deployments.flatMap((deployment) =>
  hotShares.map((hot_share) => {
    const load = makeLoad({ tenants: 10_000, zipf: 1.1, sessions: 100_000, hot_share });
    const { journal_bytes, log_bytes } = forecast(deployment, load);
    return [
      number(deployment.events_per_second),
      percent(hot_share),
      String(deployment.nodes),
      bytes(journal_bytes, '/s'),
      bytes(log_bytes.node),
      bytes(log_bytes.all),
    ];
  }),
);
console.log('\nWhat the disks of the nodes take:\n');
console.log(
  table(
    [
      'events/s',
      'hot session',
      'nodes',
      'journal of the busiest node',
      'its log per day',
      'log per day of all nodes',
    ],
    disks,
  ),
);

const idle = deployments.map((deployment) => {
  const load = makeLoad({ tenants: 10, zipf: 1.1, sessions: 100, hot_share: 0 });
  const { idle_cores, idle_connections } = forecast(deployment, load);
  return [
    `${deployment.queues}`,
    `${deployment.workers}`,
    percent(idle_cores),
    String(idle_connections),
  ];
});
console.log('\nThe cost of all workers together while no events arrive:\n');
console.log(table(['queues', 'workers', 'of a core', 'connections to Redis'], idle));

const churnOf = (queues: number, workers: number, lives_s: number) => ({
  queues,
  workers,
  lives_s,
  outcome: playChurn({ queues, workers, lives_s, away_s: 10, seconds: 3_600 }),
});
const churn = [
  churnOf(16, 4, 600),
  churnOf(16, 16, 600),
  churnOf(16, 16, 60),
  churnOf(64, 16, 600),
  churnOf(64, 128, 600),
];
const cells = ({ deaths, unread, longest_s, readers, moves }: ChurnOutcome) => [
  String(deaths),
  percent(unread),
  `${longest_s.toFixed(0)} s`,
  ratio(readers),
  ratio(moves),
];
console.log('\nAn hour in which workers die and are replaced after 10 s:\n');
console.log(
  table(
    [
      'queues',
      'workers',
      'life of a worker',
      'deaths',
      'time without a reader',
      'longest',
      'readers per queue',
      'queues moved per death',
    ],
    churn.map(({ queues, workers, lives_s, outcome }) => [
      String(queues),
      String(workers),
      `${lives_s} s`,
      ...cells(outcome),
    ]),
  ),
);
