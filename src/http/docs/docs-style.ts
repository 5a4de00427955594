/** The style of the API reference: one sheet, with light and dark colours, and the fonts of the reader's machine. */
export const style = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1a1f2b; --soft: #5b6475; --line: #e4e7ec;
  --wash: #f6f7f9; --accent: #3b5bdb; --code: #10141f; --code-ink: #d7deeb; --code-soft: #8b97ad;
  --get: #1c6dd0; --post: #17803d; --delete: #c2312b; --wait: #b45309; }
@media (prefers-color-scheme: dark) { :root { --ground: #0e1117; --ink: #e3e7ee; --soft: #98a2b3;
  --line: #252b37; --wash: #161b24; --accent: #8aa4ff; --code: #161b26; --get: #6cb0ff;
  --post: #5fce86; --delete: #ff8a84; --wait: #f0b357; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1.5rem; }
body { margin: 0; display: grid; grid-template-columns: 18rem minmax(0, 1fr); background: var(--ground);
  color: var(--ink); font: 15px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible, summary:focus-visible, label:focus-visible { outline: 2px solid var(--accent);
  outline-offset: 2px; border-radius: .25rem; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .86em; }
nav { border-right: 1px solid var(--line); background: var(--wash); }
nav header { position: sticky; top: 0; max-height: 100vh; overflow: auto; padding: 1.5rem 1.25rem 3rem;
  font-size: 13.5px; }
.brand { color: var(--ink); font-weight: 650; font-size: 16px; }
.brand small, summary small { color: var(--soft); font-weight: 400; }
nav ul { list-style: none; margin: 0; padding: 0; }
.menu > ul { margin-top: 1rem; }
.menu > ul > li { margin-bottom: .75rem; }
nav li a { display: flex; justify-content: space-between; gap: .75rem; padding: .18rem 0; color: var(--soft); }
nav li a:hover { color: var(--ink); text-decoration: none; }
nav .group { color: var(--ink); font-weight: 600; text-transform: capitalize; }
nav .method { flex: none; align-self: center; border: 0; padding: 0; }
#menu, nav label { display: none; }
main { padding: 2.5rem 3rem 6rem; max-width: 88rem; }
h1 { margin: 0 0 1rem; font-size: 2.1rem; line-height: 1.2; letter-spacing: -.02em; }
h2 { margin: 0 0 .25rem; font-size: 1.5rem; letter-spacing: -.01em; text-transform: capitalize; }
h3 { margin: 0 0 .5rem; font-size: 1.12rem; }
h4 { margin: 1.5rem 0 .25rem; font-size: .8rem; font-weight: 600; color: var(--soft); }
.lead { max-width: 46rem; color: var(--soft); }
p { margin: .5rem 0; }
section { margin-top: 3.5rem; padding-top: 2.5rem; border-top: 1px solid var(--line); }
.operation, .begin { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 28rem); gap: 0 3rem;
  padding: 2.25rem 0; }
.begin { padding: 0; }
.operation + .operation { border-top: 1px solid var(--line); }
.shown { position: sticky; top: 1.5rem; align-self: start; }
.path { display: flex; align-items: center; gap: .6rem; overflow-wrap: anywhere; }
.method { font: 600 11px/1.5 ui-monospace, Menlo, Consolas, monospace; letter-spacing: .03em;
  padding: .1rem .45rem; border: 1px solid currentcolor; border-radius: .3rem; }
.get { color: var(--get); } .post { color: var(--post); } .delete { color: var(--delete); }
var { color: var(--wait); font-style: normal; }
dl { margin: 0; }
dt { padding-top: .6rem; border-top: 1px solid var(--line); margin-top: .6rem; }
dl > dt:first-child { margin-top: .25rem; }
dt code, .responses li > code { font-weight: 600; }
dt span, .responses span, dt em { color: var(--soft); font-size: 13px; font-style: normal; overflow-wrap: anywhere; }
dt em { color: var(--wait); }
dd { margin: .1rem 0 0; color: var(--soft); font-size: 14px; }
dd code, p code, .lead code, td code, .responses code { background: var(--wash); border: 1px solid var(--line); border-radius: .25rem;
  padding: .05rem .25rem; overflow-wrap: anywhere; }
.path code { background: none; border: 0; padding: 0; font-size: .95em; }
.responses { list-style: none; margin: 0; padding: 0; font-size: 14px; }
.responses li { display: flex; gap: .7rem; padding: .3rem 0; color: var(--soft); }
.responses li > code { flex: none; align-self: start; margin-top: .1rem; }
.problems { line-height: 2; }
.s2 { color: var(--post); } .s3 { color: var(--get); } .s4 { color: var(--wait); } .s5 { color: var(--delete); }
figure { margin: 0 0 1rem; border-radius: .6rem; overflow: hidden; background: var(--code); color: var(--code-ink); }
figcaption { padding: .55rem 1rem; font-size: 12.5px; color: var(--code-soft); border-bottom: 1px solid #ffffff14; }
pre { margin: 0; padding: .9rem 1rem; overflow: auto; max-height: 32rem; line-height: 1.55; font-size: 12.5px; }
pre b { color: #9ecbff; font-weight: 400; } pre i { color: #a5d6a7; font-style: normal; }
pre u { color: #f6c177; text-decoration: none; } pre s { color: #c4a7e7; text-decoration: none; }
table { border-collapse: collapse; width: 100%; margin-top: 1rem; font-size: 14px; }
th { text-align: left; font-size: .8rem; color: var(--soft); font-weight: 600; }
th, td { padding: .5rem 1rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:last-child { color: var(--soft); width: 100%; }
td:not(:last-child) code { white-space: nowrap; }
tr:target td { background: var(--wash); }
.schema { padding: 1.25rem 0; border-bottom: 1px solid var(--line); max-width: 56rem; }
summary { cursor: pointer; color: var(--accent); font-size: 14px; }
.begin .shown { position: static; }
@media (max-width: 80rem) { .operation, .begin { display: block; } .shown { position: static; margin-top: 1.5rem; } }
@media (max-width: 56rem) {
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  html { scroll-padding-top: 4.5rem; }
  body { display: block; }
  nav { position: sticky; top: 0; z-index: 1; border-right: 0; border-bottom: 1px solid var(--line); }
  nav header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
    padding: .8rem 1.25rem; }
  #menu { display: block; position: absolute; opacity: 0; right: 1.25rem; width: 4rem; height: 2rem; }
  nav label { display: block; border: 1px solid var(--line); border-radius: .4rem; padding: .2rem .7rem;
    background: var(--ground); }
  #menu:focus-visible + label { outline: 2px solid var(--accent); }
  .menu { display: none; width: 100%; padding-bottom: 1rem; }
  #menu:checked ~ .menu { display: block; }
  main { padding: 1.75rem 1.25rem 4rem; }
  h1 { font-size: 1.7rem; }
  thead { display: none; }
  tr { display: block; padding: .75rem 0; border-bottom: 1px solid var(--line); }
  td { display: inline; border: 0; padding: 0 .5rem 0 0; }
  td:last-child { display: block; padding-top: .25rem; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`;
