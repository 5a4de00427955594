// How fast the web page is in a browser, on the demo's data: first paint, largest paint, shifts and long tasks of
// Overview, and frames per second while a run of 5,000 steps is scrolled. Printed and never asserted.
import type { Page } from 'playwright-core';
import { createClient } from '#runfold/client.js';
import { openBrowser } from '../harness/browser.js';
import { startNode } from '../harness/processes.js';

const root = new URL('..', import.meta.url).pathname;
const rounds = 5;
const steps = 5_000;
const command = ['dist/cli/main.js', 'up', '--demo', '--http-port', '0', '--log-level', 'warn'];

const up = startNode(command, { cwd: root });
const [, url = ''] = await up.waitForLine(/^ +page +(http:\S+)/, 300_000);
const browser = await openBrowser();
try {
  await sendLongRun(url);
  const loads: Load[] = [];
  for (let round = 0; round < rounds; round++) loads.push(await load(url));
  const middle = (of: (one: Load) => number) =>
    [...loads].map(of).sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  console.log(`Overview, the middle of ${rounds} cold loads:`);
  console.log(`  first paint ${Math.round(middle(({ first }) => first))} ms`);
  console.log(`  largest paint ${Math.round(middle(({ largest }) => largest))} ms`);
  console.log(`  everything there ${Math.round(middle(({ all }) => all))} ms`);
  console.log(`  layout shift ${middle(({ shift }) => shift).toFixed(3)}`);
  console.log(`  longest task ${Math.round(middle(({ longest }) => longest))} ms`);
  console.log(`  requests ${middle(({ files }) => files)} files, ${middle(({ api }) => api)} API`);
  const { frames, slow, first } = await scroll(url);
  console.log(`A run of ${steps} steps: first rows after ${Math.round(first)} ms,`);
  console.log(
    `  scrolled with ${frames.toFixed(0)} frames/s; 95 % of frames took at most ${slow.toFixed(0)} ms`,
  );
} finally {
  await browser.close();
  up.kill('SIGINT');
  await up.exit;
}

/** What the browser measured of one load, in milliseconds. */
interface Load {
  readonly first: number;
  readonly largest: number;
  readonly all: number;
  readonly shift: number;
  readonly longest: number;
  readonly files: number;
  readonly api: number;
}

/** Opens Overview in a browser that has nothing of it yet. */
async function load(service: string): Promise<Load> {
  const context = await browser.newContext({
    baseURL: service,
    viewport: { width: 1280, height: 900 },
  });
  const page = await context.newPage();
  await page.addInitScript(`
    window.seen = { largest: 0, shift: 0, longest: 0 };
    const watch = (type, take) =>
      new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
    watch('largest-contentful-paint', (entry) => { seen.largest = entry.startTime; });
    watch('layout-shift', (entry) => { seen.shift += entry.value; });
    watch('longtask', (entry) => { seen.longest = Math.max(seen.longest, entry.duration); });`);
  await page.goto('/');
  await whole(page);
  const found = await page.evaluate<Load>(`(() => {
    const urls = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
    const api = urls.filter((path) => path.includes('/v1/')).length;
    const first = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
    return { ...seen, first, all: performance.now(), api, files: urls.length - api + 1 };
  })()`);
  await context.close();
  return found;
}

/** Scrolls a long run from its beginning to its end, frame by frame. */
async function scroll(service: string) {
  const page = await browser.newPage({ baseURL: service, viewport: { width: 1280, height: 900 } });
  await page.goto('/runs/long-run');
  await page.locator('.step-row').nth(3).waitFor();
  const first = await page.evaluate<number>('performance.now()');
  await whole(page);
  const times = await page.evaluate<readonly number[]>(`new Promise((done) => {
    const times = [];
    let last = performance.now();
    const step = (now) => {
      times.push(now - last);
      last = now;
      scrollBy(0, 240);
      if (times.length < 300) requestAnimationFrame(step);
      else done(times.slice(5));
    };
    requestAnimationFrame(step);
  })`);
  await page.close();
  const sorted = [...times].sort((a, b) => a - b);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return { frames: 1000 / mean, slow: sorted[Math.floor(sorted.length * 0.95)] ?? 0, first };
}

async function whole(page: Page): Promise<void> {
  await page.locator('main h1').waitFor();
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
}

async function sendLongRun(service: string): Promise<void> {
  const client = createClient({ url: service });
  const start = Date.now() - 3_600_000;
  await client.emit(
    Array.from({ length: steps }, (_, at) => ({
      type: 'message' as const,
      role: 'assistant' as const,
      run_id: 'long-run',
      agent_id: 'long',
      model: 'gpt-5',
      occurred_at: new Date(start + at * 400).toISOString(),
      metrics: { input_tokens: 1_000 + at, output_tokens: 50, time: 0.3, cost: 0.001 },
    })),
    { wait: true },
  );
}
