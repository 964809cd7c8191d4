"use strict";

// Where the texts of the map stand: one after another by rank, none upon another, clear of numbers and pictograms.
(() => {
  const { data, map, state, flat } = planner;
  const FONT = '"Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif';
  const REPEAT = 260;
  const labels = data.labels.map((label) => ({
    ...label,
    xy: flat(label.at),
    path: label.line ? flat(label.line) : null,
  }));

  function overlaps(box, taken) {
    return taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
  }

  /** Find the middle and the angle of a line where it has room for a text; null where it is too short. */
  function along(path, view, width) {
    const xs = [], ys = [], lengths = [0];
    for (let i = 0; i < path.length; i += 2) {
      xs.push(path[i] * view.factor - view.x);
      ys.push(path[i + 1] * view.factor - view.y);
      const n = xs.length - 1;
      if (n) lengths.push(lengths[n - 1] + Math.hypot(xs[n] - xs[n - 1], ys[n] - ys[n - 1]));
    }
    const whole = lengths[lengths.length - 1];
    if (whole < width * 1.15) return null;
    const at = (distance) => {
      let n = 1;
      while (n < lengths.length - 1 && lengths[n] < distance) n += 1;
      const part = (distance - lengths[n - 1]) / (lengths[n] - lengths[n - 1] || 1);
      return [xs[n - 1] + (xs[n] - xs[n - 1]) * part, ys[n - 1] + (ys[n] - ys[n - 1]) * part];
    };
    const from = at((whole - width) / 2), to = at((whole + width) / 2), middle = at(whole / 2);
    if (Math.hypot(to[0] - from[0], to[1] - from[1]) < width * 0.92) return null;
    let angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
    if (angle > Math.PI / 2) angle -= Math.PI;
    if (angle < -Math.PI / 2) angle += Math.PI;
    return { x: middle[0], y: middle[1], angle };
  }

  planner.paintLabels = (context, view) => {
    const taken = planner.obstacles(view);
    const said = new Map();
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const label of labels) {
      if (label.scale && view.scale > label.scale) continue;
      if (state.hidden.has(label.layer)) continue;
      const size = label.pt * 1.62;
      context.font = `${label.bold ? 600 : 400} ${size}px ${FONT}`;
      const width = context.measureText(label.text).width;
      let x = label.xy[0] * view.factor - view.x, y = label.xy[1] * view.factor - view.y, angle = 0;
      if (x < -200 || y < -200 || x > view.width + 200 || y > view.height + 200) continue;
      if (label.path) {
        const found = along(label.path, view, width);
        if (!found) continue;
        ({ x, y, angle } = found);
        const others = said.get(label.text) || [];
        if (others.some((other) => Math.hypot(other[0] - x, other[1] - y) < REPEAT)) continue;
        said.set(label.text, [...others, [x, y]]);
      }
      const w = (Math.abs(Math.cos(angle)) * width + Math.abs(Math.sin(angle)) * size) / 2 + 2;
      const h = (Math.abs(Math.sin(angle)) * width + Math.abs(Math.cos(angle)) * size) / 2 + 1;
      const box = [x - w, y - h, x + w, y + h];
      if (overlaps(box, taken)) continue;
      taken.push(box);
      context.save();
      context.translate(x, y);
      context.rotate(angle);
      context.strokeStyle = "rgba(251,250,246,0.92)";
      context.lineWidth = 3.2;
      context.strokeText(label.text, 0, 0);
      context.fillStyle = label.colour;
      context.fillText(label.text, 0, 0);
      context.restore();
    }
  };

  /** The boxes that texts keep clear of: numbers of clusters with their names, pictograms of facilities. */
  planner.obstacles = (view) => {
    const boxes = [];
    for (const { at, half } of planner.symbols()) {
      const point = map.project(at, map.getZoom());
      const x = point.x - view.x, y = point.y - view.y;
      boxes.push([x - half[0], y - half[1], x + half[2], y + half[3]]);
    }
    return boxes;
  };
})();
