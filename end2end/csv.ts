// Just enough of RFC 4180 to read what Teal exports: quoted cells, doubled quotes, line ends inside quotes.

export type Row = Record<string, string>;

export function parseCsv(text: string): Row[] {
  const lines: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted && sign === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (sign === '"') {
      quoted = !quoted;
    } else if (!quoted && (sign === ',' || sign === '\n')) {
      lines.at(-1)!.push(cell);
      cell = '';
      if (sign === '\n') lines.push([]);
    } else if (quoted || sign !== '\r') {
      cell += sign;
    }
  }
  if (cell) lines.at(-1)!.push(cell);
  const [header, ...rows] = lines.filter((line) => line.length > 0);
  return rows.map((row) => Object.fromEntries(header.map((name, column) => [name, row[column] ?? ''])));
}
