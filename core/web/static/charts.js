/* Draws canvas[data-chart] in the colours of the theme; without Chart.js the tables stay open. */
(function () {
  'use strict';
  var root = document.documentElement, drawn = [];
  function token(name) { return getComputedStyle(root).getPropertyValue('--' + name).trim(); }

  function dataset(kind, part) {
    var muted = part.color === 'muted', colour = muted ? token('line-2') : token(part.color), edge = muted ? token('ink-3') : colour;
    if (kind === 'doughnut') {
      return { label: part.label, data: part.data, backgroundColor: ['c1', 'c2', 'c3'].map(token), borderColor: token('surface') };
    }
    if (kind === 'bar') {
      return { label: part.label, data: part.data, backgroundColor: colour, borderColor: token('ink-3'), borderWidth: muted ? 1 : 0,
        borderSkipped: 'bottom', borderRadius: 2, maxBarThickness: 40, categoryPercentage: 0.7, barPercentage: 0.92 };
    }
    return { label: part.label, data: part.data, borderColor: edge, backgroundColor: kind === 'radar' ? colour + '26' : colour, borderWidth: 2,
      pointRadius: 2.5, tension: kind === 'radar' ? 0 : 0.25, borderDash: muted ? [4, 3] : [], pointBackgroundColor: edge };
  }
  /* a long name under its bar goes on in a second line instead of lying slanted */
  function folded(text, room) {
    var width = 0, lines = [''];
    text.split(/(?<= )|(?=[\u2e80-\uffef])/).forEach(function (part) {
      var wide = part.length * (/[\u2e80-\uffef]/.test(part) ? 2 : 1);
      if (width && width + wide > room) { lines.push(''); width = 0; }
      lines[lines.length - 1] += part;
      width += wide;
    });
    return lines.length > 1 ? lines.map(function (line) { return line.trim(); }) : text;
  }
  /* the longest word of a name, or four Chinese letters, must fit between its neighbours */
  function tight(labels, width) {
    var longest = 0;
    labels.forEach(function (label) {
      String(label).split(/[ /-]|(?=[\u2e80-\uffef])/).forEach(function (part) { longest = Math.max(longest, part.length * 7); });
      if (/[\u2e80-\uffef]/.test(label)) { longest = Math.max(longest, Math.min(4, String(label).length) * 12); }
    });
    return labels.length > 2 && labels.length <= 12 && (width - 40) / labels.length < longest + 4;
  }
  function scales(spec, font) {
    if (spec.type === 'doughnut') { return {}; }
    if (spec.type === 'radar') {
      return { r: { beginAtZero: true, ticks: { display: false }, grid: { color: token('line') }, angleLines: { color: token('line') }, pointLabels: { color: token('ink-2'), font: font } } };
    }
    var flat = Boolean(spec.horizontal);
    var values = { beginAtZero: true, grace: '12%', grid: { color: token('grid') }, border: { display: false }, ticks: { color: token('ink-3'), font: font, precision: 0, maxTicksLimit: 6 },
      title: { display: Boolean(spec.unit), text: spec.unit, color: token('ink-3'), font: font } };
    var names = { grid: { display: false }, border: { display: false }, ticks: { color: token('ink-3'), font: font, maxRotation: 0, autoSkip: spec.labels.length > 12, callback: function (value) { return folded(this.getLabelForValue(value), flat ? 24 : Math.max(4, Math.floor(this.chart.width / Math.max(1, this.chart.data.labels.length) / 8))); } } };
    return flat ? { x: values, y: names } : { x: names, y: values };
  }
  /* One series of bars says its values, so that small ones beside a large one can be read. */
  var figures = {
    id: 'figures',
    afterDatasetsDraw: function (chart) {
      var pen = chart.ctx, flat = chart.options.indexAxis === 'y', part = chart.data.datasets[0];
      pen.save();
      pen.fillStyle = token('ink-2');
      pen.font = '12px ' + getComputedStyle(document.body).fontFamily;
      pen.textAlign = flat ? 'left' : 'center';
      pen.textBaseline = flat ? 'middle' : 'bottom';
      chart.getDatasetMeta(0).data.forEach(function (bar, place) {
        pen.fillText(Number(part.data[place]).toLocaleString('en'), bar.x + (flat ? 4 : 0), bar.y - (flat ? 0 : 3));
      });
      pen.restore();
    }
  };
  function draw(canvas) {
    var spec = JSON.parse(canvas.dataset.chart);
    /* names that have no room side by side get a line each: the bars lie down */
    canvas.parentNode.hidden = false;
    if (spec.type === 'bar' && tight(spec.labels, canvas.parentNode.clientWidth)) { spec.horizontal = true; }
    var font = { size: 12, family: getComputedStyle(document.body).fontFamily };
    drawn.push(new window.Chart(canvas, {
      type: spec.type,
      plugins: spec.type === 'bar' && spec.series.length === 1 && spec.labels.length <= 12 ? [figures] : [],
      data: { labels: spec.labels, datasets: spec.series.map(function (part) { return dataset(spec.type, part); }) },
      options: {
        indexAxis: spec.horizontal ? 'y' : 'x', responsive: true, maintainAspectRatio: false, animation: false, scales: scales(spec, font),
        plugins: { legend: { display: spec.series.length > 1 || spec.type === 'doughnut', align: 'end', position: 'top', labels: { boxWidth: 8, boxHeight: 8, padding: 12, color: token('ink-2'), font: font } } }
      }
    }));
  }
  function tell(missing) { document.querySelectorAll('[data-chart-missing]').forEach(function (words) { words.hidden = !missing; }); }
  function drawAll() {
    tell(!window.Chart);
    if (!window.Chart) { return; }
    var first = !drawn.length;
    drawn.forEach(function (chart) { chart.destroy(); });
    drawn = [];
    document.querySelectorAll('canvas[data-chart]').forEach(draw);
    if (first) { document.querySelectorAll('[data-chart-table]').forEach(function (table) { table.open = false; }); }
  }
  document.addEventListener('themechange', drawAll);
  document.addEventListener('scriptready', drawAll);
  drawAll();
}());
