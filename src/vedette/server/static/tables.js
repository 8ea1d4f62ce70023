// j and k, or the arrows, move through the rows of a list; Enter opens one.
const typing = (element) => element.closest("input, textarea, select, [contenteditable], dialog");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const step = { j: 1, k: -1 }[event.key] ?? (event.target.closest("table.list") ? { ArrowDown: 1, ArrowUp: -1 }[event.key] : 0);
  if (!step) return;
  const links = [...document.querySelectorAll("table.list tbody th a")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  event.preventDefault();
  links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)].focus();
});
// Choosing from a list in a bar of filters is all it takes; without scripts a button does it.
for (const form of document.querySelectorAll("form.filters")) {
  for (const choice of form.querySelectorAll("select")) choice.addEventListener("change", () => form.requestSubmit());
}
for (const menu of document.querySelectorAll("details.menu")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
}
