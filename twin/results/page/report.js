// Draws the figures of the page. Colours are names with a dollar; the page's style says what they are, light or dark.
(function () {
  "use strict";
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const slim = window.matchMedia("(max-width: 700px)");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  }

  function themed(value) {
    if (typeof value === "string") {
      if (/^\$[a-z]+$/.test(value)) return colour(value.slice(1));
      return value.replace(/color:\$([a-z]+)/g, (_, name) => "color:" + colour(name));
    }
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(themed);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, themed(item)]));
    }
    return value;
  }

  function layoutOf(figure) {
    const view = figure.views[slim.matches ? "narrow" : "wide"];
    const layout = themed({ ...figure.layout, ...view });
    const axis = { gridcolor: colour("grid"), linecolor: colour("muted"), tickcolor: colour("muted"), tickfont: { size: 11 } };
    for (const key of Object.keys(layout).filter((name) => /^[xy]axis/.test(name))) layout[key] = { ...axis, ...layout[key] };
    layout.xaxis.fixedrange = slim.matches;
    return {
      ...layout,
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("soft") },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      hovermode: "closest",
      hoverlabel: { bgcolor: colour("raised"), bordercolor: colour("muted"), font: { color: colour("ink") } },
      dragmode: slim.matches ? false : "zoom",
      transition: { duration: still.matches ? 0 : undefined },
    };
  }

  const config = { displayModeBar: false, displaylogo: false, responsive: true };

  function draw() {
    for (const figure of figures) {
      const place = document.getElementById("chart-" + figure.id);
      Plotly.react(place, themed(figure.data), layoutOf(figure), config);
    }
  }

  draw();
  dark.addEventListener("change", draw);
  slim.addEventListener("change", draw);
})();
