"use strict";

// Put everything together: what the page opens on, the scale, the place of the pointer, the way back.
(() => {
  const { data, map, state, el, place } = planner;
  document.title = data.title;
  const [southWest, northEast] = data.extent.map(place);
  planner.home = L.latLngBounds(southWest, northEast).pad(0.04);
  map.setMinZoom(data.frame.geographic ? 9 : -7).setMaxZoom(data.frame.geographic ? 20 : 4);
  map.setMaxBounds(planner.home.pad(4));
  map.invalidateSize({ animate: false });
  map.fitBounds(planner.home, { animate: false });

  planner.plan.renderer.addTo(map);
  planner.plan.switchGroups();
  map.addLayer(planner.canvases.groundLayer).addLayer(planner.canvases.aboveLayer);
  planner.plan.resize();
  planner.plan.restyle();
  planner.refill(["cluster"]);
  planner.canvases.aboveLayer.draw();

  L.control.zoom({ position: "topright", zoomInTitle: "+", zoomOutTitle: "−" }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 140 }).addTo(map);
  const Reading = L.Control.extend({
    onAdd() {
      this.box = el("div", { class: "reading" });
      return this.box;
    },
  });
  const reading = new Reading({ position: "bottomleft" }).addTo(map);
  const north = new (L.Control.extend({
    onAdd: () => {
      const arrow = planner.svg("svg", { viewBox: "0 0 24 34", width: 22, height: 31 });
      arrow.append(planner.svg("path", { d: "M12 1l6.500 21-6.500-4-6.500 4z", fill: "#fff", stroke: "#1B2430", "stroke-width": 1 }),
        planner.svg("path", { d: "M12 1v17l-6.500 4z", fill: "#1B2430" }));
      return el("div", { class: "north" }, arrow, el("span", {}, planner.texts.north));
    },
  }))({ position: "topright" });
  north.addTo(map);

  let pointer = null;
  function read() {
    const scale = planner.scaleOf(map.getZoom());
    const round = Math.pow(10, Math.max(0, Math.floor(Math.log10(scale)) - 1));
    const parts = [`1:${(Math.round(scale / round) * round).toLocaleString("en").replace(/,/g, " ")}`];
    if (pointer && data.frame.geographic) parts.push(`${pointer.lng.toFixed(5)}° E  ${pointer.lat.toFixed(5)}° N`);
    reading.box.textContent = parts.join("   ");
  }
  map.on("mousemove", (event) => { pointer = event.latlng; read(); });
  map.on("zoomend", () => { planner.plan.resize(); read(); });
  map.on("click", (event) => { if (!event.originalEvent.target.closest(".leaflet-interactive")) read(); });
  read();

  planner.listen((changed) => {
    if (changed.includes("hidden")) {
      planner.plan.switchGroups();
      planner.plan.resize();
    }
    planner.plan.restyle();
    if (changed.includes("cluster")) {
      const address = state.cluster ? "#" + encodeURIComponent(state.cluster) : "#";
      if (location.hash !== address) history.replaceState(null, "", address);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.open === null && state.cluster !== null) planner.choose(null);
  });
  document.getElementById("about").addEventListener("close", () => planner.change({ open: null }));

  const asked = decodeURIComponent(location.hash.slice(1)).split("/");
  if (planner.clusters.has(asked[0])) {
    planner.change({ cluster: asked[0], kind: planner.kinds.has(asked[1]) ? asked[1] : null });
    const line = planner.plan.shapes.footprints.get(asked[0]);
    if (line) map.fitBounds(line.getBounds().pad(0.12), { animate: false });
  }
  document.body.classList.add("ready");
})();
