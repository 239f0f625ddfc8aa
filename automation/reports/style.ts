/** The style sheet of the HTML report: light and dark, and fit for paper. */
export const phaseColours = {
    preflight: "#94a3b8",
    deploying: "#3b82f6",
    exercising: "#a855f7",
    validating: "#14b8a6",
} as const;

export const styleSheet = `
:root{color-scheme:light dark;--fg:#0f172a;--dim:#5b6879;--bg:#fff;--card:#f6f8fb;--line:#dfe5ec;--edge:#a3b0c2;--link:#1d4ed8;
--good:#15803d;--good-bg:#e7f6ec;--good-line:#7cc496;--bad:#b91c1c;--bad-bg:#fdecec;--bad-line:#e58a8a;--cut:#b45309;--cut-bg:#fdf3e1;--cut-line:#e2b366;
--same:#0f766e;--same-bg:#eef7f6;--same-line:#a5d0cb;--held:#64748b;--held-bg:#f1f4f8;--held-line:#b6c1cf;--out-bg:#fff}
@media(prefers-color-scheme:dark){:root{--fg:#e6ebf2;--dim:#9aa8bb;--bg:#0e1524;--card:#172033;--line:#2b3750;--edge:#52617a;--link:#93b4ff;
--good:#5fd38a;--good-bg:#12301f;--good-line:#2f7d4d;--bad:#ff8d8d;--bad-bg:#3a1a1f;--bad-line:#9a3d44;--cut:#f5bd58;--cut-bg:#352710;--cut-line:#8a6423;
--same:#6fd0c5;--same-bg:#12292b;--same-line:#2c6a68;--held:#9aa8bb;--held-bg:#1b2437;--held-line:#44526b;--out-bg:#0e1524}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--fg);background:var(--bg);margin:0 auto;max-width:78rem;padding:2rem 1.5rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0;display:flex;gap:.7rem;align-items:center;flex-wrap:wrap}
h2{font-size:1.15rem;margin:2.4rem 0 .7rem}h3{font-size:.8rem;letter-spacing:.05em;text-transform:uppercase;color:var(--dim);margin:1.2rem 0 .3rem}
p{margin:.4rem 0}a{color:var(--link)}code,.mono{font:.86em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.dim{color:var(--dim)}.good{color:var(--good)}.bad{color:var(--bad)}.cut{color:var(--cut)}.same{color:var(--same)}.held,.out{color:var(--held)}
.badge{font-size:.95rem;font-weight:600;padding:.15rem .7rem;border-radius:99px;border:1px solid}
.badge.good{background:var(--good-bg);border-color:var(--good-line)}.badge.bad{background:var(--bad-bg);border-color:var(--bad-line)}.badge.cut{background:var(--cut-bg);border-color:var(--cut-line)}
.tiles{display:flex;flex-wrap:wrap;gap:.7rem;margin:1.2rem 0 0}.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.55rem .95rem;min-width:8.5rem}
.tile b{display:block;font-size:1.35rem;line-height:1.3;font-variant-numeric:tabular-nums}.tile span{color:var(--dim);font-size:.85rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.32rem .9rem .32rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:500;font-size:.8rem;color:var(--dim)}tr:last-child td{border-bottom:0}td.n{white-space:nowrap;text-align:right;font-variant-numeric:tabular-nums;padding-right:0}td.w{white-space:nowrap}.m{width:1.7rem}.o{width:7rem}.t{width:34%}
.trouble{border:1px solid var(--bad-line);border-left-width:5px;background:var(--bad-bg);border-radius:8px;padding:.7rem 1rem;margin:.7rem 0}.trouble.held{border-color:var(--cut-line);background:var(--cut-bg);color:inherit}
.trouble pre{margin:.35rem 0;white-space:pre-wrap;overflow-wrap:anywhere;font:.86rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.trouble p{margin:.15rem 0}.trouble p b{display:inline-block;min-width:4.8rem;font-weight:500;color:var(--dim)}
.scroll{overflow:auto;max-height:56rem;border:1px solid var(--line);border-radius:10px;background:var(--card)}
svg.graph{display:block;width:100%;height:auto;margin:0 auto}
.line{fill:none;stroke:var(--edge);stroke-width:1.4;marker-end:url(#tip)}.line.stopped{stroke-dasharray:4 4}.tip{fill:var(--edge)}
.box rect{fill:var(--bg);stroke:var(--line);stroke-width:1.2}.box text{font:600 13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--fg)}.box .more{font-weight:400;font-size:11.5px;fill:var(--dim)}.box .sign{text-anchor:middle;font-weight:700}
a:hover .box rect,a:focus .box rect{stroke-width:2.4}
.box.good rect{fill:var(--good-bg);stroke:var(--good-line)}.box.good .sign{fill:var(--good)}.box.same rect{fill:var(--same-bg);stroke:var(--same-line)}.box.same .sign{fill:var(--same)}
.box.bad rect{fill:var(--bad-bg);stroke:var(--bad-line);stroke-width:2}.box.bad .sign{fill:var(--bad)}.box.cut rect{fill:var(--cut-bg);stroke:var(--cut-line)}.box.cut .sign{fill:var(--cut)}
.box.held rect{fill:var(--held-bg);stroke:var(--held-line);stroke-dasharray:4 3}.box.out rect{fill:var(--out-bg);stroke:var(--held-line);stroke-dasharray:2 4}.box.held .name,.box.out .name{fill:var(--dim)}
.key{font-size:.85rem;color:var(--dim)}.key i{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin:0 .35em 0 1.1em}.key i:first-child{margin-left:0}
.times{display:grid;grid-template-columns:max-content max-content max-content minmax(16rem,1fr);column-gap:.9rem;row-gap:.28rem;align-items:center}.times.many{row-gap:.06rem;font-size:.8rem}
.times .axis{grid-column:4;position:relative;height:1.25rem;font-size:.75rem;color:var(--dim)}.axis span{position:absolute;transform:translateX(-50%);white-space:nowrap}.axis span:first-child{transform:none}
.lane{position:relative;height:1.05rem;border-radius:4px;background:var(--card) repeating-linear-gradient(90deg,var(--line) 0 1px,transparent 1px var(--tick,25%))}.many .lane{height:.7rem}
.lane i{position:absolute;top:2px;bottom:2px;border-radius:3px;min-width:2px}
details{border:1px solid var(--line);border-radius:10px;margin:.6rem 0;background:var(--bg)}details.bad{border-color:var(--bad-line)}summary{cursor:pointer;padding:.55rem 1rem;display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline;color:var(--fg)}
summary::before{content:"▸";color:var(--dim)}details[open]>summary::before{content:"▾"}summary::-webkit-details-marker{display:none}summary b{font-size:1.02rem;min-width:9rem}summary .right{margin-left:auto}
.body{padding:0 1rem 1rem;color:var(--fg)}.body h3:first-child{margin-top:.3rem}
.op{font-weight:600}.chips{display:flex;flex-wrap:wrap;gap:.25rem .4rem;margin-top:.3rem}.chips code{background:var(--card);border:1px solid var(--line);border-radius:5px;padding:0 .4rem}
.notes{margin:.2rem 0;padding-left:1.1rem}.notes li{white-space:pre-wrap;overflow-wrap:anywhere}
.levels{display:flex;flex-direction:column;gap:.5rem;padding:1rem}.levels div{display:flex;flex-wrap:wrap;gap:.25rem .4rem}.levels a{text-decoration:none;color:inherit;border:1px solid var(--line);border-radius:5px;padding:0 .45rem;font-size:.82rem;background:var(--bg)}
@media print{.scroll{max-height:none}details{break-inside:avoid}}`;
