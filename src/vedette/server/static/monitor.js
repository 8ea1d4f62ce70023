// The monitor as a form and as TOML: each side follows the other through the server, which alone knows the format.
export function start(words) {
  const editor = document.getElementById("editor");
  if (!editor) return;
  const text = editor.querySelector("textarea");
  const fields = [...editor.querySelectorAll("[data-field]")];
  const problems = document.getElementById("problems");
  const preview = document.getElementById("preview");
  const token = editor.querySelector("input[name=_csrf]").value;

  async function ask(what, body) {
    const answer = await fetch(`${location.pathname}/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
      body: JSON.stringify({ toml: text.value, ...body }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  function told(found) {
    const items = (found || []).map((problem) => {
      const item = document.createElement("li");
      const first = document.createElement("strong");
      first.textContent = (problem.line ? `${problem.line}: ` : "") + problem.found;
      item.append(first, " ", problem.expected, " ", problem.fix);
      return item;
    });
    problems.replaceChildren(...items);
    problems.hidden = !items.length;
    text.setAttribute("aria-invalid", String(!!items.length));
    return !items.length;
  }

  let turn = 0;
  async function check(changes) {
    const mine = ++turn;
    const found = await ask("check", { changes });
    if (mine !== turn) return;
    if (Object.keys(changes).length) text.value = found.toml;
    for (const field of fields) {
      field.disabled = !found.form;
      if (found.form && field !== document.activeElement) field.value = found.form[field.name];
    }
    told(found.problems);
  }
  let soon;
  text.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(() => check({}), 400); });
  for (const field of fields) {
    field.addEventListener("change", () => check({ [field.name]: field.value }));
  }

  editor.querySelector("[data-preview]").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    preview.querySelector("p").textContent = words.working;
    try {
      const found = await ask("preview", {});
      told(found.problems);
      preview.querySelector("p").textContent = found.sentence;
      preview.querySelector("ol").replaceChildren(...found.alarms.map((alarm) => {
        const item = document.createElement("li");
        item.className = alarm.level;
        const time = document.createElement("time");
        time.textContent = alarm.at.slice(0, 10);
        item.append(time, alarm.title);
        return item;
      }));
    } catch (error) {
      preview.querySelector("p").textContent = words.failed;
      console.warn(error);
    } finally {
      button.disabled = false;
    }
  });
}
