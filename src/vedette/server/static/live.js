// An empty page comes alive when the first event arrives: it asks every three seconds while it is looked at.
export function start() {
  const empty = document.querySelector("[data-pulse]");
  if (!empty) return;
  let before = null;
  async function look() {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch("/pulse?model=" + encodeURIComponent(empty.dataset.pulse), { cache: "no-store" });
        const now = answer.ok ? await answer.text() : before;
        if (before !== null && now !== before) return location.reload();
        before = now;
      } catch {
        // The server may be restarting; the next question will tell.
      }
    }
    setTimeout(look, 3000);
  }
  look();
}
