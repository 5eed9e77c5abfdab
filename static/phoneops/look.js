// Opened with ?look=FIELD, the form shows that field: unfolded, its tab, its place, in colour.
addEventListener("load", () => {
  const name = new URLSearchParams(location.search).get("look");
  if (!name || !/^[\w-]+$/.test(name)) return;
  const field =
    document.getElementById(`id_${name}`) ||
    document.querySelector(`[name="${name}"], [id^="${name}-"]`);
  if (!field) return;
  const tab = field.closest('[x-show*="activeFieldsetTab"]');
  const slug = tab && /== '([^']*)'/.exec(tab.getAttribute("x-show"));
  const tabs = tab && tab.closest("[x-data]");
  if (slug && tabs && window.Alpine) Alpine.$data(tabs).activeFieldsetTab = slug[1];
  for (let hidden = field.closest("details"); hidden; ) {
    hidden.open = true;
    hidden = hidden.parentElement.closest("details");
  }
  setTimeout(() => {
    const row = field.closest(".field-line, .form-row") || field.parentElement;
    row.style.outline = "2px solid rgb(249 115 22)";
    row.style.outlineOffset = "6px";
    row.scrollIntoView({ block: "center" });
    if (field.focus) field.focus({ preventScroll: true });
  }, 50);
});
