// Copies what stands before a button, and permanent links.
const words = JSON.parse(document.getElementById("settings").textContent).words;
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const source = button.dataset.copy;
  const text = source.startsWith("#") && source.length > 1
    ? document.getElementById(source.slice(1)).textContent.trim() : new URL(source, location.href).href;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without the right to the clipboard the text is at least selected.
    const range = document.createRange();
    const element = source.startsWith("#") && document.getElementById(source.slice(1));
    if (!element) return;
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return;
  }
  const before = button.textContent;
  button.textContent = words.copied;
  setTimeout(() => { button.textContent = before; }, 1500);
});
