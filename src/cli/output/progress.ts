import { type Options, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** Shows the progress of work: a bar on a terminal, otherwise a line from time to time. */
export interface Progress {
  /** `done` of `total`; if the total is unknown, only the text is shown. */
  update(done: number, total: number | undefined, text: string): void;
  /** Removes the bar. */
  stop(): void;
}

/** Milliseconds between two lines if no bar can be drawn. */
const lineInterval = 10_000;
const barWidth = { narrow: 20, wide: 40 };

export function openProgress(terminal: Terminal): Progress {
  return terminal.is_live ? openBar(terminal) : openLines(terminal);
}

function openBar({ colors, width, stderr }: Terminal): Progress {
  const cells = width >= 110 ? barWidth.wide : barWidth.narrow;
  const format: Options['format'] = (_options, { progress }, { text, known }) => {
    if (known !== true) return `${text}`;
    const full = Math.round(Math.min(1, progress) * cells);
    const bar = colors.cyan('█'.repeat(full)) + colors.dim('░'.repeat(cells - full));
    return `${bar} ${String(Math.floor(progress * 100)).padStart(3)} %  ${text}`;
  };
  const bar = new SingleBar({
    format,
    stream: stderr,
    fps: 12,
    hideCursor: null,
    clearOnComplete: true,
    // The command handles signals.
    gracefulExit: false,
  });
  let isStarted = false;
  return {
    update(done, total, text) {
      const payload = { text, known: total !== undefined };
      if (!isStarted) bar.start(total ?? 1, 0, payload);
      isStarted = true;
      bar.setTotal(Math.max(1, total ?? 1));
      bar.update(Math.min(done, total ?? 0), payload);
    },
    stop() {
      if (isStarted) bar.stop();
      isStarted = false;
    },
  };
}

function openLines(terminal: Terminal): Progress {
  let last = Date.now();
  return {
    update(done, total, text) {
      if (Date.now() - last < lineInterval) return;
      last = Date.now();
      const share =
        total === undefined ? '' : `${Math.floor((done / Math.max(1, total)) * 100)} %  `;
      terminal.note(`${share}${text}`);
    },
    stop: () => undefined,
  };
}
