// Asks for the charts, the first one first, while the library that draws them is still on its way.
let last = Promise.resolve();
window.chartsAhead = new Map();
for (const chart of document.querySelectorAll(".chart[data-spec]")) {
  const ask = () => fetch(chart.dataset.spec);
  last = last.then(ask, ask);
  window.chartsAhead.set(chart.dataset.spec, last);
}
