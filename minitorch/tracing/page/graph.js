// Draws the graph as SVG. dagre says where things go, page.css what they look like.
"use strict";

const PADDING = 8;
const HEADING = 10; // what a box has on top for its name, beyond dagre's margin
const MANY = 80; // the picture begins with no more nodes than this, if folding can do it
const LEAST = 0.6; // the scale at which it begins, at least

class Graph {
  // `pick(number)` is called with a step that was clicked.
  constructor(place, trace, pick) {
    this.place = place;
    this.trace = trace;
    this.pick = pick;
    this.scale = null;
    this.open = new Set();
    this.openWhileFew();
  }

  // Unfold all modules of one depth after the other, as long as the picture has few nodes.
  openWhileFew() {
    const depths = this.trace.groups.map((group) => group.parent);
    depths.forEach((parent, index) => (depths[index] = parent === null ? 0 : depths[parent] + 1));
    for (let depth = 0; depth <= Math.max(...depths); depth++) {
      const before = new Set(this.open);
      depths.forEach((found, index) => found === depth && this.open.add(index));
      if (this.shown().size > MANY) {
        this.open = before;
        return;
      }
    }
  }

  // The modules that a step is in, the outermost first.
  modulesOf(step) {
    const found = [];
    for (let index = step.group; index !== null; index = this.trace.groups[index].parent) {
      found.unshift(index);
    }
    return found;
  }

  // What stands for a step: "s" and its number or, inside a folded module, "g" and its index.
  standIn(step) {
    const folded = this.modulesOf(step).find((index) => !this.open.has(index));
    return folded === undefined ? `s${step.number}` : `g${folded}`;
  }

  // Everything that is a node of the picture, with the steps that it stands for.
  shown() {
    const items = new Map();
    for (const step of this.trace.steps) {
      const id = this.standIn(step);
      if (!items.has(id)) items.set(id, { id, steps: [] });
      items.get(id).steps.push(step);
    }
    return items;
  }

  // The arrows between them, each with the gradients that come back along it.
  arrows() {
    const found = new Map();
    for (const step of this.trace.steps) {
      for (const out of step.outgoing) {
        const from = this.standIn(this.trace.steps[out.target - 1]);
        const to = this.standIn(step);
        if (from === to) continue;
        const key = `${from} ${to}`;
        if (!found.has(key)) found.set(key, { from, to, senders: [], summed: false });
        found.get(key).senders.push(step.number);
        if (out.summed.length) found.get(key).summed = true;
      }
    }
    return [...found.values()];
  }

  draw() {
    this.items = this.shown();
    this.edges = this.arrows();
    const layout = new dagre.graphlib.Graph({ compound: true });
    layout.setGraph({ rankdir: "TB", nodesep: 22, ranksep: 30, marginx: 8, marginy: 16 });
    layout.setDefaultEdgeLabel(() => ({}));
    const boxes = new Set();
    for (const item of this.items.values()) {
      Object.assign(item, this.labels(item));
      const longest = Math.max(item.title.length * 7.8, item.below.length * 6.4);
      layout.setNode(item.id, { width: Math.max(56, longest + 26), height: item.below ? 42 : 30 });
      let inner = item.id;
      const around = this.modulesOf(item.steps[0]).filter((index) => this.open.has(index));
      const folded = item.id[0] === "g" ? this.trace.groups[Number(item.id.slice(1))].parent : null;
      const last = item.id[0] === "g" ? around.indexOf(folded) : around.length - 1;
      for (let depth = last; depth >= 0; depth--) {
        const box = `g${around[depth]}`;
        const known = boxes.has(box);
        if (!known) layout.setNode(box, {});
        boxes.add(box);
        layout.setParent(inner, box);
        if (known) break;
        inner = box;
      }
    }
    for (const edge of this.edges) layout.setEdge(edge.from, edge.to);
    dagre.layout(layout);
    this.paint(layout, boxes);
  }

  // The two lines of text in a node.
  labels(item) {
    const [step] = item.steps;
    if (item.id[0] === "g") {
      const group = this.trace.groups[Number(item.id.slice(1))];
      const count = item.steps.length === 1 ? "1 step" : `${item.steps.length} steps`;
      return { title: shortened(`▸ ${nameOf(group)}`), below: count };
    }
    const shapes = step.incoming.map((numbers) => (numbers ? shapeOf(numbers) : "–"));
    if (step.variable) shapes.unshift(step.variable);
    return { title: shortened(step.label), below: shortened(shapes.join(" ")) };
  }

  paint(layout, boxes) {
    const { width, height } = layout.graph();
    this.size = [width, height];
    this.svg = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    this.svg.append(arrowHead());
    // The outer boxes come first, so that the inner ones lie on top.
    for (const index of this.open) if (boxes.has(`g${index}`)) this.paintBox(layout, index);
    for (const edge of this.edges) this.paintEdge(layout.edge(edge.from, edge.to), edge);
    for (const item of this.items.values()) this.paintNode(layout.node(item.id), item);
    this.place.replaceChildren(this.svg);
    // At first as wide as there is room, if it can be read then.
    this.scale ??= Math.min(1, Math.max(LEAST, (this.place.clientWidth - 32) / width));
    this.zoom(1);
  }

  paintBox(layout, index) {
    const box = layout.node(`g${index}`);
    const element = svg("g", { class: "group", tabindex: 0, role: "button", "aria-expanded": true });
    const [left, top] = [box.x - box.width / 2, box.y - box.height / 2 - HEADING];
    const text = nameOf(this.trace.groups[index]);
    element.append(
      svg("rect", { x: left, y: top, width: box.width, height: box.height + HEADING, rx: 8 }),
      svg("text", { x: left + PADDING, y: top + 15 }, `▾ ${text}`),
      svg("title", {}, `Fold ${text}`),
    );
    this.onPress(element, index, () => this.toggle(index));
    this.svg.append(element);
  }

  paintEdge({ points }, edge) {
    edge.element = svg("g", { class: "edge" });
    edge.element.append(svg("path", { d: curve(points), "marker-end": "url(#head)" }));
    if (edge.summed) {
      const { x, y } = points[Math.floor(points.length / 2)];
      edge.element.append(badge(x, y, "Σ", "Broadcasting is undone here"));
    }
    this.svg.append(edge.element);
  }

  paintNode({ x, y, width, height }, item) {
    const folded = item.id[0] === "g";
    const leaf = !folded && item.steps[0].is_leaf;
    item.base = `node${folded ? " closed" : ""}${leaf ? " leaf" : ""}`;
    item.element = svg("g", { class: item.base });
    item.middle = [x, y];
    const [left, top] = [x - width / 2, y - height / 2];
    item.element.append(
      svg("rect", { x: left, y: top, width, height, rx: leaf ? 15 : 5 }),
      svg("text", { x, y: item.below ? y - 2 : y + 5 }, item.title),
      svg("text", { x, y: y + 14, class: "small" }, item.below),
    );
    if (folded) {
      const index = Number(item.id.slice(1));
      item.element.setAttribute("tabindex", 0);
      item.element.setAttribute("role", "button");
      item.element.setAttribute("aria-expanded", false);
      this.onPress(item.element, index, () => this.toggle(index));
    } else {
      const [step] = item.steps;
      item.element.append(svg("title", {}, `Step ${step.number}: ${step.name}`));
      item.element.addEventListener("click", () => this.pick(step.number));
      if (addsUp(this.trace, step)) {
        item.element.append(badge(left + width, top + height, "+", "Gradients add up here"));
      }
    }
    this.svg.append(item.element);
  }

  onPress(element, index, action) {
    element.dataset.group = index;
    element.addEventListener("click", action);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      action();
    });
  }

  // Fold or unfold a module; the focus stays on it.
  toggle(index) {
    if (!this.open.delete(index)) this.open.add(index);
    this.draw();
    this.mark(this.step);
    this.svg.querySelector(`[data-group="${index}"]`)?.focus({ preventScroll: true });
  }

  foldAll(fold) {
    this.open = new Set(fold ? [] : this.trace.groups.keys());
    this.draw();
    this.mark(this.step);
  }

  zoom(factor) {
    this.scale = Math.min(3, Math.max(0.1, this.scale * factor));
    this.svg.setAttribute("width", this.size[0] * this.scale);
    this.svg.setAttribute("height", this.size[1] * this.scale);
  }

  // Show where step `number` is: what ran before is done, what follows is not.
  mark(number) {
    this.step = number;
    const state = (numbers) => {
      if (numbers.includes(number)) return " active";
      return Math.max(...numbers) < number ? " done" : "";
    };
    for (const item of this.items.values()) {
      item.numbers ??= item.steps.map((step) => step.number);
      const name = item.base + state(item.numbers);
      if (name !== item.shown) item.element.setAttribute("class", (item.shown = name));
      if (item.numbers.includes(number)) this.scrollTo(item);
    }
    for (const edge of this.edges) {
      const name = `edge${state(edge.senders)}`;
      if (name !== edge.shown) edge.element.setAttribute("class", (edge.shown = name));
    }
  }

  scrollTo(item) {
    const [x, y] = item.middle.map((value) => value * this.scale);
    const { clientWidth, clientHeight } = this.place;
    this.place.scrollTo(x - clientWidth / 2, y - clientHeight / 2);
  }
}

// Whether several gradients arrive for one result of `step`.
function addsUp(trace, step) {
  return step.sources.some((number) =>
    trace.steps[number - 1].outgoing.some((out) => out.target === step.number && out.of > 1));
}

function nameOf(group) {
  return group.name === group.kind ? group.kind : `${group.name}: ${group.kind}`;
}

function shapeOf(numbers) {
  return `(${numbers.shape.join(", ")}${numbers.shape.length === 1 ? "," : ""})`;
}

function shortened(text) {
  return text.length > 24 ? `${text.slice(0, 11)}…${text.slice(-11)}` : text;
}

function svg(kind, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function badge(x, y, sign, title) {
  const element = svg("g", { class: "badge" });
  element.append(
    svg("circle", { cx: x, cy: y, r: 8 }),
    svg("text", { x, y: y + 4 }, sign),
    svg("title", {}, title),
  );
  return element;
}

function arrowHead() {
  const marker = svg("marker", {
    id: "head", viewBox: "0 0 8 8", refX: 7, refY: 4, orient: "auto",
    markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse",
  });
  marker.append(svg("path", { d: "M0 0 L8 4 L0 8 z", fill: "context-stroke" }));
  const holder = svg("defs", {});
  holder.append(marker);
  return holder;
}

// A smooth line through the middles between dagre's points.
function curve(points) {
  const [first, ...rest] = points;
  let path = `M${first.x} ${first.y}`;
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    if (next) path += ` Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
    else path += ` L${point.x} ${point.y}`;
  });
  return path;
}
