// Steps through the trace: the controls, the keys, and what is said of each step.
"use strict";

const trace = JSON.parse(document.getElementById("trace").textContent);
const byId = (id) => document.getElementById(id);
const last = trace.steps.length;
const PAUSE = 900; // between two steps while it plays, in milliseconds
let current = 1;
let timer = null;

function element(kind, attributes, ...children) {
  const made = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Numbers --------------------------------------------------------------------------------------

function digits(value) {
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : short(value);
}

function short(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  for (; count >= 1024 && unit < 3; unit++) count /= 1024;
  return `${Number(count.toFixed(1))} ${units[unit]}`;
}

// A tensor: a coloured grid if its values are known, else statistics.
function numbers(tensor, title) {
  const head = element("div", { class: "quiet" }, `${title} ${shapeOf(tensor)} ${tensor.dtype}`);
  const known = tensor.values !== null;
  return element("div", { class: "numbers" }, head, known ? grid(tensor) : statistics(tensor));
}

function grid(tensor) {
  const all = [tensor.values].flat(Infinity);
  const most = Math.max(...all.filter((value) => typeof value === "number").map(Math.abs), 1e-30);
  const columns = tensor.shape.length ? tensor.shape.at(-1) : 1;
  const rows = tensor.shape.length > 1 ? tensor.shape.at(-2) : 1;
  const table = element("table", { class: "grid" });
  for (let start = 0; start < all.length; start += columns) {
    const row = table.insertRow();
    const number = start / columns;
    if (number > 0 && number % rows === 0) row.className = "gap";
    for (const value of all.slice(start, start + columns)) row.append(cell(value, most));
  }
  if (!all.length) return element("p", { class: "quiet" }, "no elements");
  return element("div", { class: "scroll" }, table);
}

function cell(value, most) {
  const made = element("td", {}, digits(value));
  if (typeof value === "string" && /nan|inf/.test(value)) made.className = "odd";
  if (typeof value !== "number" || value === 0) return made;
  made.className = value > 0 ? "positive" : "negative";
  made.style.setProperty("--much", `${Math.round((80 * Math.abs(value)) / most) + 8}%`);
  return made;
}

function statistics(tensor) {
  const list = element("dl", { class: "statistics" });
  for (const name of ["min", "mean", "max", "norm", "nan", "inf"]) {
    const value = tensor.statistics[name];
    if (value === undefined || (name === "inf" && value === 0)) continue;
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, digits(value))));
  }
  return list;
}

// One step -------------------------------------------------------------------------------------

function describe(step) {
  const parts = [element("h2", {}, `${step.number}. ${step.is_leaf ? "Leaf " : ""}${step.name}`)];
  if (step.text) parts.push(element("p", {}, step.text.replaceAll("`", "")));
  const names = graph.modulesOf(step).map((index) => nameOf(trace.groups[index]));
  if (names.length) parts.push(element("p", { class: "quiet" }, `in ${names.join(" › ")}`));
  if (step.line) {
    const { file, number, code } = step.line;
    parts.push(element("h3", {}, `Your line, ${file}:${number}`));
    if (code) parts.push(element("pre", {}, code)); // what was typed into an interpreter is gone
  }
  parts.push(...incoming(step), ...kept(step), ...rules(step), ...outgoing(step));
  if (step.value) {
    parts.push(element("h3", {}, step.is_leaf ? "Its value" : "The result"));
    parts.push(numbers(step.value, step.variable ?? ""));
  }
  if (!step.is_leaf) parts.push(...memory(step));
  return parts;
}

function incoming(step) {
  const parts = [element("h3", {}, step.is_leaf ? "Its gradient" : "The gradient comes in")];
  if (step.is_leaf) {
    parts.push(element("p", { class: "quiet" }, "backward() adds it to .grad; this trace does not."));
  }
  if (step.sources.length > 1) {
    const from = [...new Set(step.sources)].map(link);
    parts.push(element("p", {}, `${step.sources.length} gradients, of ${from.length > 1 ? "steps" : "step"} `, ...commas(from), " add up."));
  }
  step.incoming.forEach((tensor, index) => {
    const title = step.incoming.length > 1 ? `result ${index}` : "";
    if (tensor) parts.push(numbers(tensor, title));
    else parts.push(element("p", { class: "quiet" }, `${title}: nothing used it`));
  });
  return parts;
}

function kept(step) {
  const values = Object.entries(step.values).map(([name, said]) => `${name} = ${said}`);
  if (!step.kept.length && !values.length) return [];
  const parts = step.kept.map((one) => {
    const made = numbers(one.numbers, one.variable ? `${one.name} = ${one.variable}` : one.name);
    made.firstChild.append(one.of_leaf ? ", a leaf's own memory" : `, ${bytes(one.bytes)}`);
    return made;
  });
  if (values.length) parts.push(element("p", { class: "quiet" }, values.join(", ")));
  return [element("h3", {}, "Kept for this since forward"), ...parts];
}

function rules(step) {
  const parts = [];
  for (const rule of step.rules) {
    if (!rule.source) continue;
    parts.push(element("pre", {}, rule.source));
    if (rule.where) parts.push(element("p", { class: "quiet" }, rule.where));
  }
  for (const place of step.operations) {
    const title = element("summary", {}, `The whole operation, ${place}`);
    parts.push(element("details", {}, title, element("pre", {}, trace.operations[place])));
  }
  return parts.length ? [element("h3", {}, "The rule, as it stands in the source"), ...parts] : [];
}

function outgoing(step) {
  if (!step.outgoing.length) return [];
  const parts = [element("h3", {}, "Gradients go out")];
  for (const out of step.outgoing) {
    const target = trace.steps[out.target - 1];
    const more = out.of > 1 ? `, ${out.place} of ${out.of} that add up there` : "";
    parts.push(element("p", {}, `${out.argument || "input"} → `, link(target.number), ` ${target.label}${more}`));
    if (out.summed.length) {
      parts.push(numbers(out.said, "the rule says"));
      const dims = out.summed.length === 1 ? "dimension" : "dimensions";
      parts.push(element("p", {}, `Σ over ${dims} ${out.summed.join(", ")}: broadcasting is undone.`));
    }
    parts.push(numbers(out.arrives, ""));
  }
  return parts;
}

function memory(step) {
  const freed = step.freed ? `${bytes(step.freed)} go now; ` : "";
  const said = `${freed}${bytes(step.held)} of ${bytes(trace.held)} wait for the steps that follow.`;
  const bar = element("progress", { max: Math.max(1, trace.held), value: step.held });
  bar.setAttribute("aria-label", "Memory held");
  return [element("h3", {}, "Memory"), bar, element("p", { class: "quiet" }, said)];
}

function link(number) {
  const button = element("button", { class: "to" }, String(number));
  button.setAttribute("aria-label", `Go to step ${number}`);
  button.addEventListener("click", () => go(number));
  return button;
}

function commas(items) {
  return items.flatMap((item, index) => (index ? [", ", item] : [item]));
}

// Moving ---------------------------------------------------------------------------------------

function show(number) {
  current = Math.min(last, Math.max(1, number));
  byId("slider").value = current;
  byId("count").textContent = `${current} of ${last}`;
  byId("step").replaceChildren(...describe(trace.steps[current - 1]));
  byId("step").scrollTop = 0;
}

function go(number) {
  show(number);
  graph.mark(current);
}

function play(on) {
  clearInterval(timer);
  timer = null;
  if (on && current === last) go(1);
  if (on) {
    timer = setInterval(() => {
      go(current + 1);
      if (current === last) play(false);
    }, PAUSE);
  }
  byId("play").textContent = on ? "❚❚" : "▶";
  byId("play").setAttribute("aria-label", on ? "Pause" : "Play");
}

const KEYS = {
  ArrowRight: () => go(current + 1),
  ArrowDown: () => go(current + 1),
  ArrowLeft: () => go(current - 1),
  ArrowUp: () => go(current - 1),
  Home: () => go(1),
  End: () => go(last),
  " ": () => play(timer === null),
};

document.addEventListener("keydown", (event) => {
  const action = KEYS[event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && ["BUTTON", "SUMMARY"].includes(event.target.tagName)) return; // it presses it
  event.preventDefault();
  if (event.key !== " ") play(false);
  action();
});

const graph = new Graph(byId("graph"), trace, go);
const BUTTONS = {
  first: () => go(1),
  back: () => go(current - 1),
  play: () => play(timer === null),
  next: () => go(current + 1),
  last: () => go(last),
  fold: () => graph.foldAll(true),
  unfold: () => graph.foldAll(false),
  smaller: () => graph.zoom(1 / 1.25),
  larger: () => graph.zoom(1.25),
};
for (const [id, action] of Object.entries(BUTTONS)) byId(id).addEventListener("click", action);
for (const id of ["fold", "unfold"]) byId(id).hidden = !trace.groups.length;
byId("slider").max = last;
byId("slider").addEventListener("input", (event) => go(Number(event.target.value)));

const leaves = trace.steps.filter((step) => step.is_leaf).length;
const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;
byId("summary").textContent =
  `${counted(last - leaves, "operation", "operations")}, ${counted(leaves, "leaf", "leaves")}; ` +
  `${bytes(trace.held)} kept for backward`;
graph.draw();
go(Number(location.hash.slice(1)) || 1);
