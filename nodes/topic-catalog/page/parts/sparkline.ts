import { html, nothing, svg, type TemplateResult } from 'lit';

const WIDTH = 52;
const HEIGHT = 20;

/** The last few values as a line without axes; a null breaks it. Decoration: the value itself stands beside it. */
export function sparkline(
  values: readonly (number | null)[],
  colour: string,
): TemplateResult | typeof nothing {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length < 2) return nothing;
  const [min, max] = [Math.min(...numbers), Math.max(...numbers)];
  const x = (index: number): number => 1 + (index * (WIDTH - 2)) / (values.length - 1);
  const y = (value: number): number =>
    max === min ? HEIGHT / 2 : 2 + ((HEIGHT - 4) * (max - value)) / (max - min);
  let path = '';
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    const previous = values[index - 1];
    path += `${previous === null || previous === undefined ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
  }
  return html`<svg width=${WIDTH} height=${HEIGHT} viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">
    ${svg`<path d=${path} fill="none" stroke="var(${colour})" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" />`}
  </svg>`;
}
