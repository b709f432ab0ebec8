/** The style sheet of the report. */
export const style = `
:root { color-scheme: light dark; --fg: #1f2328; --bg: #fff; --soft: #f4f5f7; --line: #d0d7de;
  --new: #1a7f37; --gone: #cf222e; --changed: #9a6700; --same: #8c959f; }
@media (prefers-color-scheme: dark) { :root { --fg: #e6edf3; --bg: #0d1117; --soft: #161b22;
  --line: #30363d; --new: #3fb950; --gone: #f85149; --changed: #d29922; --same: #7d8590; } }
* { box-sizing: border-box; } [hidden] { display: none !important; }
body { margin: 0; font: 14px/1.45 system-ui, sans-serif; color: var(--fg); background: var(--bg);
  display: grid; grid-template: auto 1fr / minmax(16rem, 24rem) 1fr; height: 100vh; }
header { grid-column: 1 / 3; padding: .6rem 1rem; border-bottom: 1px solid var(--line);
  display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
h1 { font-size: 1.1rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 0 0 .6rem; overflow-wrap: anywhere; }
nav { overflow: auto; border-right: 1px solid var(--line); }
nav .tools { position: sticky; top: 0; background: var(--bg); padding: .6rem; border-bottom: 1px solid var(--line); }
input[type=search], select { width: 100%; padding: .35rem .5rem; font: inherit; }
#nodes { margin: .3rem 0 .6rem; max-height: 6rem; overflow: auto; overflow-wrap: anywhere; }
label { display: block; margin-top: .3rem; }
ul { list-style: none; margin: 0; padding: 0; }
#services li { content-visibility: auto; contain-intrinsic-size: auto 2.1rem; }
#services button { all: unset; box-sizing: border-box; cursor: pointer; width: 100%; padding: .35rem .7rem;
  display: flex; gap: .5rem; border-left: 4px solid transparent; overflow-wrap: anywhere; }
#services button:hover, #services button[aria-current=true] { background: var(--soft); }
#services button:focus-visible { outline: 2px solid currentColor; outline-offset: -2px; }
#services .new { border-left-color: var(--new); } #services .gone { border-left-color: var(--gone); }
#services .changed { border-left-color: var(--changed); }
.badge { margin-left: auto; white-space: nowrap; color: var(--same); } .risk { color: var(--gone); font-weight: 600; }
main { overflow: auto; padding: 1rem; }
#changes > li { border-left: 4px solid var(--changed); padding: .3rem .7rem; margin-bottom: .5rem; background: var(--soft);
  overflow-wrap: anywhere; }
#changes > li.plus { border-left-color: var(--new); } #changes > li.minus { border-left-color: var(--gone); }
#changes code { font-size: .95em; } #changes .place { color: var(--same); font-size: .9em; }
svg { display: block; margin: .5rem 0 1.2rem; max-width: none; }
svg text { font: 12px ui-monospace, monospace; fill: var(--fg); } svg .title { font-weight: 600; fill: var(--same); }
svg rect { fill: var(--soft); stroke: var(--line); rx: 4; } svg path { fill: none; stroke: var(--same); opacity: .5; }
svg .new rect { stroke: var(--new); stroke-width: 2; } svg path.new { stroke: var(--new); stroke-width: 2; opacity: 1; }
svg .gone rect { stroke: var(--gone); stroke-width: 2; stroke-dasharray: 5 3; }
svg path.gone { stroke: var(--gone); stroke-width: 2; stroke-dasharray: 5 3; opacity: 1; }
.legend span { margin-right: 1rem; } .legend .new { color: var(--new); } .legend .gone { color: var(--gone); }
`;
