/* The base map: two Leaflet layers of the same vector tiles, ground below the data, labels and lakes
   above it, so that a choropleth hides no name and colours no water. Needs leaflet.js and protomaps-leaflet.js before it;
   a classic script, so that ES modules, folium pages and single files can all use it:

     umkreisBasemap.addTo(map, "/tiles/x.pmtiles", {dark, lang, attribution, …}) → {ground, labels}
     umkreisBasemap.groundLayer(source, {dark, attribution})
     umkreisBasemap.labelLayer(source, {dark, lang, pane})

   `source` is the URL of a PMTiles file, or an object with `getZxy(z, x, y) → Promise<{data}>`. The
   tile layers and kinds are those of geo/cartography.py. `addTo` sets `data-ready="true"` on the
   map's container while everything is drawn. */
"use strict";

var umkreisBasemap = (function () {
  const MAX_DATA_ZOOM = 15;
  const LABEL_PANE = "umkreis-labels";
  // Fonts that are there before the first frame: with a web font, labels are measured too early
  const FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif';

  const LIGHT = {
    background: "#f4f2ed",
    land: {
      residential: "#ece8e1", commercial: "#f0e6dd", industrial: "#ebe3e4", military: "#ebe4de",
      institution: "#f2ebd9", parking: "#eeece6", square: "#efebe2", airfield: "#e9e9ea",
      runway: "#d9d9dc", farmland: "#f3efe0", farmyard: "#eee7d6", quarry: "#e6e1da",
      grass: "#e2edd5", park: "#d5e8c6", pitch: "#cfe5cb", playground: "#dcebcb",
      sports: "#dbead0", allotments: "#e0e8cb", cemetery: "#d6e3c9", orchard: "#dfe9c4",
      wood: "#cbdfbb", scrub: "#d6e4c3", wetland: "#d9e7dc", sand: "#f3ead0", rock: "#e5e2dc",
      ice: "#eef5f7",
    },
    water: "#a9cfe3", waterLine: "#9fc8de", building: "#ddd5ca", buildingLine: "#cbc1b3",
    casing: "#d3ccc0", street: "#ffffff", pedestrian: "#f4f0e8",
    roads: { motorway: "#f4b97a", trunk: "#f7cf8e", primary: "#fbe3a3", secondary: "#fdf2c9", tertiary: "#ffffff" },
    roadCasing: { motorway: "#d9934f", trunk: "#dba85e", primary: "#dfc078", secondary: "#dccb96", tertiary: "#cfc7ba" },
    path: "#b9a58a", cycleway: "#8fa6b8", service: "#ffffff", rail: "#b3afae", railGap: "#f6f4f1",
    boundary: "#a08fae",
    text: "#3b3934", textSoft: "#5c574d", textWater: "#34759b", textPark: "#48703a",
    halo: "rgba(255,255,255,0.88)",
  };
  const DARK = {
    background: "#1f2329",
    land: {
      residential: "#252a32", commercial: "#2d2a2c", industrial: "#2d2729", military: "#2a2829",
      institution: "#2b2a2b", parking: "#272b31", square: "#282c33", airfield: "#272a30",
      runway: "#343942", farmland: "#23262a", farmyard: "#282827", quarry: "#282727",
      grass: "#232b29", park: "#22302a", pitch: "#24342e", playground: "#25312b",
      sports: "#243029", allotments: "#262d27", cemetery: "#242e29", orchard: "#262d25",
      wood: "#1f2d26", scrub: "#222c27", wetland: "#1f2c2c", sand: "#2e2b26", rock: "#2a2b2d",
      ice: "#2e363c",
    },
    water: "#15303f", waterLine: "#1b3c4f", building: "#343b46", buildingLine: "#3e4652",
    casing: "#1a1d22", street: "#454c57", pedestrian: "#3a4049",
    roads: { motorway: "#7f6a50", trunk: "#77695a", primary: "#6b6a68", secondary: "#5d6269", tertiary: "#505762" },
    roadCasing: { motorway: "#1a1d22", trunk: "#1a1d22", primary: "#1a1d22", secondary: "#1a1d22", tertiary: "#1a1d22" },
    path: "#59584f", cycleway: "#4b5a66", service: "#3d444e", rail: "#5b6068", railGap: "#2a2e35",
    boundary: "#6f6480",
    text: "#dfe2e6", textSoft: "#b9bfc7", textWater: "#7fb4d3", textPark: "#8fb58a",
    halo: "rgba(20,23,27,0.9)",
  };

  const widths = {
    motorway: [[6, 0.7], [9, 1.6], [12, 3.2], [14, 5.5], [16, 11], [18, 22]],
    trunk: [[6, 0.6], [9, 1.4], [12, 3], [14, 5.2], [16, 10.5], [18, 21]],
    primary: [[7, 0.5], [10, 1.3], [12, 2.4], [14, 5], [16, 10], [18, 20]],
    secondary: [[8, 0.4], [10, 0.9], [12, 1.9], [14, 4.2], [16, 9], [18, 19]],
    tertiary: [[9, 0.3], [11, 0.8], [13, 2.2], [14, 3.4], [16, 8], [18, 17]],
    minor: [[12, 0.5], [13, 1.1], [14, 2.2], [16, 6.5], [18, 15]],
    pedestrian: [[13, 0.6], [14, 1.4], [16, 5], [18, 12]],
    service: [[14, 0.6], [15, 1.3], [16, 2.8], [18, 7]],
  };

  function between(stops) {
    return protomapsL.linear(stops);
  }

  function is(...kinds) {
    return (z, f) => kinds.includes(f.props.kind);
  }

  function line(dataLayer, color, width, filter, more) {
    return {
      dataLayer,
      filter,
      symbolizer: new protomapsL.LineSymbolizer(
        { color, width, lineCap: "round", lineJoin: "round", ...more },
      ),
      ...(more && more.minzoom ? { minzoom: more.minzoom } : {}),
      ...(more && more.maxzoom ? { maxzoom: more.maxzoom } : {}),
    };
  }

  /* Casings of all streets first, then their fills, so that junctions are open; then bridges. */
  function roadRules(c) {
    const all = [
      ["streets", "pedestrian", c.casing, c.pedestrian, 14, 13],
      ["streets", "minor", c.casing, c.street, 13, 12],
      ["roads", "tertiary", c.roadCasing.tertiary, c.roads.tertiary, 12, 9],
      ["roads", "secondary", c.roadCasing.secondary, c.roads.secondary, 11, 8],
      ["roads", "primary", c.roadCasing.primary, c.roads.primary, 9, 7],
      ["roads", "trunk", c.roadCasing.trunk, c.roads.trunk, 8, 6],
      ["roads", "motorway", c.roadCasing.motorway, c.roads.motorway, 8, 6],
    ];
    const of = (kind, test) => (z, f) => f.props.kind === kind && test(f.props);
    const width = (kind, extra) => {
      const wide = between(widths[kind]);
      return (z, f) => wide(z) * (f && f.props.link ? 0.7 : 1) + (z < 12 ? extra * 0.6 : extra);
    };
    const rules = [];
    for (const [layer, kind, casing, fill, , from] of all) {
      rules.push(line(layer, casing, width(kind, 1), of(kind, (p) => p.tunnel), { minzoom: from, opacity: 0.45, dash: [4, 3] }));
      rules.push(line(layer, fill, width(kind, 0), of(kind, (p) => p.tunnel), { minzoom: from, opacity: 0.5 }));
    }
    for (const [layer, kind, casing, , from] of all) {
      rules.push(line(layer, casing, width(kind, 1.6), of(kind, (p) => !p.tunnel), { minzoom: from }));
    }
    for (const [layer, kind, , fill, , from] of all) {
      rules.push(line(layer, fill, width(kind, 0), of(kind, (p) => !p.tunnel), { minzoom: from }));
    }
    for (const [layer, kind, casing, fill] of all) {
      rules.push(line(layer, casing, width(kind, 3), of(kind, (p) => p.bridge), { minzoom: 14, lineCap: "butt" }));
      rules.push(line(layer, fill, width(kind, 0.4), of(kind, (p) => p.bridge), { minzoom: 14 }));
    }
    return rules;
  }

  function groundRules(c) {
    const polygon = (dataLayer, options, rest) => ({
      dataLayer, symbolizer: new protomapsL.PolygonSymbolizer(options), ...rest,
    });
    const small = new Set(["parking", "playground", "pitch", "square"]);
    return [
      polygon("land", { fill: (z, f) => c.land[f.props.kind] || c.background }, {
        filter: (z, f) => f.props.kind in c.land && (z >= 14 || !small.has(f.props.kind)),
      }),
      polygon("water", { fill: c.water }, {}),
      line("waterways", c.waterLine, between([[9, 0.6], [12, 1.4], [14, 2.4], [16, 5], [18, 9]]), (z, f) => f.props.kind === "river" && !f.props.tunnel),
      line("waterways", c.waterLine, between([[13, 0.7], [15, 1.2], [17, 2.4]]), (z, f) => f.props.kind === "stream" && !f.props.tunnel, { minzoom: 13 }),
      polygon("buildings", {
        fill: c.building, stroke: c.buildingLine, width: between([[14, 0], [15.5, 0], [16, 0.6], [18, 1]]),
        opacity: between([[13, 0.6], [14, 0.85], [15, 1]]),
      }, { minzoom: 14 }),
      line("paths", c.path, between([[14, 0.6], [16, 1.1], [18, 2]]), is("path", "track"), { minzoom: 14, dash: [3, 2.5], lineCap: "butt" }),
      line("paths", c.path, between([[15, 1.4], [16, 2.6], [18, 5]]), is("steps"), { minzoom: 15, dash: [1, 1.4], lineCap: "butt" }),
      line("paths", c.cycleway, between([[14, 0.7], [16, 1.3], [18, 2.2]]), is("cycleway"), { minzoom: 14, dash: [4, 2], lineCap: "butt" }),
      line("paths", c.casing, (z) => between(widths.service)(z) + 1.4, is("service"), { minzoom: 15 }),
      line("paths", c.service, between(widths.service), is("service"), { minzoom: 14 }),
      line("railways", c.rail, between([[9, 0.5], [12, 1], [14, 1.2], [16, 1.6]]), (z, f) => (f.props.kind === "yard" || f.props.kind === "tram") && !f.props.tunnel, { minzoom: 14 }),
      line("railways", c.rail, between([[9, 0.8], [12, 1.8], [14, 2.4], [16, 2.6], [18, 3.4]]), (z, f) => f.props.kind === "rail" && !f.props.tunnel, { lineCap: "butt" }),
      line("railways", c.railGap, between([[11, 0.6], [12, 0.9], [14, 1.3], [16, 1.4], [18, 2]]), (z, f) => f.props.kind === "rail" && !f.props.tunnel, { minzoom: 11, dash: [7, 7], lineCap: "butt" }),
      ...roadRules(c),
      line("boundaries", c.boundary, between([[6, 1], [10, 1.2], [14, 1.6]]), (z, f) => f.props.level <= (z < 10 ? 6 : 8), { dash: [6, 3, 1.5, 3], opacity: 0.55, lineCap: "butt" }),
    ];
  }

  /* Drawn again above the data: nobody lives on a lake, so no class of a share may colour it. */
  function waterAbove(c) {
    return [{ dataLayer: "water", symbolizer: new protomapsL.PolygonSymbolizer({ fill: c.water }) }];
  }

  function labelRules(c, lang) {
    const labelProps = [`name_${lang}`, "name"];
    const text = (options) => new protomapsL.CenteredTextSymbolizer({
      labelProps, fontFamily: FONT, fontWeight: 500, fill: c.text, stroke: c.halo, width: 1.6,
      lineHeight: 1.35, maxLineChars: 15, ...options,
    });
    const along = (options) => new protomapsL.LineLabelSymbolizer({
      labelProps: ["name"], fontFamily: FONT, fontWeight: 500, fill: c.textSoft, stroke: c.halo, width: 3.4,
      position: 2, repeatDistance: 400, ...options,
    });
    const place = (symbolizer, filter, rest) => ({ dataLayer: "places", symbolizer, filter, ...rest });
    const seen = (z, f) => z >= (f.props.min_zoom || 0);
    return [
      place(text({ fontSize: between([[8, 13], [11, 17], [13, 20]]), fontWeight: 600 }),
        (z, f) => f.props.rank === 1, { maxzoom: 14 }),
      place(text({ fontSize: between([[8, 11], [11, 14], [14, 17]]), fontWeight: 600 }),
        (z, f) => f.props.rank === 2 && seen(z, f), { maxzoom: 15 }),
      place(text({ fontSize: between([[10, 11], [13, 13], [15, 14]]) }), (z, f) => f.props.rank === 3 && seen(z, f), { maxzoom: 16 }),
      place(text({
        fontSize: between([[11, 10], [13, 10.5], [15, 12]]), fontWeight: 600, fill: c.textSoft,
        textTransform: "uppercase", letterSpacing: 0.5, maxLineChars: 13,
      }), (z, f) => (f.props.rank === 4 || f.props.rank === 5) && z >= 12 && seen(z, f), { maxzoom: 17 }),
      { dataLayer: "names", minzoom: 10,
        symbolizer: text({ fontSize: between([[10, 11], [14, 12.5], [17, 14]]), fontStyle: "italic", fill: c.textWater }),
        filter: (z, f) => f.props.kind === "water" && seen(z, f) },
      { dataLayer: "roads", minzoom: 11, maxzoom: 13,
        symbolizer: along({ labelProps: ["ref"], fontSize: 10, fontWeight: 600, repeatDistance: 220 }),
        filter: is("motorway", "trunk", "primary") },
      { dataLayer: "roads", minzoom: 14,
        symbolizer: along({ fontSize: between([[14, 11], [16, 12.5], [18, 14]]) }),
        filter: (z, f) => z >= 15 || f.props.kind !== "tertiary" },
      place(text({ fontSize: between([[12, 10], [15, 12]]), fill: c.textSoft }), (z, f) => f.props.rank >= 6 && z >= 13 && seen(z, f)),
      { dataLayer: "waterways", minzoom: 13,
        symbolizer: along({ fontSize: 11, fontStyle: "italic", fill: c.textWater, repeatDistance: 500 }),
        filter: (z, f) => z >= 15 || f.props.kind === "river" },
      { dataLayer: "streets", minzoom: 16, symbolizer: along({ fontSize: between([[16, 11], [18, 13]]) }) },
      { dataLayer: "names", minzoom: 13,
        symbolizer: text({ fontSize: between([[13, 10.5], [17, 12.5]]), fill: c.textPark }),
        filter: (z, f) => f.props.kind !== "water" && z >= f.props.min_zoom + 1 },
    ];
  }

  /* Both layers draw the same decoded tiles: each is fetched once, and never cancelled half-way. */
  const viewsOf = new Map();
  function shareViews(layer, source) {
    if (!viewsOf.has(source)) viewsOf.set(source, layer.views);
    layer.views = viewsOf.get(source);
    return layer;
  }

  function tiles(source) {
    const reader = typeof source === "string" ? new protomapsL.PmtilesSource(source, false).p : source;
    return { getZxy: (z, x, y) => reader.getZxy(z, x, y) };
  }

  function layer(source, options) {
    return shareViews(protomapsL.leafletLayer({
      url: tiles(source), maxDataZoom: MAX_DATA_ZOOM, attribution: "", maxZoom: 20, ...options,
    }), source);
  }

  function groundLayer(source, { dark = false, attribution = "", ...options } = {}) {
    const colours = dark ? DARK : LIGHT;
    return layer(source, {
      paintRules: groundRules(colours), backgroundColor: colours.background, attribution, ...options,
    });
  }

  function labelLayer(source, { dark = false, lang = "de", pane = LABEL_PANE, ...options } = {}) {
    const colours = dark ? DARK : LIGHT;
    return layer(source, {
      paintRules: waterAbove(colours), labelRules: labelRules(colours, lang), lang, pane, ...options,
    });
  }

  /* A pane above the data's shapes (400) and below its markers (600), deaf to the mouse. */
  function labelPane(map) {
    const pane = map.getPane(LABEL_PANE) || map.createPane(LABEL_PANE);
    pane.style.zIndex = 450;
    pane.style.pointerEvents = "none";
    return pane;
  }

  function addTo(map, source, { dark = false, lang = "de", attribution = "", ...options } = {}) {
    labelPane(map);
    const container = map.getContainer();
    const layers = {
      ground: groundLayer(source, { dark, attribution, ...options }),
      labels: labelLayer(source, { dark, lang, ...options }),
    };
    const busy = new Set();
    for (const each of Object.values(layers)) {
      each.on("loading", () => { busy.add(each); delete container.dataset.ready; });
      each.on("load", () => { busy.delete(each); if (busy.size === 0) container.dataset.ready = "true"; });
      each.addTo(map);
    }
    container.style.background = dark ? DARK.background : LIGHT.background;
    return layers;
  }

  return { addTo, groundLayer, labelLayer, labelPane, LABEL_PANE, colours: { light: LIGHT, dark: DARK } };
})();
