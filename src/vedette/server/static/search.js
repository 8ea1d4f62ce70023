// The palette: "/" or Ctrl/Cmd-K, type, arrows, Enter.
export function start(words) {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const field = dialog.querySelector("input");
  const list = dialog.querySelector("ul");
  let asked = 0;
  let chosen = -1;

  function open() {
    if (dialog.open) return;
    dialog.showModal();
    field.select();
    ask();
  }
  for (const opener of document.querySelectorAll("[data-palette]")) {
    opener.addEventListener("click", (event) => { event.preventDefault(); open(); });
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if ((event.key === "k" && (event.metaKey || event.ctrlKey)) || (event.key === "/" && !typing)) {
      event.preventDefault();
      open();
    }
  });

  async function ask() {
    const turn = ++asked;
    const answer = await fetch("/search?q=" + encodeURIComponent(field.value));
    if (turn !== asked || !answer.ok) return;
    show(await answer.json());
  }
  function show(hits) {
    chosen = hits.length ? 0 : -1;
    list.replaceChildren(...hits.map((hit, i) => {
      const item = document.createElement("li");
      item.setAttribute("role", "presentation");
      // The link itself is the option: a list that can be chosen from holds nothing else that can be pressed.
      const link = document.createElement("a");
      link.setAttribute("role", "option");
      link.id = "hit-" + i;
      link.href = hit.href;
      link.tabIndex = -1;
      const kind = document.createElement("span");
      kind.textContent = hit.kind;
      link.append(hit.text, kind);
      item.append(link);
      return item;
    }));
    list.hidden = !hits.length;
    dialog.querySelector("[data-none]").textContent = hits.length ? "" : words.no_hits;
    mark();
  }
  function mark() {
    [...list.children].forEach((item, i) => item.firstChild.setAttribute("aria-selected", String(i === chosen)));
    if (chosen < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", "hit-" + chosen);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  }
  let soon;
  field.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(ask, 80); });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.children.length) {
      event.preventDefault();
      chosen = (chosen + step + list.children.length) % list.children.length;
      mark();
    }
    if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      list.children[chosen].querySelector("a").click();
    }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}
