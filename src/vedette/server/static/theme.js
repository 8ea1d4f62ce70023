// Turns the page light or dark at once; the form around the button does the same without scripts.
const form = document.querySelector("form.theme");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = dark ? "light" : "dark";
  root.dataset.theme = theme;
  form.elements.theme.value = dark ? "dark" : "light";
  document.cookie = `vd_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
});
