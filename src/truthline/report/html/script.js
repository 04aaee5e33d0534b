"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.documentElement;
  root.classList.add("js");

  // -- theme

  const stored = (value) => {
    try {
      return value === undefined ? localStorage.getItem("truthline-theme") : localStorage.setItem("truthline-theme", value);
    } catch {
      return null; // a page that was opened as a file may not remember
    }
  };
  if (["light", "dark"].includes(stored())) root.dataset.theme = stored();
  document.getElementById("theme")?.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    stored(root.dataset.theme);
  });

  // -- findings: search, filters, groups

  const cards = all("article.card");
  const texts = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
  const form = document.getElementById("filters");
  const search = document.getElementById("search");
  const groups = document.getElementById("groups");

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = all("[data-filter]", form).filter((choice) => choice.value);
    for (const card of cards) {
      const fits = wanted.every((choice) => card.dataset[choice.dataset.filter] === choice.value);
      card.hidden = !(fits && words.every((word) => texts.get(card).includes(word)));
    }
    const visible = cards.filter((card) => !card.hidden).length;
    document.getElementById("shown").textContent = visible === cards.length ? "" : `${visible} of ${cards.length} findings`;
    for (const group of groups.children) {
      const count = all("article.card:not([hidden])", group).length;
      group.hidden = count === 0;
      group.querySelector("h3 b").textContent = count;
    }
  };

  const regroup = (key) => {
    const sections = new Map();
    for (const card of cards) {
      const value = card.dataset[key] || "no flow";
      if (!sections.has(value)) {
        const section = document.createElement("section");
        section.className = "group";
        const heading = section.appendChild(document.createElement("h3"));
        heading.append(Object.assign(document.createElement("span"), { textContent: value }), " ", document.createElement("b"));
        sections.set(value, section);
      }
      sections.get(value).append(card);
    }
    groups.replaceChildren(...sections.values());
    filter();
  };

  if (form) {
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => (event.target.id === "group" ? regroup(event.target.value) : filter()));
    form.addEventListener("reset", () => setTimeout(() => regroup("rule")));
    for (const button of all("[data-set]")) {
      button.addEventListener("click", () => {
        const choice = form.querySelector(`[data-filter="${button.dataset.set}"]`);
        choice.value = choice.value === button.dataset.value ? "" : button.dataset.value;
        filter();
      });
    }
  }

  // -- what a link leads to is unfolded

  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();

  // -- keyboard

  const step = (by) => {
    const visible = cards.filter((card) => !card.hidden);
    const at = visible.indexOf(document.activeElement.closest?.("article.card"));
    const next = visible[at < 0 ? (by > 0 ? 0 : visible.length - 1) : at + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const keys = {
    "/": () => search?.focus(),
    "j": () => step(1),
    "k": () => step(-1),
    "o": () => {
      const way = document.activeElement.closest?.("article.card")?.querySelector("details");
      if (way) way.open = !way.open;
    },
    "?": () => document.getElementById("keys")?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches?.("input, select, textarea");
    if (event.key === "Escape" && typing && event.target === search) {
      search.value = "";
      filter();
      search.blur();
    } else if (!typing && keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  // -- pictures

  const show = (figure) => {
    const svg = figure.querySelector("svg");
    const whole = svg.viewBox.baseVal;
    const full = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
    const view = { ...full };
    const boxes = new Map(all("[data-box]", svg).map((box) => [box.dataset.box, box]));
    const arrows = all(".arrow", svg);

    const draw = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    const scale = () => Math.max(view.width / svg.clientWidth, view.height / svg.clientHeight) || 1;
    const zoom = (factor, at = { x: view.x + view.width / 2, y: view.y + view.height / 2 }) => {
      const width = Math.min(Math.max(view.width * factor, 160), full.width * 4);
      const by = width / view.width;
      Object.assign(view, {
        x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by, width, height: view.height * by,
      });
      draw();
    };
    const point = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const LEGIBLE = 1.6; // letters that nobody can read help nobody: a smaller picture begins at the entries instead
    const fit = () => {
      Object.assign(view, full);
      if (svg.clientWidth && full.width / svg.clientWidth > LEGIBLE) {
        view.width = svg.clientWidth * 1.25;
        view.height = svg.clientHeight * 1.25;
        const entry = svg.querySelector(".box.entry.way") ?? svg.querySelector(".box.entry") ?? svg.querySelector(".box");
        const place = entry.transform.baseVal.consolidate().matrix;
        view.x = place.e - 28;
        view.y = place.f + 20 - view.height / 2;
      }
      draw();
    };
    const showAll = () => { Object.assign(view, full); draw(); };
    const centre = (box) => {
      const place = box.transform.baseVal.consolidate().matrix;
      const inside = place.e > view.x && place.e + 224 < view.x + view.width && place.f > view.y && place.f + 40 < view.y + view.height;
      if (inside) return;
      view.x = place.e + 112 - view.width / 2;
      view.y = place.f + 20 - view.height / 2;
      draw();
    };

    const bring = (names) => {
      const places = names.map((name) => boxes.get(name).transform.baseVal.consolidate().matrix);
      if (places.length === 0) return;
      const [left, top] = [Math.min(...places.map((one) => one.e)) - 28, Math.min(...places.map((one) => one.f)) - 28];
      const width = Math.max(...places.map((one) => one.e)) + 252 - left;
      const height = Math.max(...places.map((one) => one.f)) + 68 - top;
      const needed = Math.max(width / svg.clientWidth, height / svg.clientHeight, 0.8);
      const taken = Math.min(needed, LEGIBLE);
      view.width = svg.clientWidth * taken;
      view.height = svg.clientHeight * taken;
      const first = places.reduce((one, other) => (other.e < one.e ? other : one));
      view.x = taken < needed ? left : left + (width - view.width) / 2;
      view.y = taken < needed ? first.f + 20 - view.height / 2 : top + (height - view.height) / 2;
      draw();
    };

    const near = (names, links) => {
      svg.classList.toggle("focused", names.size > 0);
      for (const [name, box] of boxes) box.classList.toggle("near", names.has(name));
      for (const arrow of arrows) arrow.classList.toggle("near", links.has(arrow));
    };
    const press = (pressed) => {
      for (const button of all(".route", figure)) button.setAttribute("aria-pressed", String(button === pressed));
    };
    const describe = (name) => {
      for (const [other, box] of boxes) box.classList.toggle("selected", other === name);
      for (const section of all("[data-details]", figure)) section.classList.toggle("selected", section.dataset.details === name);
    };
    const clear = () => { near(new Set(), new Set()); press(null); describe(null); };
    const select = (name) => {
      const links = new Set(arrows.filter((arrow) => arrow.dataset.from === name || arrow.dataset.to === name));
      near(new Set([name, ...[...links].flatMap((arrow) => [arrow.dataset.from, arrow.dataset.to])]), links);
      press(null);
      describe(name);
      centre(boxes.get(name));
    };
    const follow = (button) => {
      if (button.getAttribute("aria-pressed") === "true") return clear();
      const on = (element) => (element.dataset.routes ?? "").split(" ").includes(button.dataset.route);
      const names = [...boxes].filter(([, box]) => on(box)).map(([name]) => name);
      near(new Set(names), new Set(arrows.filter(on)));
      bring(names);
      describe(null);
      press(button);
    };

    // to the callee and to the caller, along a way if there is one, and up and down within a column
    const neighbour = (box, key) => {
      const name = box.dataset.box;
      const first = (from, to) => {
        const found = arrows.filter((arrow) => arrow.dataset[from] === name && arrow.dataset[to] !== name);
        return (found.find((arrow) => arrow.dataset.routes) ?? found[0])?.dataset[to];
      };
      if (key === "ArrowRight") return first("from", "to");
      if (key === "ArrowLeft") return first("to", "from");
      const height = (one) => one.transform.baseVal.consolidate().matrix.f;
      const column = [...boxes.values()].filter((one) => one.dataset.column === box.dataset.column).sort((a, b) => height(a) - height(b));
      return column[column.indexOf(box) + (key === "ArrowDown" ? 1 : -1)]?.dataset.box;
    };

    svg.addEventListener("keydown", (event) => {
      const box = event.target.closest("[data-box]");
      const zooms = { "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25), "0": showAll, "Escape": clear };
      if (zooms[event.key]) zooms[event.key]();
      else if (box && (event.key === "Enter" || event.key === " ")) select(box.dataset.box);
      else if (event.key.startsWith("Arrow")) {
        const next = box ? neighbour(box, event.key) : [...boxes.keys()][0];
        if (next !== undefined) { select(next); boxes.get(next).focus({ preventScroll: true }); }
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey && !svg.contains(document.activeElement)) return; // the page scrolls
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.15 : 0.87, point(event));
    }, { passive: false });

    const fingers = new Map();
    let moved = 0;
    const spread = () => { const [a, b] = [...fingers.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };
    svg.addEventListener("pointerdown", (event) => {
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      moved = 0;
    });
    svg.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const apart = fingers.size === 2 ? spread() : 0;
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      moved += Math.abs(event.clientX - before.x) + Math.abs(event.clientY - before.y);
      if (moved > 4 && !svg.hasPointerCapture(event.pointerId)) svg.setPointerCapture(event.pointerId);
      if (apart) return zoom(apart / (spread() || 1), point(event));
      view.x -= (event.clientX - before.x) * scale();
      view.y -= (event.clientY - before.y) * scale();
      draw();
    });
    const lift = (event) => fingers.delete(event.pointerId);
    svg.addEventListener("pointercancel", lift);
    svg.addEventListener("pointerup", lift);
    svg.addEventListener("click", (event) => {
      if (moved > 4) return;
      const box = event.target.closest("[data-box]");
      if (box) select(box.dataset.box);
      else clear();
    });

    const zooms = { "zoom in": () => zoom(0.8), "zoom out": () => zoom(1.25), "show all": showAll };
    for (const button of all("[data-zoom]", figure)) button.addEventListener("click", zooms[button.dataset.zoom]);
    for (const button of all(".route", figure)) button.addEventListener("click", () => follow(button));
    for (const button of all("[data-go]", figure)) button.addEventListener("click", () => select(button.dataset.go));
    fit();
    return { follow, fit };
  };

  const pictures = new Map();
  const open = (figure) => {
    if (!pictures.has(figure)) pictures.set(figure, show(figure));
    return pictures.get(figure);
  };
  for (const figure of all("figure.picture")) {
    const folded = figure.closest("details");
    if (!folded || folded.open) open(figure);
    folded?.addEventListener("toggle", () => folded.open && open(figure));
  }
  for (const link of all("[data-picture]")) {
    link.addEventListener("click", () => {
      const button = document.querySelector(`.route[data-key="${link.dataset.picture}"]`);
      if (!button) return;
      const figure = button.closest("figure");
      figure.closest("details").open = true;
      if (button.getAttribute("aria-pressed") !== "true") open(figure).follow(button);
    });
  }
})();
