/** The colour of a series beside its name. */
export function Dot({ colour = 'c0' }: { readonly colour?: string | undefined }) {
  return <span class={`dot ${colour}`} aria-hidden="true" />;
}
