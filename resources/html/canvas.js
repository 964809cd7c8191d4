"use strict";

// The ground and what lies over the plan, painted on canvases from the same looks as the sheets: fills, then every pass of
// the pens over all styles, so that casings lie under all cores. Widths are millimetres of a screen, or metres on the
// ground where these are wider.
(() => {
  const { data, map, state, flat, PIXELS_PER_MM } = planner;

  const CanvasLayer = L.Layer.extend({
    initialize(pane, paint) {
      this._pane = pane;
      this._paint = paint;
    },
    onAdd() {
      this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated ground", map.getPane(this._pane));
      this.draw();
    },
    onRemove() {
      this._canvas.remove();
    },
    getEvents() {
      return { moveend: this.draw, zoomanim: this._zoomTo, resize: this.draw };
    },
    draw() {
      const size = map.getSize();
      if (!size.x || !size.y) return;
      const edge = size.multiplyBy(0.2).round();
      const corner = map.containerPointToLayerPoint(edge.multiplyBy(-1)).round();
      const width = size.x + 2 * edge.x, height = size.y + 2 * edge.y;
      const sharp = Math.min(window.devicePixelRatio || 1, 2);
      const canvas = this._canvas;
      canvas.width = width * sharp;
      canvas.height = height * sharp;
      canvas.style.width = width + "px";
      canvas.style.height = height + "px";
      L.DomUtil.setPosition(canvas, corner);
      this._zoom = map.getZoom();
      this._corner = map.layerPointToLatLng(corner);
      const origin = map.getPixelOrigin().add(corner);
      const metres = planner.metresPerPixel(this._zoom);
      const context = canvas.getContext("2d");
      context.setTransform(sharp, 0, 0, sharp, 0, 0);
      this._paint(context, {
        x: origin.x, y: origin.y, width, height, sharp, metres,
        factor: map.options.crs.scale(this._zoom) / map.options.crs.scale(0),
        metresPerMm: metres * PIXELS_PER_MM, scale: metres * PIXELS_PER_MM * 1000,
      });
    },
    _zoomTo(event) {
      const scale = map.getZoomScale(event.zoom, this._zoom);
      L.DomUtil.setTransform(this._canvas, map._latLngToNewLayerPoint(this._corner, event.zoom, event.center), scale);
    },
  });

  /** Make the layers of the data ready: vertices in pixels of zoom 0, the box of every feature. */
  function prepare(layers) {
    return layers.map((layer) => ({
      ...layer,
      features: layer.features.map(([style, paths, code]) => {
        const rings = paths.map(flat);
        const box = [Infinity, Infinity, -Infinity, -Infinity];
        for (const ring of rings) {
          for (let i = 0; i < ring.length; i += 2) {
            if (ring[i] < box[0]) box[0] = ring[i];
            if (ring[i] > box[2]) box[2] = ring[i];
            if (ring[i + 1] < box[1]) box[1] = ring[i + 1];
            if (ring[i + 1] > box[3]) box[3] = ring[i + 1];
          }
        }
        return { style, rings, box, code };
      }),
    }));
  }

  function trace(context, rings, view, closed) {
    const { factor, x, y } = view;
    for (const ring of rings) {
      const last = ring.length - 2;
      let atX = ring[0] * factor - x, atY = ring[1] * factor - y;
      context.moveTo(atX, atY);
      for (let i = 2; i <= last; i += 2) {
        const toX = ring[i] * factor - x, toY = ring[i + 1] * factor - y;
        if (i < last && Math.abs(toX - atX) + Math.abs(toY - atY) < 0.7) continue;
        context.lineTo(toX, toY);
        atX = toX;
        atY = toY;
      }
      if (closed) context.closePath();
    }
  }

  /** Make a hatch to fill with: parallel lines at 0 or 45 degrees. */
  function hatching(context, hatch, view) {
    const level = hatch.angle === 0;
    const step = hatch.spacing_mm * PIXELS_PER_MM * (level ? 1 : Math.SQRT2);
    const side = Math.max(2, Math.round(step * view.sharp));
    const tile = document.createElement("canvas");
    tile.width = tile.height = side;
    const pen = tile.getContext("2d");
    pen.strokeStyle = hatch.colour;
    pen.globalAlpha = hatch.alpha;
    pen.lineWidth = hatch.width_mm * PIXELS_PER_MM * view.sharp * 1.4;
    pen.beginPath();
    if (level) {
      pen.moveTo(0, side / 2);
      pen.lineTo(side, side / 2);
    } else {
      for (const shift of [-side, 0, side]) {
        const down = hatch.angle < 0;
        pen.moveTo(shift, down ? 0 : side);
        pen.lineTo(shift + side, down ? side : 0);
      }
    }
    pen.stroke();
    const pattern = context.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix([1 / view.sharp, 0, 0, 1 / view.sharp, -view.x % step, -view.y % step]));
    return pattern;
  }

  function fill(context, view, features, look) {
    context.beginPath();
    for (const feature of features) trace(context, feature.rings, view, true);
    context.globalAlpha = look.alpha === undefined ? 1 : look.alpha;
    if (look.fill) {
      context.fillStyle = look.fill;
      context.fill("nonzero");
    }
    if (look.hatch) {
      context.globalAlpha = look.alpha === undefined ? 1 : look.alpha;
      context.fillStyle = hatching(context, look.hatch, view);
      context.fill("nonzero");
    }
    context.globalAlpha = 1;
  }

  function stroke(context, view, features, pass, closed) {
    let mm = pass.mm;
    if (pass.m > 0) mm = Math.max(mm, Math.min(pass.m / view.metresPerMm, pass.max || mm));
    context.beginPath();
    for (const feature of features) trace(context, feature.rings, view, closed);
    context.strokeStyle = pass.colour;
    context.globalAlpha = pass.alpha;
    context.lineWidth = Math.max(mm * PIXELS_PER_MM, 0.4);
    context.lineJoin = "round";
    context.lineCap = pass.dash.length ? "butt" : "round";
    context.setLineDash(pass.dash.map((length) => length * PIXELS_PER_MM));
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  function seen(feature, view) {
    const [west, north, east, south] = feature.box;
    const { factor, x, y, width, height } = view;
    return east * factor >= x - 8 && west * factor <= x + width + 8 &&
      south * factor >= y - 8 && north * factor <= y + height + 8;
  }

  function paintLayer(context, view, layer) {
    const byStyle = layer.styles.map(() => []);
    for (const feature of layer.features) {
      const look = layer.styles[feature.style];
      if ((!look.scale || view.scale <= look.scale) && seen(feature, view)) byStyle[feature.style].push(feature);
    }
    const kind = state.kind === null ? -1 : planner.nine.findIndex((one) => one.id === state.kind);
    byStyle.forEach((features, row) => {
      if (!features.length || layer.styles[row].shape !== "area") return;
      if (kind >= 0 && layer.features.some((feature) => feature.code)) {
        for (const step of data.steps) {
          const look = layer.key === "parcels" ? { ...step, alpha: 0.55 } : step;
          fill(context, view, features.filter((one) => one.code && one.code[kind] === step.code), look);
        }
        const plain = features.filter((one) => !one.code || one.code[kind] === "?");
        if (plain.length) fill(context, view, plain, layer.styles[row]);
      } else if (layer.styles[row].fill || layer.styles[row].hatch) {
        fill(context, view, features, layer.styles[row]);
      }
    });
    const passes = Math.max(0, ...layer.styles.map((look) => (look.strokes || []).length));
    for (let pass = 0; pass < passes; pass += 1) {
      byStyle.forEach((features, row) => {
        const look = layer.styles[row], pen = (look.strokes || [])[pass];
        if (pen && features.length) stroke(context, view, features, pen, look.shape === "area");
      });
    }
    byStyle.forEach((features, row) => {
      if (layer.styles[row].shape === "point") for (const one of features) gate(context, view, one, layer.styles[row]);
    });
  }

  /** Draw a gate: a red diamond where it is open, a grey cross where it is closed. */
  function gate(context, view, feature, look) {
    const half = (look.mm * PIXELS_PER_MM) / 2;
    const x = feature.rings[0][0] * view.factor - view.x, y = feature.rings[0][1] * view.factor - view.y;
    context.save();
    context.translate(x, y);
    context.lineWidth = 1.4;
    if (look.state === "open") {
      context.rotate(Math.PI / 4);
      context.fillStyle = "#fff";
      context.strokeStyle = "#D0342C";
      context.fillRect(-half * 0.8, -half * 0.8, half * 1.6, half * 1.6);
      context.strokeRect(-half * 0.8, -half * 0.8, half * 1.6, half * 1.6);
    } else {
      context.strokeStyle = "#7B8794";
      context.beginPath();
      context.moveTo(-half, -half);
      context.lineTo(half, half);
      context.moveTo(-half, half);
      context.lineTo(half, -half);
      context.stroke();
    }
    context.restore();
  }

  const shown = (layer) => !state.hidden.has(layer.key);
  const under = prepare(data.under), over = prepare(data.over);

  for (const [name, level] of [["ground", 250], ["above", 450]]) {
    const pane = map.createPane(name);
    pane.style.zIndex = level;
    pane.style.pointerEvents = "none";
  }
  const groundLayer = new CanvasLayer("ground", (context, view) => {
    // Parcels that are shaded by reach carry the message and are shown with it.
    for (const layer of under) {
      if (shown(layer) || (layer.key === "parcels" && state.kind !== null)) paintLayer(context, view, layer);
    }
  });
  const aboveLayer = new CanvasLayer("above", (context, view) => {
    for (const layer of over) if (shown(layer)) paintLayer(context, view, layer);
    if (!state.hidden.has("labels")) planner.paintLabels(context, view);
  });

  planner.canvases = { groundLayer, aboveLayer };
  planner.listen((changed) => {
    if (changed.includes("kind") || changed.includes("hidden")) {
      groundLayer.draw();
      aboveLayer.draw();
    }
  });
})();
