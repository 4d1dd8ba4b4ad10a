"""Of the figures' script the part about their looks: type, axes, legend, a title that wraps.

Stands inside the function of dashboard/views/scripts/plots.py and uses its name ``coloured``.
"""

SCRIPT = """
// --- what all figures share: type, axes, legend, title that wraps

const FACE = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
function wrapped(title, width, letter) {
  const lines = [''];
  for (const word of title.split(' ')) {
    const last = lines.length - 1;
    if (lines[last] && (lines[last].length + word.length) * letter > width) lines.push(word);
    else lines[last] += (lines[last] ? ' ' : '') + word;
  }
  return lines;
}

function axis(own) {
  return {
    gridcolor: 'var(--td-line)', zerolinecolor: 'var(--td-soft)', linecolor: 'var(--td-soft)',
    showline: true, ticks: 'outside', ticklen: 4, tickcolor: 'var(--td-soft)', automargin: true,
    fixedrange: true, ...own,
    title: { standoff: 8, ...own.title, font: { size: 12 } },
  };
}

// A legend below the plot needs room that plotly does not leave by itself.
function legend(traces, width) {
  const names = traces.filter((one) => one.showlegend !== false).map((one) => one.name || '');
  const entry = 48 + 6.6 * Math.max(...names.map((name) => name.length), 4);
  return 20 * Math.ceil(names.length / Math.max(1, Math.floor((width - 20) / entry))) + 12;
}

function dressed(raw, width, height) {
  const lines = wrapped(raw.layout.title?.text || '', width - 20, 7.4);
  const layout = {
    ...raw.layout,
    width, autosize: false, dragmode: false, bargap: 0.12,
    font: { family: FACE, size: 12, color: 'var(--td-ink)' },
    paper_bgcolor: 'var(--td-card)', plot_bgcolor: 'var(--td-card)',
    hoverlabel: {
      bgcolor: 'var(--td-card)', bordercolor: 'var(--td-soft)',
      font: { color: 'var(--td-ink)', family: FACE, size: 12 },
    },
    title: {
      text: lines.join('<br>'), x: 0, xref: 'container', xanchor: 'left', pad: { l: 4 },
      y: 1, yref: 'container', yanchor: 'top', font: { size: 14 },
    },
  };
  layout.title.pad.t = lines.length > 1 ? 18 : 8;  // plotly puts several lines higher
  for (const key of Object.keys(layout)) {
    if (/^[xy]axis\\d*$/.test(key)) layout[key] = axis(layout[key]);
  }
  const below = layout.showlegend ? legend(raw.data, width) : 0;
  layout.legend = {
    ...raw.layout.legend, orientation: 'h', x: 0, xref: 'container', xanchor: 'left',
    y: 0, yref: 'container', yanchor: 'bottom', font: { size: 12 }, bgcolor: 'rgba(0,0,0,0)',
    itemclick: false, itemdoubleclick: false,
  };
  layout.showlegend = Boolean(layout.showlegend);
  const extra = 18 * (lines.length - 1);
  layout.height = height + below + extra;
  layout.margin = { l: 56, r: 14, t: 38 + extra, b: 48 + below };
  const data = raw.data.map((trace) => (trace.type === 'heatmap'
    ? { ...trace, colorscale: [[0, 'var(--td-card)'], [1, 'var(--td-accent)']] } : trace));
  return coloured({ data, layout });
}
"""
