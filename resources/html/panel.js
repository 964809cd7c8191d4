"use strict";

// The panels: head, overview, one cluster with its verdicts, the matrix, layers and legend, and what all of it rests on.
(() => {
  const { data, map, state, el, svg, mark, texts } = planner;
  const root = el("div", { id: "page" });
  const side = el("aside", { id: "side" });
  const foot = el("footer", { id: "foot" });

  function chip(cluster, large) {
    return el("span", { class: large ? "chip large" : "chip", style: `background:${cluster.colour}` }, cluster.number);
  }

  function head() {
    const label = (title, value) => (value ? el("span", { class: "fact" }, el("em", {}, title), value) : null);
    return el("header", { id: "head" },
      el("h1", {}, data.title),
      label(texts.scenario, data.about.scenario),
      label(texts.data_until, data.data_until || texts.undated),
      label(texts.review_number, data.review_number),
      el("span", { class: "stretch" }),
      el("button", { class: "plain", onclick: () => planner.change({ open: "about" }) }, texts.about),
      el("span", { class: data.public ? "stamp public" : "stamp" }, data.mark));
  }

  function facts(rows) {
    return el("dl", { class: "facts" }, rows.map(([label, value]) => [el("dt", {}, label), el("dd", {}, value)]));
  }

  function overview() {
    const rows = data.clusters.map((cluster) => el("button", { class: "cluster-row", onclick: () => choose(cluster.id) },
      chip(cluster),
      el("span", { class: "title" }, cluster.name,
        el("span", { class: "quiet" }, `${cluster.members.length} ${texts.compounds} · ${cluster.households}`)),
      el("span", { class: "marks" }, [false, true].map((served) => el("span", {}, cluster.verdicts
        .filter((verdict) => Boolean(planner.elements.get(verdict.element).kind) === served)
        .map((verdict) => mark(verdict.status, 9))))),
      el("span", { class: "score" }, cluster.score ?? "—")));
    return [
      el("h2", {}, texts.overview),
      facts(data.about.facts),
      el("h3", {}, texts.all_clusters),
      rows.length ? el("div", { class: "cluster-rows" }, rows) : el("p", { class: "quiet" }, texts.no_clusters),
      markLegend(),
    ];
  }

  function markLegend() {
    return el("p", { class: "mark-legend" },
      Object.entries(data.statuses).map(([status, said]) => el("span", {}, mark(status, 12), said)));
  }

  function clusterPanel(cluster) {
    const groups = [];
    for (const verdict of cluster.verdicts) {
      const element = planner.elements.get(verdict.element);
      if (!groups.length || groups[groups.length - 1].name !== element.group) groups.push({ name: element.group, rows: [] });
      groups[groups.length - 1].rows.push(verdictRow(verdict, element));
    }
    return [
      el("button", { class: "plain back", onclick: () => choose(null) }, "‹ ", texts.all_clusters),
      el("div", { class: "cluster-head" }, chip(cluster, true), el("div", {}, el("h2", {}, cluster.name),
        el("p", { class: "line" }, cluster.line))),
      facts(cluster.facts),
      el("table", { class: "verdicts" },
        groups.map((group) => [el("tbody", {}, el("tr", { class: "group" }, el("th", { colspan: 3 }, group.name),
          el("th", { class: "limit" }, texts.limits)), group.rows)])),
      el("h3", {}, texts.members),
      el("p", { class: "members" }, cluster.members.map((id) => el("button", { class: "plain tag",
        onclick: () => planner.showCompound(id) }, (planner.compounds.get(id) || { name: id }).name))),
    ];
  }

  function verdictRow(verdict, element) {
    const about = el("tr", { class: "ground", hidden: true }, el("td", {}), el("td", { colspan: 3 },
      el("p", {}, verdict.text), el("p", { class: "quiet" }, `${element.indicator} · ${element.clause}`)));
    const limits = element.limits.split(" · ");
    const row = el("tr", {
      class: "verdict " + verdict.status, tabindex: 0,
      onclick: () => {
        about.hidden = !about.hidden;
        row.classList.toggle("open", !about.hidden);
        if (element.kind) planner.change({ kind: about.hidden ? null : element.kind });
      },
      onkeydown: (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          row.click();
        }
      },
    },
    el("td", { class: "sign" }, mark(verdict.status, 15)),
    el("td", { class: "name" }, element.name),
    el("td", { class: "number" }, verdict.status === "not_assessed" ? texts.not_assessed
      : verdict.status === "not_applicable" ? data.statuses.not_applicable : verdict.value),
    el("td", { class: "limit" }, limits[0], el("small", {}, limits[1] || "")));
    row.dataset.element = element.id;
    return [row, about];
  }

  function matrix() {
    const elements = data.elements.filter((element) => element.kind);
    const headings = elements.map((element) => {
      const kind = planner.kinds.get(element.kind);
      return el("th", {
        class: "kind", "data-kind": kind.id, title: element.indicator,
        onclick: () => planner.change({ kind: state.kind === kind.id ? null : kind.id }),
      }, el("i", { style: `background:${kind.colour};--icon:url("${kind.icon}")` }), el("span", {}, element.name));
    });
    const rows = data.clusters.map((cluster) => {
      const found = new Map(cluster.verdicts.map((verdict) => [verdict.element, verdict]));
      const cells = elements.map((element) => {
        const verdict = found.get(element.id);
        if (!verdict) return el("td", { class: "cell" }, "—");
        return el("td", {
          class: "cell " + verdict.status, title: verdict.text, "data-kind": element.kind,
          onclick: () => {
            planner.change({ cluster: cluster.id, kind: element.kind });
            planner.showCluster(cluster.id);
            unfold(element.id);
          },
        }, mark(verdict.status, 13), el("span", {}, verdict.status === "not_assessed" ? texts.not_assessed : verdict.share ?? verdict.value));
      });
      return el("tr", { "data-cluster": cluster.id },
        el("th", { onclick: () => choose(cluster.id) }, chip(cluster), el("span", {}, cluster.name)),
        cells, el("td", { class: "cell score" }, cluster.score ?? "—"));
    });
    const body = el("div", { class: "scroll" }, el("table", { class: "matrix" },
      el("thead", {}, el("tr", {}, el("th", {}, texts.cluster), headings, el("th", {}, texts.score))),
      el("tbody", {}, rows)));
    const box = el("section", { id: "matrix" }, el("h3", {
      onclick: () => {
        box.classList.toggle("folded");
        map.invalidateSize({ animate: false });
      },
    }, texts.matrix, el("span", { class: "fold" }, "▾")), body);
    return box;
  }

  function unfold(element) {
    const row = side.querySelector(`[data-element="${CSS.escape(element)}"]`);
    if (row && !row.classList.contains("open")) row.click();
    if (row) row.scrollIntoView({ block: "nearest" });
  }

  /** The switch of the layers: what can be shown, and by what compounds are coloured. */
  function layerBox() {
    const seen = new Map();
    seen.set("footprints", texts.footprints).set("facilities", texts.facilities).set("compounds", texts.compounds);
    for (const layer of [...data.over].reverse()) seen.set(layer.key, layer.title);
    for (const layer of [...data.under].reverse()) seen.set(layer.key, layer.title);
    seen.set("labels", texts.labels);
    const rows = [...seen].map(([key, title]) => el("label", {}, el("input", {
      type: "checkbox", checked: !state.hidden.has(key),
      onchange: (event) => {
        const hidden = new Set(state.hidden);
        if (event.target.checked) hidden.delete(key);
        else hidden.add(key);
        planner.change({ hidden });
      },
    }), title));
    const choice = el("select", { onchange: (event) => planner.change({ kind: event.target.value || null }) },
      el("option", { value: "" }, texts.by_cluster),
      planner.nine.map((kind) => el("option", { value: kind.id }, kind.name)));
    planner.listen(() => { choice.value = state.kind || ""; });
    return el("details", { class: "box layers" }, el("summary", {}, texts.layers),
      el("div", { class: "colour-by" }, el("span", {}, texts.colour_by), choice), rows);
  }

  function swatch(look) {
    const box = svg("svg", { width: 26, height: 16, viewBox: "0 0 26 16" });
    const first = (look.strokes || [])[0] || { colour: "none", mm: 0, dash: [] };
    const pens = look.strokes || [];
    if (look.shape === "area") {
      box.append(svg("rect", { x: 1.5, y: 2.5, width: 23, height: 11, fill: look.fill || "none",
        "fill-opacity": look.alpha ?? 1 }));
      if (look.hatch) {
        for (let x = -8; x < 26; x += 5) {
          const line = look.hatch.angle === 0 ? `M1.5 ${4 + (x + 8) / 4}H24.5` : look.hatch.angle > 0 ? `M${x} 13.5l11-11` : `M${x} 2.5l11 11`;
          box.append(svg("path", { d: line, stroke: look.hatch.colour, "stroke-width": 0.8, "clip-path": "inset(0)" }));
        }
      }
      const pen = pens[pens.length - 1];
      if (pen) {
        box.append(svg("rect", { x: 1.5, y: 2.5, width: 23, height: 11, fill: "none", stroke: pen.colour,
          "stroke-width": Math.min(Math.max(pen.mm * 3.78, 0.8), 2.4), "stroke-dasharray": pen.dash.map((d) => d * 2.2).join(" ") }));
      }
    } else if (look.shape === "line") {
      for (const pen of pens) {
        box.append(svg("path", { d: "M1 8h24", stroke: pen.colour, "stroke-width": Math.min(pen.mm * 4.4, 7),
          "stroke-dasharray": pen.dash.map((d) => d * 2.2).join(" ") }));
      }
    } else {
      box.append(look.state === "open"
        ? svg("path", { d: "M13 3.5l4.5 4.5L13 12.5 8.500 8z", fill: "#fff", stroke: "#D0342C", "stroke-width": 1.3 })
        : svg("path", { d: "M9.500 4.500l7 7m0-7l-7 7", stroke: first.colour === "none" ? "#7B8794" : first.colour, "stroke-width": 1.4 }));
    }
    return box;
  }

  function legendBox() {
    const body = el("div", {});
    const fill = () => {
      const rows = state.kind === null ? [] : [el("h4", {}, `${texts.reach_of}${planner.kinds.get(state.kind).name}`),
        data.steps.map((step) => el("p", {}, swatch(step), step.title))];
      const kinds = [...new Set(data.facilities.map((facility) => facility.kind))].map((id) => planner.kinds.get(id))
        .sort((a, b) => data.kinds.indexOf(a) - data.kinds.indexOf(b));
      body.replaceChildren(...rows.flat(),
        ...data.legend.filter((look) => !state.hidden.has(look.key) && (state.kind === null || look.key !== "compounds"))
          .map((look) => el("p", {}, swatch(look), look.title)),
        ...(state.hidden.has("facilities") ? [] : kinds.map((kind) => el("p", {},
          el("i", { class: "sample", style: `background:${kind.colour};--icon:url("${kind.icon}")` }), kind.name))));
    };
    fill();
    planner.listen(fill);
    return el("details", { class: "box legend" }, el("summary", {}, texts.legend), body);
  }

  /** The strip over the map that says what the shades mean while reach is shown. */
  function reachStrip() {
    const strip = el("div", { id: "reach", hidden: true });
    planner.listen(() => {
      strip.hidden = state.kind === null;
      if (state.kind === null) return;
      const used = new Set(data.compounds.map((compound) => compound.code[planner.nine.indexOf(planner.kinds.get(state.kind))]));
      strip.replaceChildren(el("b", {}, `${texts.reach_of}${planner.kinds.get(state.kind).name}`),
        ...data.steps.filter((step) => /\d/.test(step.code) || step.code === "b" || used.has(step.code))
          .map((step) => el("span", {}, swatch(step), step.title)),
        el("button", { class: "plain", "aria-label": texts.close, onclick: () => planner.change({ kind: null }) }, "✕"));
    });
    return strip;
  }

  function about() {
    const { notes, rules, sources, pack, pack_sha256, fingerprint } = data.about;
    const table = (headings, rows) => el("table", {}, el("thead", {}, el("tr", {}, headings.map((text) => el("th", {}, text)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((text) => el("td", {}, text))))));
    return el("dialog", { id: "about", onclick: (event) => event.target.id === "about" && planner.change({ open: null }) },
      el("div", {},
        el("button", { class: "plain close", onclick: () => planner.change({ open: null }), "aria-label": texts.close }, "✕"),
        el("h2", {}, texts.about),
        el("h3", {}, texts.notes), notes.map((note) => el("p", {}, note)),
        el("h3", {}, texts.limits),
        table([texts.element, texts.limits, texts.indicator, texts.clause],
          data.elements.map((element) => [element.name, element.limits, element.indicator, element.clause])),
        el("h3", {}, texts.rules), table([texts.rule, texts.rule_value, texts.unit, texts.origin, texts.source], rules),
        sources.length ? [el("h3", {}, texts.sources), table([texts.layer, texts.file, texts.date, texts.licence], sources)] : null,
        el("h3", {}, texts.pack), el("p", {}, pack), el("p", { class: "code" }, pack_sha256),
        el("h3", {}, texts.fingerprint), el("p", { class: "code" }, fingerprint)));
  }

  function footLine() {
    const { notes, fingerprint, pack, pack_sha256, attribution } = data.about;
    foot.append(el("span", { class: "note" }, notes[0]), el("span", { class: "stretch" }),
      ...attribution.map((name) => el("span", {}, name)),
      el("span", {}, `${pack} · ${pack_sha256.slice(0, 12)}`),
      el("span", {}, `${texts.fingerprint} ${fingerprint.slice(0, 12)}`));
  }

  function choose(id) {
    planner.change({ cluster: id, kind: id === null ? null : state.kind });
    if (id === null) map.fitBounds(planner.home, { animate: true, duration: 0.4 });
    else planner.showCluster(id);
  }

  function refill(changed) {
    if (changed.includes("cluster")) {
      const cluster = planner.clusters.get(state.cluster);
      side.replaceChildren(...(cluster ? clusterPanel(cluster) : overview()).flat());
      side.scrollTop = 0;
    }
    for (const node of root.querySelectorAll("[data-cluster]")) {
      node.classList.toggle("chosen", node.dataset.cluster === state.cluster);
    }
    for (const node of root.querySelectorAll("[data-kind]")) {
      node.classList.toggle("chosen", node.dataset.kind === state.kind);
    }
    const dialog = document.getElementById("about");
    if (state.open === "about" && !dialog.open) dialog.showModal();
    if (state.open !== "about" && dialog.open) dialog.close();
  }

  footLine();
  const corner = el("div", { id: "corner" }, layerBox(), legendBox());
  root.append(head(), corner, reachStrip(), side, data.clusters.length ? matrix() : "", foot, about());
  document.body.append(root);
  if (data.clusters.length) {
    const height = Math.min(36 + 58 + data.clusters.length * 28 + 10, window.innerHeight * 0.34);
    document.documentElement.style.setProperty("--matrix", Math.round(height) + "px");
  }
  document.body.classList.toggle("has-matrix", data.clusters.length > 0);
  planner.listen(refill);
  planner.choose = choose;
  planner.refill = refill;
})();
