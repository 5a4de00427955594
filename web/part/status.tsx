/** How a run ended. */
export function Status({ status }: { readonly status: string | null }) {
  const tone = { completed: 'good', error: 'bad' }[status ?? ''] ?? '';
  return (
    <span class={`status ${tone}`}>{status === 'error' ? 'failed' : (status ?? 'running')}</span>
  );
}
