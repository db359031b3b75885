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

  // The switch of language keeps what a link has said.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.hub-switch");
    if (!link) return;
    const query = new URLSearchParams(location.search);
    query.delete("lang");
    for (const [name, value] of new URL(link.href).searchParams) query.set(name, value);
    link.search = query;
  }, { capture: true });

  // A link may open a tab and hide others: ?tab=gan&hide=house,forecast. Gradio is told before it draws the page,
  // since it cannot hide a tab later. What cannot be used is noted, and told below the header.
  const asked = new URLSearchParams(location.search);
  const mistakes = [];
  window.hubLink = { mistakes, hidden: [] };
  const choose = (names) => {
    const opened = asked.get("tab");
    if (opened !== null && !names.includes(opened)) mistakes.push("tab");
    const hidden = new Set();
    for (const name of (asked.get("hide") ?? "").split(",").map((each) => each.trim()).filter(Boolean)) {
      if (names.includes(name) && name !== opened) hidden.add(name);
      else mistakes.push(name === opened && names.includes(name) ? "itself" : "hide");
    }
    if (names.every((name) => hidden.has(name))) {
      mistakes.push("all");
      hidden.clear();
    }
    return [names.includes(opened) ? opened : names.find((name) => !hidden.has(name)), hidden];
  };
  const arrange = (config) => {
    const tabs = config.components?.filter((part) => part.props?.elem_classes?.includes("hub-tab")) ?? [];
    if (!tabs.length || !(asked.has("tab") || asked.has("hide"))) return config;
    const [opened, hidden] = choose([...new Set(tabs.map((tab) => tab.props.id))]);
    window.hubLink.hidden = [...hidden];
    for (const tab of tabs) if (hidden.has(tab.props.id)) tab.props.visible = false;
    for (const part of config.components) if (part.props?.elem_id === "hub-tabs") part.props.selected = opened;
    return config;
  };
  let config;
  Object.defineProperty(window, "gradio_config", {
    get: () => config,
    set: (sent) => { config = arrange(sent); },
    configurable: true,
  });

  // A plot that was drawn while it was hidden takes its real width when the window seems to change.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.(".hub-inside button")) setTimeout(() => dispatchEvent(new Event("resize")), 50);
  });
})();
