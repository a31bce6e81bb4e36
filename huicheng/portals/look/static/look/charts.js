/* Draws what {% chart %} wrote beside each box, in the page's own colours. */
(() => {
  "use strict";
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const tokens = (stem, count) => Array.from({ length: count }, (_, i) => token(`${stem}-${i}`));
  const figure = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
  const say = (value) => (value === null || value === undefined ? "—" : typeof value === "number" ? figure.format(value) : value);
  const drawn = new Set();

  function short(value) {
    if (document.documentElement.lang.startsWith("zh")) {
      if (Math.abs(value) >= 1e8) return `${figure.format(value / 1e8)}亿`;
      if (Math.abs(value) >= 1e4) return `${figure.format(value / 1e4)}万`;
      return figure.format(value);
    }
    return new Intl.NumberFormat("en", { notation: "compact" }).format(value);
  }

  function base() {
    const elder = document.documentElement.dataset.theme === "elder";
    const size = elder ? 16 : 13;
    return {
      color: tokens("series", 8),
      backgroundColor: "transparent",
      animationDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: size, color: token("ink") },
      grid: { left: 8, right: 16, top: 16, bottom: 8, outerBoundsMode: "same", containLabel: true },
      tooltip: {
        // Rich text is painted on the canvas: an HTML tooltip carries style attributes, which the page refuses.
        renderMode: "richText", confine: true, backgroundColor: token("paper"), borderColor: token("line"),
        textStyle: { color: token("ink"), fontSize: size }, extraCssText: "",
      },
      legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 8, icon: "roundRect", textStyle: { color: token("quiet"), fontSize: size } },
    };
  }

  function axis(type, more = {}) {
    return {
      type,
      axisLine: { show: type === "category", lineStyle: { color: token("line") } },
      axisTick: { show: false },
      splitLine: { show: type === "value", lineStyle: { color: token("line") } },
      axisLabel: { color: token("quiet"), hideOverlap: true, ...(type === "value" ? { formatter: short } : {}) },
      ...more,
    };
  }

  const column = (spec, name) => spec.columns.indexOf(name);
  /* What a point shows and where it leads. */
  const spot = (spec, row, value) => ({ value, href: spec.link ? row[column(spec, spec.link)] : "" });
  const unique = (values) => [...new Set(values)];
  const isDay = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\d([ T]|$)/.test(value);

  /* One line or bar group per y column, or per value of the series column. */
  function lines(spec) {
    const x = column(spec, spec.x);
    const points = (rows, y) => rows.map((row) => spot(spec, row, [row[x], row[column(spec, y)]]));
    if (!spec.series) return spec.ys.map((y) => [spec.labels[y], points(spec.rows, y)]);
    const by = column(spec, spec.series);
    const there = unique(spec.rows.map((row) => row[by]));
    return unique([...spec.order.filter((name) => there.includes(name)), ...there]).map((name) => [
      String(name), points(spec.rows.filter((row) => row[by] === name), spec.ys[0]),
    ]);
  }

  /* 11月8日 at midnight, 12:00 between; the year too where the picture spans more than one. */
  function clock(spec) {
    const days = spec.rows.map((row) => Date.parse(row[column(spec, spec.x)])).filter((day) => !isNaN(day));
    const long = Math.max(...days) - Math.min(...days) > 3.2e10;
    const chinese = document.documentElement.lang.startsWith("zh");
    const day = new Intl.DateTimeFormat(document.documentElement.lang, { month: chinese ? "numeric" : "short", day: "numeric" });
    const month = new Intl.DateTimeFormat(document.documentElement.lang, { year: "numeric", month: chinese ? "numeric" : "short" });
    const hour = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
    return (value) => {
      const moment = new Date(value);
      if (long) return month.format(moment);
      return (moment.getHours() || moment.getMinutes() ? hour : day).format(moment);
    };
  }

  function cartesian(spec) {
    const groups = lines(spec);
    const time = spec.rows.length > 0 && spec.rows.every((row) => isDay(row[column(spec, spec.x)]));
    const bars = spec.kind === "bar";
    const categories = unique(spec.rows.map((row) => row[column(spec, spec.x)])).map(String);
    const names = time && !bars ? axis("time", { axisLabel: { color: token("quiet"), hideOverlap: true, formatter: clock(spec) } }) : axis("category", { data: categories, inverse: spec.sideways });
    const values = axis("value", { scale: !spec.fromZero });
    const series = groups.map(([name, points]) => one(spec, name, points, time, categories));
    const option = {
      ...base(),
      tooltip: { ...base().tooltip, trigger: "axis", axisPointer: { type: bars ? "shadow" : "line", lineStyle: { color: token("line-strong") } }, valueFormatter: (v) => `${say(v)}${spec.unit ? ` ${spec.unit}` : ""}` },
      xAxis: spec.sideways ? values : names,
      yAxis: spec.sideways ? names : values,
      series,
    };
    if (groups.length > 1) option.grid = { ...option.grid, top: 40 };
    else delete option.legend;
    if (spec.rows.length > 400 && !bars) option.dataZoom = [{ type: "inside" }];
    return option;
  }

  function one(spec, name, points, time, categories) {
    const stack = spec.stacked ? "all" : undefined;
    if (spec.kind === "bar") {
      const found = new Map(points.map((point) => [String(point.value[0]), { value: point.value[1], href: point.href }]));
      const radius = spec.stacked ? 0 : spec.sideways ? [0, 3, 3, 0] : [3, 3, 0, 0];
      return { name, type: "bar", stack, barMaxWidth: 28, barCategoryGap: "35%", itemStyle: { borderRadius: radius }, data: categories.map((x) => found.get(x) ?? null) };
    }
    const data = time ? points : points.map((point) => ({ ...point, value: [String(point.value[0]), point.value[1]] }));
    return {
      name, type: "line", stack, data, showSymbol: points.length <= 24, symbolSize: 5, lineStyle: { width: 2 },
      sampling: points.length > 800 ? "lttb" : undefined, large: true,
      areaStyle: spec.kind === "area" ? { opacity: spec.stacked ? 0.75 : 0.14 } : undefined,
    };
  }

  function heat(spec) {
    const [x, y, value] = [column(spec, spec.x), column(spec, spec.ys[0]), column(spec, spec.value)];
    const xs = unique(spec.rows.map((row) => row[x])).map(String);
    const ys = unique(spec.rows.map((row) => row[y])).map(String);
    const figures = spec.rows.map((row) => row[value]).filter((v) => v !== null);
    return {
      ...base(),
      legend: undefined,
      tooltip: { ...base().tooltip, formatter: (p) => `${ys[p.value[1]]} · ${xs[p.value[0]]}\n${say(p.value[2])} ${spec.unit}` },
      grid: { ...base().grid, bottom: 44 },
      xAxis: axis("category", { data: xs, splitLine: { show: false } }),
      yAxis: axis("category", { data: ys, inverse: true, splitLine: { show: false } }),
      visualMap: {
        min: Math.min(...figures), max: Math.max(...figures), calculable: false, orient: "horizontal", left: "center", bottom: 0,
        itemHeight: 120, itemWidth: 10, text: [short(Math.max(...figures)), short(Math.min(...figures))],
        textStyle: { color: token("quiet") }, inRange: { color: tokens("scale", 6) },
      },
      series: [{ type: "heatmap", data: spec.rows.map((row) => spot(spec, row, [xs.indexOf(String(row[x])), ys.indexOf(String(row[y])), row[value]])), itemStyle: { borderWidth: 1, borderColor: token("paper"), borderRadius: 2 } }],
    };
  }

  function scatter(spec) {
    return {
      ...base(),
      legend: lines(spec).length > 1 ? base().legend : undefined,
      grid: { ...base().grid, top: 40 },
      tooltip: { ...base().tooltip, formatter: (p) => `${p.seriesName}\n${spec.labels[spec.x]} ${say(p.value[0])}\n${spec.labels[spec.ys[0]]} ${say(p.value[1])}` },
      xAxis: axis("value", { scale: true, name: spec.labels[spec.x], nameLocation: "middle", nameGap: 30 }),
      yAxis: axis("value", { scale: true }),
      series: lines(spec).map(([name, data]) => ({ name, type: "scatter", symbolSize: 6, data, itemStyle: { opacity: 0.6 } })),
    };
  }

  const makers = { bar: cartesian, line: cartesian, area: cartesian, heat, scatter };

  function paint(box) {
    const spec = JSON.parse(document.getElementById(box.dataset.from).textContent);
    box.dataset.drawn = "";
    if (spec.kind === "points") return points(box, spec);
    const picture = window.echarts.getInstanceByDom(box) ?? window.echarts.init(box, null, {
      renderer: "canvas", devicePixelRatio: window.devicePixelRatio * (box.currentCSSZoom ?? 1),
    });
    picture.setOption(makers[spec.kind](spec), true);
    if (!drawn.has(box)) {
      drawn.add(box);
      new ResizeObserver(() => picture.resize()).observe(box);
      if (spec.link) open(picture, box);
    }
  }

  /* A click opens what is behind a point: the point itself, or on a line whichever is nearest. */
  function open(picture, box) {
    const go = (href) => { if (href) location.assign(href); };
    picture.on("click", (point) => go(point.data?.href));
    picture.getZr().on("click", (event) => {
      const spec = JSON.parse(document.getElementById(box.dataset.from).textContent);
      if (event.target || spec.kind === "heat" || spec.kind === "scatter") return;
      if (!picture.containPixel("grid", [event.offsetX, event.offsetY])) return;
      const [x] = picture.convertFromPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]);
      const times = spec.rows.map((row) => row[column(spec, spec.x)]);
      const categories = unique(times).map(String);
      const near = spec.sideways ? -1 : times.every(isDay) && spec.kind !== "bar"
        ? times.reduce((best, time, i) => (Math.abs(Date.parse(time) - x) < Math.abs(Date.parse(times[best]) - x) ? i : best), 0)
        : times.findIndex((time) => String(time) === categories[Math.round(x)]);
      if (near >= 0 && !(spec.series && spec.kind === "bar")) go(spec.rows[near][column(spec, spec.link)]);
    });
  }

  /* Lines of latitude and longitude stand in for a base map: nothing is fetched from elsewhere. */
  function graticule([west, south, east, north]) {
    const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10].find((s) => (east - west) / s < 8) ?? 20;
    const features = [];
    const line = (coordinates) => features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } });
    for (let x = Math.floor((west - 9 * step) / step) * step; x <= east + 9 * step; x += step) line([[x, south - 9 * step], [x, north + 9 * step]]);
    for (let y = Math.floor((south - 9 * step) / step) * step; y <= north + 9 * step; y += step) line([[west - 9 * step, y], [east + 9 * step, y]]);
    return { type: "FeatureCollection", features };
  }

  function points(box, spec) {
    const [x, y] = [column(spec, spec.x), column(spec, spec.ys[0])];
    const rows = spec.rows.filter((row) => row[x] !== null && row[y] !== null);
    if (!rows.length) return;
    const xs = rows.map((row) => row[x]);
    const ys = rows.map((row) => row[y]);
    const reach = (list, pick) => list.reduce((a, b) => pick(a, b));
    const bounds = [reach(xs, Math.min), reach(ys, Math.min), reach(xs, Math.max), reach(ys, Math.max)];
    const features = rows.map((row) => ({
      type: "Feature", geometry: { type: "Point", coordinates: [row[x], row[y]] },
      properties: { name: spec.name ? row[column(spec, spec.name)] : "", value: spec.value ? row[column(spec, spec.value)] : null, link: spec.link ? row[column(spec, spec.link)] : "" },
    }));
    window.maplibregl.setWorkerUrl(document.body.dataset.maplibreWorker);
    const map = new window.maplibregl.Map({
      container: box, attributionControl: false, bounds, fitBoundsOptions: { padding: 36, maxZoom: 14 }, cooperativeGestures: false,
      style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": token("sunken") } }] },
    });
    map.addControl(new window.maplibregl.NavigationControl({ showCompass: false }));
    map.scrollZoom.disable();
    map.on("load", () => layers(map, spec, bounds, features));
    box.map = map;
  }

  function layers(map, spec, bounds, features) {
    const figures = features.map((f) => f.properties.value).filter((v) => typeof v === "number");
    const [low, high] = [Math.min(...figures), Math.max(...figures)];
    const colours = tokens("scale", 6).slice(1);
    const ramp = colours.flatMap((c, i) => [low + ((high - low) * i) / (colours.length - 1), c]);
    const colour = figures.length && high > low ? ["interpolate", ["linear"], ["coalesce", ["get", "value"], low], ...ramp] : token("brand");
    map.addSource("lines", { type: "geojson", data: graticule(bounds) });
    map.addLayer({ id: "lines", type: "line", source: "lines", paint: { "line-color": token("line"), "line-width": 1 } });
    map.addSource("points", { type: "geojson", data: { type: "FeatureCollection", features } });
    map.addLayer({ id: "points", type: "circle", source: "points", paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, features.length > 2000 ? 2 : 4, 15, 7], "circle-color": colour, "circle-stroke-color": token("paper"), "circle-stroke-width": features.length > 2000 ? 0 : 1 } });
    const popup = new window.maplibregl.Popup({ closeButton: false, closeOnClick: false });
    map.on("mousemove", "points", (event) => {
      const { name, value } = event.features[0].properties;
      map.getCanvas().style.cursor = "pointer";
      const text = [name, value === null || value === undefined ? "" : `${say(value)} ${spec.unit}`].filter(Boolean).join(" · ");
      if (text) popup.setLngLat(event.features[0].geometry.coordinates).setText(text).addTo(map);
    });
    map.on("mouseleave", "points", () => { map.getCanvas().style.cursor = ""; popup.remove(); });
    map.on("click", "points", (event) => { const to = event.features[0].properties.link; if (to) location.assign(to); });
  }

  document.addEventListener("theme", () => drawn.forEach(paint));
  window.huicheng.draw = paint;
})();
