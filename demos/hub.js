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

  // The switch of language keeps the tab and what stands in it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.hub-switch");
    const tab = document.querySelector("#hub-tabs [role=tab][aria-selected=true]")?.dataset.tabId;
    const lead = link && window.hubLink.panels[tab];
    if (!lead || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    lead(link.hreflang.slice(0, 2));
    setTimeout(() => location.assign(link.href), 3000); // should the tab not answer
  });

  // A camera, and pictures from the clipboard, are to be had on https alone, or on the machine itself.
  const marks = document.documentElement.classList;
  if (!navigator.clipboard?.read) marks.add("hub-no-paste");
  const withoutCamera = () => marks.add("hub-no-camera");
  if (!navigator.mediaDevices?.getUserMedia) withoutCamera();
  else navigator.mediaDevices.enumerateDevices().then((found) => {
    if (!found.some((device) => device.kind === "videoinput")) withoutCamera();
  }, withoutCamera);

  // A link may open a tab and hide others: ?tab=gan&hide=house,forecast. Gradio is told before it draws the page,
  // since it cannot hide a tab later. What cannot be used is noted, and told below the header.
  const asked = new URLSearchParams(location.search);
  const mistakes = [];
  const mistake = (kind, name = "", tab = "") => mistakes.push({ kind, name, tab });
  window.hubLink = { mistakes, hidden: [], panels: {} };
  const choose = (names) => {
    const opened = asked.get("tab");
    if (opened !== null && !names.includes(opened)) mistake("tab");
    const hidden = new Set();
    for (const name of (asked.get("hide") ?? "").split(",").map((each) => each.trim()).filter(Boolean)) {
      if (names.includes(name) && name !== opened) hidden.add(name);
      else mistake(name === opened && names.includes(name) ? "itself" : "hide");
    }
    if (names.every((name) => hidden.has(name))) {
      mistake("all");
      hidden.clear();
    }
    return [names.includes(opened) ? opened : names.find((name) => !hidden.has(name)), hidden];
  };
  // Names that no tab knows may be somebody else's, such as a mail's utm_source; in a link of ours they are slips.
  const OWN = ["tab", "hide", "lang"], FOREIGN = /^(__|utm_)/;
  const checkNames = (opened, names) => {
    if (asked.get("lang") && !/^(en|zh)/.test(asked.get("lang"))) mistake("lang");
    for (const name of new Set(asked.keys())) {
      if (OWN.includes(name) || FOREIGN.test(name) || names.get(opened)?.includes(name)) continue;
      const owner = [...names.keys()].find((task) => names.get(task).includes(name));
      if (asked.has("tab")) mistake("unknown", name);
      else if (owner) mistake("elsewhere", name, owner);
    }
  };
  const arrange = (config) => {
    const tabs = config.components?.filter((part) => part.props?.elem_classes?.includes("hub-tab")) ?? [];
    if (!tabs.length || !asked.size) return config;
    const [opened, hidden] = choose([...new Set(tabs.map((tab) => tab.props.id))]);
    const panels = config.components.map((part) => part.props?.props).filter((given) => given?.task && given.names);
    checkNames(opened, new Map(panels.map(({ task, names }) => [task, names])));
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
