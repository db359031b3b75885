// Two things that Gradio's plot has no events for: the tab's first sight, which asks for the first answer, and a
// click on a dot of the map. Value: the zip code of the dot that was clicked.
const tab = element.closest(".tabitem") ?? document.body;

const listen = () => {
  for (const map of tab.querySelectorAll(".house-map .js-plotly-plot")) {
    if (map.hubListens || !map.on) continue;
    map.hubListens = true;
    map.on("plotly_click", (event) => {
      const code = event.points.find((point) => point.customdata)?.customdata;
      if (!code) return;
      props.value = String(code);
      trigger("input");
    });
  }
};

new MutationObserver(listen).observe(tab, { childList: true, subtree: true });
listen();
trigger("load");
