"use strict";

// What every part of the page uses: the data, the state of the view, and the making of elements. Texts of the data are
// written as text content and never as markup.
const planner = (() => {
  const data = JSON.parse(document.getElementById("planner-data").textContent);
  const map = map_planner;
  const { unit, base, geographic } = data.frame;
  const state = { cluster: null, kind: null, hidden: new Set(["parcels", "neighbours"]), open: null };
  const listeners = [];

  /** Make an element: attributes, then children (elements, or text that stays text). */
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "class") node.className = value;
      else if (name === "style") node.style.cssText = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat(Infinity)) {
      if (child !== null && child !== undefined) node.append(child);
    }
    return node;
  }

  function svg(tag, attributes, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  /** Draw the mark of a verdict: each has its own shape, so that grey print can be read. */
  function mark(status, size = 14) {
    const box = svg("svg", { viewBox: "0 0 16 16", width: size, height: size, class: "mark " + status });
    const title = svg("title", {});
    title.textContent = data.statuses[status];
    box.append(title);
    if (status === "pass") {
      box.append(svg("circle", { cx: 8, cy: 8, r: 7.4, fill: "currentColor" }),
        svg("path", { d: "M4.4 8.3 7 11l4.7-5.6", fill: "none", stroke: "#fff", "stroke-width": 1.9,
          "stroke-linecap": "round", "stroke-linejoin": "round" }));
    } else if (status === "partial") {
      box.append(svg("circle", { cx: 8, cy: 8, r: 6.7, fill: "none", stroke: "currentColor", "stroke-width": 1.4 }),
        svg("path", { d: "M8 1.3a6.7 6.7 0 0 0 0 13.4z", fill: "currentColor" }));
    } else if (status === "fail") {
      box.append(svg("path", { d: "M3 3l10 10M13 3L3 13", stroke: "currentColor", "stroke-width": 2.8,
        "stroke-linecap": "round", fill: "none" }));
    } else if (status === "not_assessed") {
      box.append(svg("rect", { x: 1.6, y: 1.6, width: 12.8, height: 12.8, fill: "none", stroke: "currentColor",
        "stroke-width": 1.3 }),
        svg("path", { d: "M2 8l6-6M2 14L14 2M8 14l6-6", stroke: "currentColor", "stroke-width": 1.2, fill: "none" }));
    } else {
      box.append(svg("path", { d: "M3 8h10", stroke: "currentColor", "stroke-width": 2.2, "stroke-linecap": "round" }));
    }
    return box;
  }

  /** Give one place of the data as Leaflet's. */
  const place = ([x, y]) => L.latLng((y + base[1]) * unit, (x + base[0]) * unit);

  /** Give a path of steps as Leaflet's places. */
  function places(steps) {
    const found = [];
    let x = base[0], y = base[1];
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      found.push([y * unit, x * unit]);
    }
    return found;
  }

  /** Give a path of steps in pixels of zoom 0, without making an object for every vertex. */
  function flat(steps) {
    const found = new Float64Array(steps.length);
    let x = base[0], y = base[1];
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      if (geographic) {
        const angle = (y * unit * Math.PI) / 360;
        found[i] = 256 * ((x * unit) / 360 + 0.5);
        found[i + 1] = 256 * (0.5 - Math.log(Math.tan(Math.PI / 4 + angle)) / (2 * Math.PI));
      } else {
        found[i] = x * unit;
        found[i + 1] = -y * unit;
      }
    }
    return found;
  }

  /** Metres on the ground for a pixel of the screen, at a zoom in the middle of the map. */
  function metresPerPixel(zoom) {
    if (!geographic) return 1 / Math.pow(2, zoom);
    return (40075016.6856 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / (256 * Math.pow(2, zoom));
  }

  const PIXELS_PER_MM = 96 / 25.4;
  /** The scale's denominator on a screen of 96 pixels an inch. */
  const scaleOf = (zoom) => metresPerPixel(zoom) * PIXELS_PER_MM * 1000;

  function change(values) {
    Object.assign(state, values);
    for (const listen of listeners) listen(Object.keys(values));
  }

  const byId = (rows) => new Map(rows.map((row) => [row.id, row]));

  return {
    data, map, state, el, svg, mark, place, places, flat, metresPerPixel, scaleOf, change, PIXELS_PER_MM,
    texts: data.texts,
    clusters: byId(data.clusters), compounds: byId(data.compounds), elements: byId(data.elements),
    kinds: byId(data.kinds), nine: data.kinds.filter((kind) => kind.nine),
    listen: (listener) => listeners.push(listener),
  };
})();
