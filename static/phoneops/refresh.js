/* Keeps an open page up to date: every few seconds the page's content is fetched and
   only the parts that changed are replaced, so nothing flickers and nothing that is
   being typed, read or selected elsewhere is disturbed. */
(() => {
  "use strict";
  const shown = new Map();

  function root() {
    return document.querySelector("[data-refresh]");
  }

  function openDetails(part) {
    return [...part.querySelectorAll("details[open][id]")].map((d) => d.id);
  }

  function replace(old, fresh) {
    const open = openDetails(old);
    old.replaceChildren(...fresh.childNodes);
    for (const id of open) {
      document.getElementById(id)?.setAttribute("open", "");
    }
  }

  function isBusy(part) {
    const selection = document.getSelection();
    return (
      part.querySelector("input:focus, select:focus, textarea:focus") ||
      (selection && !selection.isCollapsed && part.contains(selection.anchorNode))
    );
  }

  function update(page) {
    for (const fresh of page.querySelectorAll("[data-part]")) {
      const name = fresh.dataset.part;
      const old = document.querySelector(`[data-part="${name}"]`);
      const html = fresh.innerHTML;
      if (old && shown.get(name) !== html && !isBusy(old)) {
        shown.set(name, html);
        replace(old, fresh);
      }
    }
    const seconds = page.querySelector("[data-refresh]")?.dataset.refresh;
    root().dataset.refresh = seconds || "0";
  }

  function tell(stale) {
    for (const note of document.querySelectorAll("[data-stale]")) {
      note.hidden = !stale;
    }
  }

  async function refresh() {
    const address = new URL(window.location.href);
    address.searchParams.set("part", "1");
    address.hash = "";
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (answer.redirected || !answer.ok) {
      throw new Error("The page was not given out again.");
    }
    update(new DOMParser().parseFromString(await answer.text(), "text/html"));
  }

  async function turn() {
    if (!document.hidden) {
      try {
        await refresh();
        tell(false);
      } catch {
        tell(true);
      }
    }
    plan();
  }

  function plan() {
    const seconds = Number(root()?.dataset.refresh);
    if (seconds > 0) {
      window.setTimeout(turn, seconds * 1000);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const part of document.querySelectorAll("[data-part]")) {
      shown.set(part.dataset.part, part.innerHTML);
    }
    plan();
  });
})();
