import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../../../src/client.js';
import { forgetAnswers } from '../../ask/asking.js';
import { signIn } from '../../ask/service.js';
import { Bar } from '../../part/bar.js';
import { saidOf } from '../../part/given.js';

/** Asks for a key if the service requires one, and then returns to the reader's screen. */
export function SignIn() {
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const key = text.trim();
    setAsking(true);
    setFault(undefined);
    try {
      await signIn(key);
      forgetAnswers();
    } catch (error) {
      const isUnknown = error instanceof ApiError && error.status === 401;
      setFault(isUnknown ? 'This key is unknown or revoked.' : saidOf(error).text);
    } finally {
      setAsking(false);
    }
  };
  return (
    <>
      <Bar title="Sign in" />
      <section class="card empty" aria-label="Sign in">
        <p>This service needs a key with the scope read.</p>
        <form class="sign-in" onSubmit={submit}>
          <label for="key">Key</label>
          <input
            id="key"
            ref={input}
            type="password"
            autocomplete="off"
            spellcheck={false}
            placeholder="rf_…"
            value={text}
            onInput={({ currentTarget: { value } }) => setText(value)}
            required
          />
          <button type="submit" class="button main" disabled={isAsking}>
            Sign in
          </button>
        </form>
        <p class="fault" role="alert">
          {fault}
        </p>
        <p class="faint">
          Create one with <code>runfold keys create --scope read</code>. This browser gets a cookie
          that no script can read. It ends twelve hours after its last use. The key itself is not
          stored.
        </p>
      </section>
    </>
  );
}
