/* A click on a bar of a chart opens the list of what it counts. */
(() => {
  "use strict";
  function listen(box) {
    const links = box.dataset.links.split(" ");
    const canvas = box.querySelector("canvas");
    canvas.addEventListener("click", (click) => {
      const chart = window.Chart?.getChart(canvas);
      const found = chart?.getElementsAtEventForMode(
        click, "index", { intersect: false }, false
      );
      if (found?.length) {
        window.location.assign(links[found[0].index]);
      }
    });
  }
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-links]").forEach(listen);
  });
})();
