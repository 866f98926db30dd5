/** SVG as text: elements, and the frame that all charts share. Nothing in it depends on when or where it is drawn. */

export const WIDTH = 760;
export const MARGIN = 24;
/** Of one line of text. */
export const LINE = 18;
const HEAD = 62;

/**
 * Colours by what they stand for, on light and on dark ground: each at least 4.5 to 1 for text, 3 to 1 for marks.
 *
 * @type {Record<string, [light: string, dark: string]>}
 */
const COLOURS = {
  ground: ['#ffffff', '#0d1117'],
  text: ['#1f2328', '#f0f6fc'],
  quiet: ['#59636e', '#9198a1'],
  grid: ['#d1d9e0', '#30363d'],
  ours: ['#0969da', '#4493f8'],
  'ours-rest': ['#80b3eb', '#2a5694'],
  stock: ['#bc4c00', '#e0823d'],
  'stock-rest': ['#dda580', '#8a5229'],
  peer: ['#6e7781', '#8b949e'],
  'peer-rest': ['#b4bac1', '#545c66'],
};

/** @param {string} text */
export function escaped(text) {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [content] */
export function element(name, attributes, content) {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escaped(String(tidy(value)))}"`,
  );
  return content === undefined
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${content}</${name}>`;
}

/** @param {number} x @param {number} y @param {string} content @param {Record<string, string | number>} [more] */
export function text(x, y, content, more = {}) {
  return element('text', { x, y, ...more }, escaped(content));
}

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {string} kind */
export function line(x1, y1, x2, y2, kind) {
  return element('line', { x1, y1, x2, y2, class: kind });
}

/** @param {number} x @param {number} y @param {number} width @param {number} height @param {string} kind */
export function rect(x, y, width, height, kind) {
  return element('rect', { x, y, width: Math.max(width, 0), height, class: `f-${kind}` });
}

/** About how wide a text is. @param {string} content */
export function widthOf(content, size = 12) {
  return content.length * size * 0.54;
}

/**
 * A chart with its title, what it is drawn from, and what it shows in words.
 *
 * @param {{ title: string, note: string, description: string }} about @param {number} height Of the body.
 * @param {string[]} body Drawn from 0 down.
 */
export function chart({ title, note, description }, height, body) {
  const whole = height + HEAD + MARGIN / 2;
  const frame = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${whole}`,
    width: WIDTH,
    height: whole,
  };
  const content = [
    element('title', { id: 'title' }, escaped(title)),
    element('desc', { id: 'desc' }, escaped(description)),
    element('style', {}, style()),
    element('rect', { width: WIDTH, height: whole, rx: 8, class: 'f-ground' }),
    text(MARGIN, 30, title, { class: 'title' }),
    text(MARGIN, 48, note, { class: 'quiet small' }),
    element('g', { transform: `translate(0 ${HEAD})` }, `\n${body.join('\n')}\n`),
  ];
  return `${element('svg', { ...frame, role: 'img', 'aria-labelledby': 'title desc' }, `\n${content.join('\n')}\n`)}\n`;
}

/** Names and colours of a legend, from left to right. @param {[kind: string, label: string][]} entries @param {number} y */
export function legend(entries, y) {
  let x = MARGIN;
  return entries.flatMap(([kind, label]) => {
    const drawn = [rect(x, y - 9, 10, 10, kind), text(x + 15, y, label, { class: 'small' })];
    x += 15 + widthOf(label, 11) + 16;
    return drawn;
  });
}

function style() {
  const rules = (/** @type {0 | 1} */ index) =>
    Object.entries(COLOURS)
      .map(([name, pair]) => `.f-${name}{fill:${pair[index]}}.s-${name}{stroke:${pair[index]}}`)
      .join('');
  const words = (/** @type {0 | 1} */ index) =>
    `text{fill:${COLOURS.text[index]}}.quiet{fill:${COLOURS.quiet[index]}}.t-ours{fill:${COLOURS.ours[index]}}.t-stock{fill:${COLOURS.stock[index]}}`;
  return [
    "text{font:12px -apple-system,'Segoe UI',Helvetica,Arial,sans-serif}",
    '.title{font-size:15px;font-weight:600}.head{font-weight:600}.small{font-size:11px}.end{text-anchor:end}.middle{text-anchor:middle}',
    '.halo{paint-order:stroke;stroke-width:4;stroke-linejoin:round}.dashes{stroke-dasharray:7 3}.dots{stroke-dasharray:2 3}',
    '.bold{font-weight:600}.line{fill:none;stroke-width:2}.whisker{stroke-width:1.5}.thin{stroke-width:1}',
    words(0) + rules(0),
    `@media (prefers-color-scheme:dark){${words(1)}${rules(1)}}`,
  ].join('\n');
}

/** Tenths are enough, and the same everywhere. @param {string | number} value */
function tidy(value) {
  return typeof value === 'number' ? Math.round(value * 10) / 10 : value;
}
