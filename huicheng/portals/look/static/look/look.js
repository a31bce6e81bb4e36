/* What the pages do beyond links and forms. Everything works without it; this makes it quicker. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const load = (src) => (load.once[src] ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = done;
    script.onerror = fail;
    document.head.append(script);
  }));
  load.once = {};

  function toast(text) {
    const box = document.querySelector(".toasts");
    const note = document.createElement("div");
    note.className = "toast";
    note.textContent = text;
    box?.append(note);
    setTimeout(() => note.remove(), 2600);
  }

  async function copy(button) {
    const text = button.parentElement.querySelector("code, input, .copy-text")?.textContent ?? "";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    toast(document.body.dataset.copied);
  }

  /* Numbers compare as numbers, everything else as words of the page's language; empty cells stay last. */
  function sort(head) {
    const table = head.closest("table");
    const column = [...head.parentElement.children].indexOf(head);
    const down = head.getAttribute("aria-sort") === "ascending";
    const words = new Intl.Collator(document.documentElement.lang, { numeric: true });
    const key = (row) => row.children[column]?.dataset.order ?? row.children[column]?.textContent.trim() ?? "";
    const rows = [...table.tBodies[0].rows].map((row) => [key(row), row]);
    rows.sort(([a], [b]) => {
      if (!a || !b) return a ? -1 : b ? 1 : 0;
      const order = isNaN(a) || isNaN(b) ? words.compare(a, b) : a - b;
      return down ? -order : order;
    });
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    table.tBodies[0].append(...rows.map(([, row]) => row));
  }

  function theme(button) {
    document.documentElement.dataset.theme = button.value;
    document.cookie = `theme=${button.value};path=/;max-age=31536000;samesite=lax`;
    for (const one of all('button[name="theme"]')) one.setAttribute("aria-pressed", one.value === button.value);
    document.dispatchEvent(new CustomEvent("theme"));
  }

  function keys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      if (typing) return typing.blur();
      return all("details.menu[open]").forEach((menu) => { menu.open = false; menu.firstElementChild.focus(); });
    }
    if (typing) return;
    if (event.key === "/") {
      const box = document.querySelector("input[type=search]");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    }
    if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
  }

  function step(by) {
    const rows = all(".desk-list li > a");
    if (!rows.length) return;
    const at = rows.findIndex((row) => row === document.activeElement);
    const from = at >= 0 ? at : rows.findIndex((row) => row.hasAttribute("aria-current"));
    rows[Math.max(0, Math.min(rows.length - 1, from + by))].focus();
  }

  async function draw(root) {
    const boxes = all("[data-chart]:not([data-drawn])", root);
    if (!boxes.length) return;
    const { echarts, maplibre, maplibreCss, charts } = document.body.dataset;
    const jobs = [load(charts)];
    if (boxes.some((box) => box.dataset.chart !== "points")) jobs.push(load(echarts));
    if (boxes.some((box) => box.dataset.chart === "points")) {
      const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: maplibreCss });
      document.head.append(sheet);
      jobs.push(load(maplibre));
    }
    await Promise.all(jobs);
    boxes.forEach((box) => window.huicheng.draw(box));
  }

  function start(root) {
    for (const head of all("table[data-sortable] thead th button", root)) {
      head.addEventListener("click", () => sort(head.closest("th")));
    }
    for (const list of all(".desk-list [aria-current]", root)) list.scrollIntoView({ block: "nearest" });
    root.querySelector?.(".error-summary")?.focus();
    draw(root);
  }

  document.addEventListener("click", (event) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    const button = event.target.closest("button");
    if (!button) return;
    if (button.hasAttribute("data-copy")) copy(button);
    if (button.name === "theme") { event.preventDefault(); theme(button); }
    if (button.dataset.opens) document.getElementById(button.dataset.opens)?.showModal();
    if (button.hasAttribute("data-closes")) button.closest("dialog")?.close();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
  document.addEventListener("keydown", keys);
  document.addEventListener("htmx:afterSwap", (event) => start(event.detail.elt));
  window.huicheng = { toast };
  start(document);
})();
