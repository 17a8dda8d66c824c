"use strict";

// The page's data: a list of functions, and the code of some of them. Every text is put into the page as text.
const data = JSON.parse(document.getElementById("data").textContent);
const LISTED = 300;
const BLOCK = 100;
const byId = (id) => document.getElementById(id);

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const sized = (bytes) => (bytes === null ? "none" : `${bytes.toLocaleString("en")} bytes`);
const titled = (it) => (it.name === null ? it.label : `${it.name} (${it.label})`);

// One column: its lines, and the key that lines of all panes share where they belong together.
class Pane {
  constructor(name, note, lines, keys, offsets) {
    this.keys = keys;
    this.at = -1;
    this.linesOf = new Map();
    keys.forEach((key, line) => {
      if (key < 0) return;
      if (!this.linesOf.has(key)) this.linesOf.set(key, []);
      this.linesOf.get(key).push(line);
    });
    this.root = element("section", "pane");
    const heading = element("h3", "", `${name} `);
    heading.append(element("span", "", note));
    this.box = element("div", "lines");
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "listbox");
    this.box.setAttribute("aria-label", name);
    this.lines = [];
    for (let start = 0; start < lines.length; start += BLOCK) {
      const block = element("div", "block");
      block.setAttribute("role", "presentation");
      block.style.containIntrinsicHeight = `auto ${20 * Math.min(BLOCK, lines.length - start)}px`;
      for (let line = start; line < Math.min(start + BLOCK, lines.length); line += 1) {
        const row = element("div", keys[line] < 0 ? "line own" : "line");
        row.setAttribute("role", "option");
        row.dataset.line = line;
        row.append(element("span", "", offsets[line].toString(16)), lines[line]);
        this.lines.push(row);
        block.append(row);
      }
      this.box.append(block);
    }
    this.root.append(heading, this.box);
  }

  mark(className, key, is) {
    for (const line of this.linesOf.get(key) ?? []) this.lines[line].classList.toggle(className, is);
  }

  // Scrolls to a line, without moving the page.
  reveal(line) {
    const [box, row] = [this.box.getBoundingClientRect(), this.lines[line].getBoundingClientRect()];
    if (row.top >= box.top && row.bottom <= box.bottom) return;
    this.box.scrollTop += row.top - box.top - box.height / 3;
  }

  moveTo(line) {
    if (this.at >= 0) {
      this.lines[this.at].classList.remove("at");
      this.lines[this.at].removeAttribute("aria-selected");
    }
    this.at = line;
    this.box.removeAttribute("aria-activedescendant");
    if (line < 0) return;
    const row = this.lines[line];
    row.classList.add("at");
    row.setAttribute("aria-selected", "true");
    row.id = `line-${panes.indexOf(this)}-${line}`;
    this.box.setAttribute("aria-activedescendant", row.id);
    this.reveal(line);
  }
}

let panes = [];
let chosen = -1;
let hovered = -1;

// Selects a line of a pane, and in the others all that belong to it.
function choose(pane, line) {
  panes.forEach((it) => it.mark("chosen", chosen, false));
  chosen = line < 0 ? -1 : pane.keys[line];
  panes.forEach((it) => it.mark("chosen", chosen, true));
  for (const it of panes) {
    if (it === pane) it.moveTo(line);
    else it.moveTo(it.linesOf.get(chosen)?.[0] ?? -1);
  }
}

function hover(key) {
  if (key === hovered) return;
  panes.forEach((it) => it.mark("hover", hovered, false));
  hovered = key;
  panes.forEach((it) => it.mark("hover", hovered, true));
}

function pressed(pane, event) {
  const page = Math.max(1, Math.floor(pane.box.clientHeight / 20) - 1);
  const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity };
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key in steps && pane.lines.length > 0) {
    const to = pane.at < 0 && event.key === "ArrowUp" ? 0 : pane.at + steps[event.key];
    choose(pane, Math.min(Math.max(to, 0), pane.lines.length - 1));
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    const beside = panes[panes.indexOf(pane) + (event.key === "ArrowLeft" ? -1 : 1)];
    if (!beside) return;
    beside.box.focus();
  } else if (event.key === "Escape") {
    choose(pane, -1);
  } else {
    return;
  }
  event.preventDefault();
}

function wired(pane) {
  const lineOf = (event) => Number(event.target.closest(".line")?.dataset.line ?? -1);
  pane.box.addEventListener("click", (event) => {
    const line = lineOf(event);
    if (line >= 0) choose(pane, line);
  });
  pane.box.addEventListener("pointerover", (event) => {
    const line = lineOf(event);
    hover(line < 0 ? -1 : pane.keys[line]);
  });
  pane.box.addEventListener("pointerleave", () => hover(-1));
  pane.box.addEventListener("keydown", (event) => pressed(pane, event));
  return pane;
}

// Numbers stand in the data as their differences.
function summed(differences) {
  let sum = 0;
  return differences.map((difference) => (sum += difference));
}

const lined = (text, count) => (count === 0 ? [] : text.split("\n"));

function panesOf(it) {
  const made = [];
  const { text, sides } = it.code;
  const places = summed(it.code.places);
  if (data.source !== null && places.length > 0) {
    const note = it.wasm === null ? "" : sized(it.wasm);
    made.push(new Pane(data.source, note, lined(text, places.length), places.map((_, line) => line), places));
  }
  sides.forEach((side, at) => {
    const name = data.sides[at];
    if (side === null) {
      made.push(new Pane(name, "has no such function", [], [], []));
      return;
    }
    const offsets = summed(side.offsets).map((offset) => side.start + offset);
    made.push(new Pane(name, sized(it.sizes[at]), lined(side.text, offsets.length), summed(side.lines), offsets));
  });
  return made.map(wired);
}

let current = -1;

function show(at) {
  const it = data.functions[at];
  current = at;
  chosen = hovered = -1;
  byId("title").textContent = titled(it);
  byId("panes").replaceChildren();
  panes = [];
  const sizes = data.sides.map((name, side) => `${name} ${sized(it.sizes[side])}`);
  if (it.code === null) {
    byId("about").textContent = `${sizes.join(", ")}. Its code isn’t on this page: --function shows it.`;
  } else {
    byId("about").textContent = `${sizes.join(", ")}.`;
    panes = panesOf(it);
    byId("panes").append(...panes.map((pane) => pane.root));
  }
  for (const button of document.querySelectorAll("#list button")) {
    if (Number(button.dataset.at) === at) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  try {
    history.replaceState(null, "", `#${encodeURIComponent(it.label)}`);
  } catch {
    // A page without an address of its own.
  }
}

function list() {
  const wanted = byId("search").value.trim().toLowerCase();
  const fits = (it) => it.label.toLowerCase().includes(wanted) || (it.name ?? "").toLowerCase().includes(wanted);
  const found = data.functions.map((it, at) => [it, at]).filter(([it]) => fits(it));
  const rows = found.slice(0, LISTED).map(([it, at]) => {
    const button = element("button", "", it.name ?? it.label);
    button.type = "button";
    button.dataset.at = at;
    if (at === current) button.setAttribute("aria-current", "true");
    const sizes = it.sizes.map((bytes) => (bytes === null ? "–" : bytes.toLocaleString("en"))).join(" / ");
    const label = it.name === null ? "" : `${it.label}, `;
    button.append(element("span", "", `${label}${sizes} bytes${it.code === null ? ", not on this page" : ""}`));
    button.addEventListener("click", () => show(at));
    const row = element("li");
    row.append(button);
    return row;
  });
  byId("list").replaceChildren(...rows);
  const more = found.length > LISTED ? `, of which the ${LISTED} largest are listed` : "";
  byId("count").textContent = `${found.length.toLocaleString("en")} of ${data.functions.length.toLocaleString("en")}${more}`;
}

byId("search").addEventListener("input", list);
byId("search").addEventListener("keydown", (event) => {
  const first = document.querySelector("#list button");
  if (!first || (event.key !== "Enter" && event.key !== "ArrowDown")) return;
  if (event.key === "Enter") first.click();
  else first.focus();
  event.preventDefault();
});
byId("list").addEventListener("keydown", (event) => {
  const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
  const beside = step && event.target.closest("li")?.[step];
  if (!beside) return;
  beside.querySelector("button").focus();
  event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target === byId("search")) return;
  byId("search").focus();
  event.preventDefault();
});

// The function that the address names, or the first whose code is here: of the module, rather than of Wasmtime.
function start() {
  list();
  let label = "";
  try {
    label = decodeURIComponent(location.hash.slice(1));
  } catch {
    // An address that nobody made here.
  }
  const named = data.functions.findIndex((it) => it.label === label);
  const first = data.functions.findIndex((it) => it.code !== null && it.code.places.length > 0);
  const any = data.functions.findIndex((it) => it.code !== null);
  show(named >= 0 ? named : Math.max(0, first >= 0 ? first : any));
}
start();
