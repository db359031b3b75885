// The page's language and its light or dark look. Runs before Gradio starts.
(() => {
  // Gradio takes the language of its own words from the browser; here the page decides.
  const code = document.documentElement.lang;
  Object.defineProperty(navigator, "language", { get: () => code, configurable: true });
  Object.defineProperty(navigator, "languages", { get: () => [code], configurable: true });

  // Gradio goes by the system, and says so again when it has started; what was chosen here holds against both.
  const KEY = "hub-theme";
  let dark = null;
  try { dark = { dark: true, light: false }[localStorage.getItem(KEY)] ?? null; } catch { /* private window */ }
  if (location.search.includes("__theme=")) dark = null;
  const apply = () => {
    const classes = document.body.classList;
    if (dark !== null && classes.contains("dark") !== dark) classes.toggle("dark", dark);
  };
  addEventListener("DOMContentLoaded", () => {
    apply();
    new MutationObserver(apply).observe(document.body, { attributeFilter: ["class"] });
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-hub-theme]")) return;
    dark = !document.body.classList.contains("dark");
    apply();
    try { localStorage.setItem(KEY, dark ? "dark" : "light"); } catch { /* private window */ }
  });

  // A plot that was drawn while it was hidden takes its real width when the window seems to change.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.(".hub-inside button")) setTimeout(() => dispatchEvent(new Event("resize")), 50);
  });
})();
