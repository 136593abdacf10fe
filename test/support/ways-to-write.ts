/** @returns the ways in which a secret could be written */
export function waysToWrite(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // Without its ends, which depend on what stands beside it: what SASL PLAIN and HTTP's Basic make of it.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(4, -4),
  );
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    ...base64,
  ];
}
