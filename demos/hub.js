// The page's language and its light or dark look. Runs before Gradio starts.
(() => {
  // Gradio takes the language of its own words from the browser; here the page decides.
  const code = document.documentElement.lang;
  Object.defineProperty(navigator, "language", { get: () => code, configurable: true });
  Object.defineProperty(navigator, "languages", { get: () => [code], configurable: true });

  const KEY = "hub-theme";
  const apply = (dark) => document.body.classList.toggle("dark", dark);
  const restore = () => {
    let saved = null;
    try { saved = localStorage.getItem(KEY); } catch { return; }
    if (saved && !location.search.includes("__theme=")) apply(saved === "dark");
  };
  addEventListener("load", () => setTimeout(restore, 0));
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-hub-theme]")) return;
    const dark = !document.body.classList.contains("dark");
    apply(dark);
    try { localStorage.setItem(KEY, dark ? "dark" : "light"); } catch { /* private window */ }
  });
})();
