import { useEffect, useRef } from 'preact/hooks';
import { askAnew, forgetAnswers } from '../../ask/asking.js';
import { service } from '../../ask/service.js';
import { useVisible } from '../../ask/visible.js';
import { WaysToSend } from './ways-to-send.js';

/** How to send the first event. The page changes as soon as it arrives. */
export function FirstEvent() {
  const isVisible = useVisible();
  useEffect(() => {
    // A browser opens six connections to a service: hidden tabs leave theirs to others.
    if (!isVisible) return undefined;
    const ending = new AbortController();
    void (async () => {
      try {
        for await (const _message of service.tail({ signal: ending.signal })) {
          forgetAnswers();
          askAnew();
          return;
        }
      } catch (error) {
        // Without a stream, the next refresh notices it.
        if (!ending.signal.aborted) console.info('no stream to listen on', error);
      }
    })();
    return () => ending.abort();
  }, [isVisible]);
  const wasHidden = useRef(false);
  useEffect(() => {
    // It may have come meanwhile.
    if (isVisible && wasHidden.current) forgetAnswers();
    wasHidden.current = !isVisible;
  }, [isVisible]);
  return (
    <section class="card empty first" aria-label="The first event">
      <h2>There are no events yet</h2>
      <p>Send the first one in any of these ways. This page shows it as soon as it is counted.</p>
      <WaysToSend />
      <p class="listening" role="status">
        <span class="lamp lit" aria-hidden="true" /> Listening for the first event
      </p>
    </section>
  );
}
