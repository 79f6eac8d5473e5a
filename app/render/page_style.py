"""How the page of a run looks: one style sheet, inline, for screen and paper, light and dark."""

STYLE = """
:root { color-scheme: light dark; --cited: #0a7d38; --kept: #0b62b5; --opened: #555; --passed: #9a6200;
  --line: #8886; --soft: #8881; }
@media (prefers-color-scheme: dark) {
  :root { --cited: #5fd08a; --kept: #74b7ff; --opened: #bbb; --passed: #e2a94a; } }
body { font: 15px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; margin: 0; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; border-bottom: 1px solid var(--line); margin-top: 2rem; }
h3 { font-size: 1rem; margin-bottom: 0; }
code, .hash { font-family: ui-monospace, monospace; font-size: .88em; overflow-wrap: anywhere; }
.words { unicode-bidi: isolate; white-space: pre-line; overflow-wrap: anywhere; }
.quiet, .hash { opacity: .75; font-size: .9em; } p.quiet, p.hash { margin: .2rem 0; }
blockquote { margin: .3rem 0; padding-left: .8rem; border-left: 3px solid var(--cited); }
ul.way, ul.way ul { list-style: none; padding-left: 1.3rem; } ul.way ul { border-left: 1px solid var(--line); }
summary { cursor: pointer; } .legend span { margin-right: 1rem; }
.cited { color: var(--cited); } .kept { color: var(--kept); } .opened, .on-the-way { color: var(--opened); }
.passed-by, .more { color: var(--passed); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .88em; }
th, td { border: 1px solid var(--line); padding: .2rem .5rem; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; min-width: 3rem; }
svg { display: block; margin: .5rem 0; font: 11px system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
svg text { fill: currentColor; } svg rect { fill: var(--soft); stroke: currentColor; }
svg .link { fill: none; stroke: var(--line); } svg .cited rect { stroke-width: 3; } svg .kept rect { stroke-width: 2; }
svg .passed-by rect, svg .more rect { stroke-dasharray: 4 3; } svg .on-the-way rect { stroke-dasharray: 1 3; }
@media print { main { max-width: none; } .scroll { overflow: visible; } }
"""
