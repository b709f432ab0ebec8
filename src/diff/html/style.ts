/**
 * The style sheet of the report. Every colour of text has at least 4.5:1 on every ground that it stands on, in both
 * schemes; a test measures it.
 */
export const style = `
:root { color-scheme: light dark; --fg: #1f2328; --bg: #ffffff; --soft: #f4f6f8; --rule: #d0d7de; --wire: #6e7781;
  --muted: #57606a; --link: #0550ae; --new: #116329; --gone: #a40e26; --warn: #7d4e00; --on: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --fg: #e6edf3; --bg: #0d1117; --soft: #161b22; --rule: #30363d;
  --wire: #848d97; --muted: #a3acb6; --link: #79c0ff; --new: #56d364; --gone: #ff8b82; --warn: #e3b341; --on: #0d1117; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 1rem; }
body { margin: 0 auto; padding: 1rem; max-width: 84rem; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
  color: var(--fg); background: var(--bg); overflow-wrap: anywhere; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
.skip { position: absolute; left: -100vw; background: var(--bg); padding: .5rem 1rem; }
.skip:focus { left: 1rem; top: .5rem; z-index: 1; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.6rem 0 .6rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.25rem; } h3 { font-size: 1.1rem; } h4 { font-size: 1rem; }
p { margin: .2rem 0; }
ul, ol { margin: 0; padding: 0; list-style: none; }
code, .code, .box { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875em; }
.sides { font-size: 1.1rem; color: var(--muted); } .sides span { color: var(--fg); font-weight: 600; }
#counts { font-size: 1.1rem; font-weight: 600; margin: .5rem 0; }
#facts { display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; margin: .5rem 0 0; padding-bottom: 1rem;
  border-bottom: 1px solid var(--rule); font-size: .875rem; }
#facts div { display: flex; gap: .5em; } #facts dt { color: var(--muted); } #facts dd { margin: 0; }
.note, .place { color: var(--muted); font-size: .875rem; }
.place code { color: var(--fg); }
.gap { border-left: 4px solid var(--gone); padding: .4rem .8rem; background: var(--soft); }
.chip { display: inline-block; border: 1px solid var(--muted); border-radius: 1em; padding: 0 .6em; font-size: .8125rem;
  color: var(--muted); white-space: nowrap; }
.chip.high { background: var(--gone); border-color: var(--gone); color: var(--on); font-weight: 600; }
.chip.medium { background: var(--warn); border-color: var(--warn); color: var(--on); font-weight: 600; }
.chip.low { border-color: var(--warn); color: var(--warn); font-weight: 600; }
.chip.new { border-color: var(--new); color: var(--new); } .chip.gone { border-color: var(--gone); color: var(--gone); }
#risks li, .changes > li { border-left: 4px solid var(--wire); background: var(--soft); padding: .5rem .8rem; margin: .5rem 0; }
#risks li.high, .changes > li.minus { border-left-color: var(--gone); }
#risks li.medium, #risks li.low { border-left-color: var(--warn); }
.changes > li.plus { border-left-color: var(--new); }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { text-align: left; padding: .3rem .5rem .3rem 0; border-bottom: 1px solid var(--rule); vertical-align: top;
  overflow-wrap: normal; }
tbody th, tfoot th { font-weight: 600; overflow-wrap: anywhere; } tfoot th, tfoot td { border-bottom: 0; font-weight: 600; } .number { text-align: right; } .risks span { white-space: nowrap; }
thead th:nth-child(n + 3) { text-align: right; }
#legend dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .4rem .8rem; margin: 0; font-size: .875rem; }
#legend dd { margin: 0; }
#tools { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: .5rem 0 1rem; }
#tools input[type=search] { flex: 1 1 11rem; min-width: 0; }
input[type=search], button { font: inherit; color: var(--fg); background: var(--bg); border: 1px solid var(--wire);
  border-radius: 4px; padding: .3rem .6rem; }
button { cursor: pointer; } input[type=checkbox] { width: 1.1em; height: 1.1em; vertical-align: -.15em; }
#shown { flex-basis: 100%; color: var(--muted); margin: 0; } #shown:empty { display: none; }
details.service { border: 1px solid var(--rule); border-radius: 6px; margin: .5rem 0; padding: 0 .8rem;
  content-visibility: auto; contain-intrinsic-size: auto 2.6rem; }
details.service[open] { padding-bottom: .8rem; }
summary { cursor: pointer; padding: .5rem 0; } details.service > summary { margin: 0 -.8rem; padding: .5rem .8rem; }
details.service > summary:hover { background: var(--soft); } details.service > summary:focus-visible { outline-offset: -3px; }
.name { font-weight: 600; } .count { color: var(--muted); font-size: .875rem; }
#unchanged { margin-top: 1.6rem; } #unchanged > summary { font-weight: 600; }
.permalink { font-size: .875rem; }
.remark { font-weight: 600; }
.drawing { font-size: .9375rem; }
.route { border-top: 1px solid var(--rule); margin-top: .8rem; padding-top: .8rem; }
.box { display: inline-block; min-width: 0; border: 1px solid var(--wire); border-radius: 4px; padding: .15rem .5rem; background: var(--bg); }
.box.new { border: 2px solid var(--new); color: var(--new); } .box.gone { border: 2px dashed var(--gone); color: var(--gone); }
.addresses { display: flex; flex-wrap: wrap; gap: .4rem; margin-bottom: .6rem; } .addresses .box { font-weight: 600; background: var(--soft); }
.way { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); margin: .6rem 0; }
.senders { display: flex; flex-direction: column; justify-content: center; gap: .3rem; }
.senders li, .ends li { display: flex; align-items: center; }
.ends { border-left: 2px solid var(--wire); } .ends ul { display: grid; gap: .3rem; align-content: center; min-height: 100%; }
.ends details { padding: .2rem 0 0 .6rem; } .ends details > summary { color: var(--link); padding: 0 0 .3rem; }
.line { position: relative; flex: 1 0 3.5rem; text-align: center; font-size: .8125rem; padding: 0 .9rem; }
.ends .line { flex: 0 0 auto; min-width: 6rem; }
.line::before { content: ""; position: absolute; left: 0; right: 0; top: 50%; border-top: 2px solid var(--wire); }
.ends .line::after { content: ""; position: absolute; right: 0; top: 50%; margin-top: -4px; border: 5px solid transparent;
  border-right: 0; border-left-color: var(--wire); }
.line > span:first-child:not(.arrow) { position: relative; background: var(--bg); padding: 0 .3em; }
.line.changed { color: var(--warn); font-weight: 600; } .line.changed::before { border-top-color: var(--warn); }
.ends .line.new { color: var(--new); } .line.new::before { border-top-color: var(--new); } .ends .line.new::after { border-left-color: var(--new); }
.ends .line.gone { color: var(--gone); } .line.gone::before { border-top: 2px dashed var(--gone); } .ends .line.gone::after { border-left-color: var(--gone); }
.arrow { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 40rem) {
  body { padding: .75rem; }
  #tools input[type=search] { flex-basis: 100%; }
  .way { grid-template-columns: minmax(0, 1fr); }
  .senders { gap: .4rem; padding-bottom: .4rem; }
  .senders .line::before { display: none; } .senders .line { flex: 0 0 auto; padding: 0 .5rem; }
  .ends { margin-left: .8rem; } .ends .line { min-width: 5rem; }
}
@media (min-width: 70rem) {
  main { display: grid; grid-template: "gaps gaps" auto "risks risks" auto "totals services" auto "legend services" 1fr
    / 21rem minmax(0, 1fr); column-gap: 2.5rem; align-items: start; }
  #not-compared { grid-area: gaps; } #risks { grid-area: risks; } #totals { grid-area: totals; }
  #legend { grid-area: legend; } .services { grid-area: services; }
}
@media print {
  :root { --fg: #000000; --bg: #ffffff; --soft: #ffffff; --muted: #444444; --link: #000000; --new: #116329; --gone: #a40e26;
    --warn: #7d4e00; --on: #ffffff; --wire: #555555; --rule: #bbbbbb; }
  body { font-size: 10pt; max-width: none; padding: 0; }
  .skip, #tools, .permalink, #unchanged { display: none; }
  main { display: block; }
  details.service { content-visibility: visible; break-inside: avoid; } .chip, .box, .line { print-color-adjust: exact; }
}
`;
