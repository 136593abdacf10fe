import type { SeriesModel } from './series-model';

/** Hands a file to the browser's downloads. */
export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  // A node may be called anything; a file may not.
  link.download = name.replace(/[^\p{Letter}\p{Number}._-]+/gu, '_').slice(0, 100);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

/** @returns the points as comma separated values (RFC 4180): times in ISO 8601, a column for each variable */
export function toCsv(model: SeriesModel, names: string[]): string {
  const columns = names.map((name) => model.columns.get(name)!);
  const folded = model.bucketMs > 0;
  const header = [
    'ts',
    ...names.flatMap((name) => (folded ? [`${name} mean`, `${name} min`, `${name} max`] : [name])),
  ];
  const rows = model.times.map((time, index) => [
    new Date(time).toISOString(),
    ...columns.flatMap(({ mean, min, max }) =>
      (folded ? [mean[index], min[index], max[index]] : [mean[index]]).map((value) =>
        value === null ? '' : String(value),
      ),
    ),
  ]);
  return [header, ...rows].map((row) => row.map(csvField).join(',') + '\r\n').join('');
}

function csvField(text: string): string {
  // A spreadsheet would run a text that begins like a formula; a leading apostrophe makes it a text, a number stays one.
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
