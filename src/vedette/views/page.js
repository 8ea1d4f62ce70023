// Draws the charts of a page, one after the other, those in view first; keeps their time axes together.
(() => {
  "use strict";
  const settings = JSON.parse(document.getElementById("settings").textContent);
  const words = settings.words;
  const charts = new Map(); // element -> {spec, view, width}; spec is null until it has come over the net

  // -- drawing ------------------------------------------------------------------------------------------------

  // As `vedette.views.chart.fitted`: plots fill the column, with the room beside them that the chart asks for.
  // Where a page says so, all charts of a group on the time axis begin as far right as the one with the longest names.
  function fitted(spec, width, element) {
    const room = spec.usermeta.vedette;
    const least = (timed(spec) && Number(element.closest("[data-left]")?.dataset.left)) || 0;
    const wanted = Math.max(room.left, least);
    const left = width < 480 ? Math.min(wanted, 88) : wanted;
    let plot = Math.max(width - left - room.right, 80);
    if (room.most) plot = Math.min(plot, room.most);
    if (left !== room.left) spec = withLeft(spec, room.left, left);
    if (spec.vconcat) return { ...spec, vconcat: spec.vconcat.map((part) => ({ ...part, width: plot })) };
    return { ...spec, width: plot };
  }

  function withLeft(part, wide, narrow) {
    if (Array.isArray(part)) return part.map((inner) => withLeft(inner, wide, narrow));
    if (!part || typeof part !== "object") return part;
    if (part.maxExtent === wide) {
      const limit = part.labelLimit ? { labelLimit: narrow - 12 } : {};
      return { ...part, ...limit, minExtent: narrow, maxExtent: narrow };
    }
    return Object.fromEntries(Object.entries(part).map(([key, inner]) =>
      [key, key === "datasets" ? inner : withLeft(inner, wide, narrow)]));
  }

  // Vega reads CSV with `new Function`, which this page forbids itself; the rows become objects here instead.
  function records(csv) {
    const lines = [[]];
    for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n"]*))(,|\n|$)/g)) {
      lines.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
      if (end === "\n") lines.push([]);
      if (end === "") break;
    }
    const [names, ...rows] = lines.filter((line) => line.length > 1 || line[0]);
    return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
  }
  function readable(part) {
    if (Array.isArray(part)) return part.map(readable);
    if (!part || typeof part !== "object") return part;
    if (part.type === "csv") return { ...part, type: "json" };
    return Object.fromEntries(Object.entries(part).map(([key, inner]) =>
      [key, key === "datasets" ? Object.fromEntries(Object.entries(inner).map(([k, csv]) => [k, records(csv)])) : readable(inner)]));
  }

  const months = "一二三四五六七八九十".split("").concat("十一", "十二").map((n) => n + "月");
  const days = ["日", "一", "二", "三", "四", "五", "六"];
  const chinese = {
    dateTime: "%x %X", date: "%Y年%-m月%-d日", time: "%H:%M:%S", periods: ["上午", "下午"],
    days: days.map((d) => "星期" + d), shortDays: days.map((d) => "周" + d), months, shortMonths: months,
  };

  function options(config) {
    return {
      config, renderer: "svg", actions: false, ast: true,
      // A server's policy allows no styles but those of its files; its own sheet has them.
      tooltip: { theme: "custom", disableDefaultStyle: !!settings.strict }, defaultStyle: !settings.strict,
      loader: { target: "_self" }, timeFormatLocale: settings.lang === "zh-CN" ? chinese : undefined,
    };
  }

  async function draw(element) {
    const chart = charts.get(element);
    const width = element.clientWidth;
    if (!width || chart.width === width || element.closest("details.folded:not([open])")) return;
    chart.width = width;
    try {
      if (!chart.spec) await arrive(element, chart);
      const drawn = await window.vegaEmbed(element, fitted(chart.spec, width, element), options(settings.config));
      if (chart.view) chart.view.finalize();
      chart.view = drawn.view;
      // The element around it is one picture with one description; its marks have nothing to add.
      element.querySelector("svg").setAttribute("aria-hidden", "true");
      if (timed(chart.spec)) follow(chart, element);
    } catch (error) {
      element.textContent = words.chart_failed;
      console.error(error);
    }
  }

  // On a server a page comes before its charts: what it said of them so far gives way to the whole.
  async function arrive(element, chart) {
    const answer = await chart.coming;
    if (!answer.ok) throw new Error(answer.url + " " + answer.status);
    const told = await answer.json();
    chart.spec = readable(told.spec);
    element.setAttribute("aria-label", told.described);
    const remarks = element.parentElement.querySelector(".remarks");
    remarks.textContent = remarks.title = told.remarks;
    element.style.minHeight = element.clientHeight + "px";
  }

  const queue = [];
  let busy = false;
  async function work() {
    if (busy) return;
    busy = true;
    while (queue.length) {
      await draw(queue.shift());
      await new Promise((next) => setTimeout(next));
    }
    busy = false;
    document.documentElement.dataset.drawn = "all";
  }
  function soon(element, first = false) {
    const at = queue.indexOf(element);
    if (at >= 0) queue.splice(at, 1);
    first ? queue.unshift(element) : queue.push(element);
  }

  // -- one time axis ------------------------------------------------------------------------------------------

  let span = settings.span || null; // [from, to] while zoomed
  let dragged = null;
  let zoomed = null; // the figure where the part was chosen
  const timed = (spec) => (spec.params || []).some((parameter) => parameter.name === "zoom_from");
  const whole = (spec) => ["zoom_from", "zoom_to"].map((name) => spec.params.find((p) => p.name === name).value);

  let hinted = false;
  function follow(chart, element) {
    if (span) show(chart, span);
    if (!hinted) {
      hinted = true;
      const hint = Object.assign(document.createElement("span"), { className: "hint", textContent: words.zoom_hint });
      element.parentElement.querySelector(".saves").prepend(hint);
    }
    chart.view.addSignalListener("brush", (_, value) => {
      const range = Object.values(value || {})[0];
      dragged = range && range[1] > range[0] ? { chart, range: range.map(Number) } : null;
    });
    chart.view.addEventListener("dblclick", () => zoom(null));
  }
  function show(chart, range) {
    const [from, to] = range || whole(chart.spec);
    chart.view.signal("zoom_from", from).signal("zoom_to", to).runAsync();
  }
  function zoom(range, from) {
    const base = from && String(whole(from.spec));
    span = range;
    if (from) zoomed = from.element.closest("figure");
    for (const chart of charts.values()) {
      if (chart.view && chart.spec && timed(chart.spec) && (!base || String(whole(chart.spec)) === base)) show(chart, range);
    }
    document.getElementById("show-all").hidden = !range;
    document.dispatchEvent(new CustomEvent("zoomed", { detail: range }));
  }
  window.addEventListener("pointerup", () => setTimeout(() => {
    if (!dragged) return;
    const { chart, range } = dragged;
    dragged = null;
    chart.view.signal("brush_x", [0, 0]).run();
    zoom(range, chart);
  }));

  // -- taking a chart along -----------------------------------------------------------------------------------

  function save(name, url) {
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
  }

  // A picture stands outside the page, so the page's variables become colours in it.
  function literal(value) {
    if (Array.isArray(value)) return value.map(literal);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]));
    }
    if (typeof value !== "string" || !value.startsWith("var(")) return value;
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.color = value;
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }

  async function picture(element, title, kind) {
    const chart = charts.get(element);
    const aside = document.createElement("div");
    const config = { ...literal(settings.config), background: literal("var(--surface)"), padding: 16 };
    const spec = { ...fitted(chart.spec, element.clientWidth, element), title };
    const { view } = await window.vegaEmbed(aside, spec, options(config));
    const url = await view.toImageURL(kind, 2);
    view.finalize();
    return url;
  }

  function csv(table) {
    const quoted = (cell) => '"' + cell.textContent.replaceAll('"', '""') + '"';
    const lines = [...table.rows].map((row) => [...row.cells].map(quoted).join(","));
    return URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n")], { type: "text/csv" }));
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-save]");
    if (!button) return;
    const figure = button.closest("figure");
    const title = (figure.closest("details.folded") || figure).querySelector("h3").textContent;
    const remarks = figure.querySelector(".remarks");
    const kind = button.dataset.save;
    const url = kind === "csv"
      ? csv(figure.querySelector("table")) : await picture(figure.querySelector(".chart"), { text: title, subtitle: remarks ? remarks.textContent : "" }, kind);
    save(title.slice(0, 80).replace(/[^\p{L}\p{N}]+/gu, "-") + "." + kind, url);
  });

  // -- the page -----------------------------------------------------------------------------------------------

  const theme = document.getElementById("theme");
  if (theme) {
    theme.hidden = false;
    theme.addEventListener("click", () => {
      const root = document.documentElement;
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
    });
  }

  const back = document.body.appendChild(document.createElement("button"));
  Object.assign(back, { id: "show-all", type: "button", hidden: !span, textContent: words.show_all });
  back.setAttribute("aria-keyshortcuts", "Escape");
  back.addEventListener("click", showAll);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && span && !event.defaultPrevented && !document.querySelector("dialog[open]")) showAll();
  });
  // The button goes with the zoom; who pressed it by key goes on from the chart that it was about.
  function showAll() {
    const pressed = document.activeElement === back;
    zoom(null);
    if (!pressed || !zoomed) return;
    zoomed.tabIndex = -1;
    zoomed.focus({ preventScroll: true });
  }

  function reveal() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target && target.closest("details");
    if (folded) folded.open = true;
  }
  window.addEventListener("hashchange", reveal);

  function add(element, spec, coming) {
    charts.set(element, { element, spec, coming, view: null, width: 0 });
    element.parentElement.querySelector(".saves").hidden = false;
    const folded = element.closest("details.folded");
    if (folded) folded.addEventListener("toggle", () => { soon(element, true); work(); });
    soon(element);
  }
  for (const data of document.querySelectorAll("script.spec")) {
    add(data.parentElement.querySelector(".chart"), readable(JSON.parse(data.textContent)), null);
  }
  for (const element of document.querySelectorAll(".chart[data-spec]")) {
    add(element, null, window.chartsAhead.get(element.dataset.spec));
  }
  const watcher = new IntersectionObserver((seen) => {
    for (const one of seen) if (one.isIntersecting && queue.includes(one.target)) soon(one.target, true);
  });
  for (const element of charts.keys()) watcher.observe(element);
  let resized;
  window.addEventListener("resize", () => {
    clearTimeout(resized);
    resized = setTimeout(() => { [...charts.keys()].forEach((element) => soon(element)); work(); }, 150);
  });
  reveal();
  work();
})();
