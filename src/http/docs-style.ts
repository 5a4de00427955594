/** The style of the API reference. */
export const style = `
:root { color-scheme: light dark; --line: #8884; --faint: #888; --accent: #2563eb; }
* { box-sizing: border-box; }
body { margin: 0; display: flex; font: 15px/1.55 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; flex: 0 0 17rem; padding: 1.5rem;
  border-right: 1px solid var(--line); font-size: 13px; }
nav ul { list-style: none; padding: 0; margin: .75rem 0; }
nav ul ul { margin: .1rem 0 .6rem .75rem; }
main { flex: 1; min-width: 0; max-width: 62rem; padding: 1.5rem 2.5rem 6rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
h1 { margin-top: 0; }
h2 { margin: 3rem 0 .5rem; text-transform: capitalize; border-bottom: 1px solid var(--line); }
article { margin: 2rem 0; }
h3 { font: 600 15px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
h3 span { display: inline-block; padding: 0 .5rem; border-radius: .3rem; color: #fff; font-size: 12px; }
.get { background: #2563eb; } .post { background: #15803d; } .delete { background: #b91c1c; }
.summary { font-weight: 600; }
var { color: var(--faint); font-style: normal; }
em { color: var(--faint); font-size: 12px; font-style: normal; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: 13px; display: block;
  overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0;
  border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 400; }
td:last-child { width: 100%; }
code { font: 12.5px ui-monospace, monospace; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; } }
`;
