"use strict";

// The plan: compounds and footprints that can be pointed at, numbers of clusters, pictograms of facilities.
(() => {
  const { data, map, state, el, svg, place, places, texts, PIXELS_PER_MM } = planner;
  const px = (mm) => mm * PIXELS_PER_MM;
  const renderer = L.svg({ padding: 0.3 });
  const shapes = { compounds: new Map(), footprints: new Map(), numbers: new Map() };
  const groups = { footprints: L.layerGroup(), compounds: L.layerGroup(), facilities: L.layerGroup() };
  const hatches = new Map();

  /** Give the address of a hatch for an area, made when first needed. */
  function hatchOf(hatch, ground) {
    const key = JSON.stringify([hatch, ground]);
    if (!hatches.has(key)) {
      const id = "hatch-" + hatches.size, step = px(hatch.spacing_mm);
      const pattern = svg("pattern", { id, width: step, height: step, patternUnits: "userSpaceOnUse",
        patternTransform: `rotate(${-hatch.angle})` });
      if (ground) pattern.append(svg("rect", { width: step, height: step, fill: ground }));
      pattern.append(svg("path", { d: `M0 ${step / 2}H${step}`, stroke: hatch.colour, "stroke-opacity": hatch.alpha,
        "stroke-width": px(hatch.width_mm) }));
      let defs = renderer._container.querySelector("defs");
      if (!defs) {
        defs = svg("defs", {});
        renderer._container.prepend(defs);
      }
      defs.append(pattern);
      hatches.set(key, `url(#${id})`);
    }
    return hatches.get(key);
  }

  const dashes = (lengths) => (lengths.length ? lengths.map(px).join(" ") : null);

  function lookOf(compound) {
    const own = data.styles[compound.style];
    const pen = (own.strokes || [])[0] || { colour: "#8A94A0", mm: 0.25, dash: [], alpha: 1 };
    const look = { color: pen.colour, weight: px(pen.mm), dashArray: dashes(pen.dash), opacity: pen.alpha, fill: true };
    const at = state.kind === null ? -1 : planner.nine.findIndex((kind) => kind.id === state.kind);
    const step = at < 0 ? null : data.steps.find((one) => one.code === compound.code[at]);
    const paint = step || (at < 0 ? own : {});
    if (paint.hatch) Object.assign(look, { fillColor: hatchOf(paint.hatch, paint.fill), fillOpacity: 1 });
    else if (paint.fill) Object.assign(look, { fillColor: paint.fill, fillOpacity: step ? 0.85 : paint.alpha });
    else Object.assign(look, { fillColor: "#fff", fillOpacity: 0.01 });
    const chosen = state.cluster;
    if (chosen && compound.cluster !== chosen) {
      look.opacity *= 0.45;
      look.fillOpacity *= 0.4;
    }
    return look;
  }

  function popupOf(compound) {
    const cluster = planner.clusters.get(compound.cluster);
    const walks = planner.nine.map((kind, at) => {
      const code = compound.code[at];
      const metres = compound.metres[at];
      let said = texts.not_assessed, tone = "not_assessed";
      if (code === "n") [said, tone] = [texts.no_access, "fail"];
      else if (code === "b") [said, tone] = [metres === null || metres === undefined ? texts.beyond : `${metres} m`, "fail"];
      else if (/\d/.test(code || "")) [said, tone] = [`${metres} m`, "pass"];
      return el("tr", {}, el("td", {}, kind.name), el("td", { class: "number " + tone }, said));
    });
    return el("div", { class: "popup" },
      el("h3", {}, compound.name),
      el("p", { class: "quiet" }, `${compound.id} · ${texts.households} ${compound.households ?? texts.unknown}`),
      cluster ? el("p", {}, el("span", { class: "chip", style: `background:${cluster.colour}` }, cluster.number), cluster.name)
        : el("p", {}, el("b", {}, texts.alone + " "), compound.alone || ""),
      compound.why ? el("p", { class: "quiet" }, compound.why) : null,
      el("table", { class: "walks" }, el("caption", {}, texts.walks), walks));
  }

  for (const compound of data.compounds) {
    const shape = L.polygon(compound.paths.map((rings) => rings.map(places)), { renderer, className: "compound" });
    shape.bindPopup(() => popupOf(compound), { maxWidth: 300, minWidth: 220 });
    shape.bindTooltip(() => el("span", {}, compound.name), { sticky: true, opacity: 0.96 });
    shape.on("click", () => compound.cluster && planner.change({ cluster: compound.cluster }));
    shapes.compounds.set(compound.id, shape);
    groups.compounds.addLayer(shape);
  }

  for (const cluster of data.clusters) {
    if (!cluster.at) continue;
    const rings = cluster.paths.map((ring) => ring.map(places));
    const halo = L.polygon(rings, { renderer, interactive: false, fill: false, color: "#FBFAF6", weight: 7, opacity: 0.6 });
    const line = L.polygon(rings, { renderer, className: "footprint", fillColor: cluster.colour, fillOpacity: 0.05,
      color: cluster.colour, weight: 2.6, dashArray: "15 4 2.5 4" });
    line.on("click", () => planner.change({ cluster: cluster.id }));
    const name = el("span", { class: "name" }, cluster.name);
    const badge = el("div", { class: "badge", style: `--own:${cluster.colour}` }, el("b", {}, cluster.number), name);
    const number = L.marker(place(cluster.at), { icon: L.divIcon({ className: "cluster-number", html: badge, iconSize: null }),
      keyboard: false, zIndexOffset: 1000 });
    number.on("click", () => planner.change({ cluster: cluster.id }));
    shapes.footprints.set(cluster.id, line);
    shapes.numbers.set(cluster.id, number);
    groups.footprints.addLayer(halo).addLayer(line).addLayer(number);
  }

  for (const facility of data.facilities) {
    const kind = planner.kinds.get(facility.kind);
    const icon = el("div", { class: `pictogram ${facility.state} ${kind.nine ? "nine" : "minor"}`, style: `--own:${kind.colour}` },
      el("i", { style: `--icon:url("${kind.icon}")` }));
    const marker = L.marker(place(facility.at), { icon: L.divIcon({ className: "facility", html: icon, iconSize: null }),
      keyboard: false });
    const states = { existing: texts.existing, proposed: texts.proposed, closed: texts.closed };
    marker.bindTooltip(() => el("span", {}, facility.name || kind.name,
      el("span", { class: "quiet" }, ` ${facility.name ? kind.name + " · " : ""}${states[facility.state] || ""}`)), { opacity: 0.96 });
    marker.kind = facility.kind;
    marker.minor = !kind.nine;
    groups.facilities.addLayer(marker);
  }

  /** The side of a pictogram in pixels at a scale, as on paper: full on a plan of a cluster, small on one of a town. */
  function pictogramSize(scale) {
    return px(5) * (scale <= 2600 ? 1 : scale <= 5500 ? 0.8 : scale <= 15000 ? 0.58 : 0.36);
  }

  planner.symbols = () => {
    const found = [];
    if (!state.hidden.has("footprints")) {
      for (const [id, number] of shapes.numbers) {
        const wide = 22 + [...planner.clusters.get(id).name].length * 13;
        found.push({ at: number.getLatLng(), half: [15, 14, wide, 14] });
      }
    }
    if (!state.hidden.has("facilities")) {
      const scale = planner.scaleOf(map.getZoom()), half = pictogramSize(scale) / 2;
      groups.facilities.eachLayer((marker) => {
        if (!marker.minor || scale <= 15000) found.push({ at: marker.getLatLng(), half: [half, half, half, half] });
      });
    }
    return found;
  };

  function restyle() {
    for (const compound of data.compounds) shapes.compounds.get(compound.id).setStyle(lookOf(compound));
    for (const [id, line] of shapes.footprints) {
      const chosen = state.cluster === id, other = state.cluster && !chosen;
      line.setStyle({ weight: chosen ? 3.6 : 2.6, opacity: other ? 0.5 : 1, fillOpacity: chosen ? 0.1 : 0.04 });
      const badge = shapes.numbers.get(id).getElement();
      if (badge) badge.classList.toggle("quiet", Boolean(other));
    }
    const icons = map.getPane("markerPane");
    groups.facilities.eachLayer((marker) => {
      const node = marker.getElement();
      if (node) node.classList.toggle("faded", state.kind !== null && marker.kind !== state.kind);
    });
    icons.classList.toggle("one-kind", state.kind !== null);
  }

  function resize() {
    const scale = planner.scaleOf(map.getZoom());
    const box = map.getContainer();
    box.style.setProperty("--pictogram", pictogramSize(scale).toFixed(1) + "px");
    box.classList.toggle("far", scale > 15000);
    box.classList.toggle("farther", scale > 60000);
    box.classList.toggle("dots", pictogramSize(scale) < 9);
  }

  function switchGroups() {
    for (const [key, group] of Object.entries(groups)) {
      if (state.hidden.has(key)) group.remove();
      else if (!map.hasLayer(group)) group.addTo(map);
    }
    // Compounds lie over footprints, so that each can be pointed at.
    if (!state.hidden.has("compounds")) for (const shape of shapes.compounds.values()) shape.bringToFront();
  }

  planner.plan = { shapes, groups, restyle, resize, switchGroups, renderer };
  planner.showCluster = (id) => {
    const line = shapes.footprints.get(id);
    if (line) map.fitBounds(line.getBounds().pad(0.12), { animate: true, duration: 0.4 });
  };
  planner.showCompound = (id) => {
    const shape = shapes.compounds.get(id);
    if (!shape) return;
    map.fitBounds(shape.getBounds().pad(2), { animate: false });
    shape.openPopup();
  };
})();
